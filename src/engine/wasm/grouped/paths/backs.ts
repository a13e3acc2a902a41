import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { Combiner, type PushConstant } from "../../transforms/combiner.ts";
import { VECTOR } from "../layout.ts";
import { pushSlope } from "./slopes.ts";
import type { ScaleNode, SpreadNode } from "./types.ts";

/** `back`: passes the derivatives of the first quads back. */
export const BACK_KERNELS = { back: ["quads"] } as const;

/** Adds the kernel of a node of the way back that has no products. */
export function addBackKernels(
  module: ModuleAssembler,
  node: SpreadNode | ScaleNode,
  pushConstant: PushConstant,
): void {
  if (node.kind === "spread") addSpread(module, node, pushConstant);
  else addScale(module, node);
}

function addSpread(
  module: ModuleAssembler,
  { name, pool, epilogue, output, records, from, to }: SpreadNode,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: BACK_KERNELS, node: name });
  const rowBytes = to.stride * VECTOR;
  add("back", (code, { quads }) => {
    const combiner = new Combiner(code, pushConstant);
    const [source, target, at] = code.locals("i32", 3);
    const [value, winner] = code.locals("v128", 2);
    code.i32(from.address).set(source).i32(to.address).set(target).i32(output.address).set(at);
    code.repeatLocal(quads, () => {
      code.repeat(output.rows, () => {
        code.repeat(output.stride, () => {
          code.get(source).load();
          pushSlope(combiner, { epilogue, records, output, at });
          code.set(value);
          if (pool > 1) code.get(at).load(records!.winners! - output.address).set(winner);
          for (let place = 0; place < pool; place++) {
            code.get(target).get(value);
            if (pool > 1) {
              code.get(winner).i32x4([place, place, place, place]);
              code.op("i32x4.eq").op("v128.and");
            }
            code.store(place * rowBytes);
          }
          code.advance(source, VECTOR).advance(target, VECTOR).advance(at, VECTOR);
        });
        code.advance(target, (pool - 1) * rowBytes);
      });
      const row = output.stride * VECTOR;
      code.advance(source, from.quadBytes - output.rows * row);
      code.advance(at, output.quadBytes - output.rows * row);
      code.advance(target, to.quadBytes - output.rows * pool * row);
    });
  });
}

function addScale(module: ModuleAssembler, { name, factors, from, to }: ScaleNode): void {
  const add = kernelAdder(module, { table: BACK_KERNELS, node: name });
  const row = from.stride * VECTOR;
  add("back", (code, { quads }) => {
    const [source, target, constant] = code.locals("i32", 3);
    code.i32(from.address).set(source).i32(to.address).set(target);
    code.repeatLocal(quads, () => {
      code.repeat(from.rows, () => {
        code.i32(factors).set(constant);
        code.repeat(from.stride, () => {
          code.get(target).get(source).load().get(constant).loadSplat().op("f32x4.mul").store();
          code.advance(source, VECTOR).advance(target, VECTOR).advance(constant, 4);
        });
      });
      code.advance(source, from.quadBytes - from.rows * row);
      code.advance(target, to.quadBytes - from.rows * row);
    });
  });
}
