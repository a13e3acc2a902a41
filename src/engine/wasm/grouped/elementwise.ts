import type { Local, ModuleAssembler } from "../assembler/assembler.ts";
import { pushGeluSlope } from "../assembler/gelu.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { Combiner, type PushConstant } from "../transforms/combiner.ts";
import { activate } from "./epilogue.ts";
import { VECTOR } from "./layout.ts";
import { PooledWindow } from "./pooled_window.ts";
import type { ActivationNode, AffineNode, PoolNode } from "./types.ts";

/** `run`: computes the outputs of some quads, the first of which has its first rows at the addresses given. */
export const NODE_KERNELS = { run: ["target", "source", "quads"] } as const;

/** Adds the kernel of a node that computes its values one by one. */
export function addElementwiseKernels(
  module: ModuleAssembler,
  node: PoolNode | ActivationNode | AffineNode,
  pushConstant: PushConstant,
): void {
  switch (node.kind) {
    case "pool":
      return addPool(module, node, pushConstant);
    case "activation":
      return addActivation(module, node, pushConstant);
    case "affine":
      return addAffine(module, node, pushConstant);
  }
}

function addPool(
  module: ModuleAssembler,
  node: PoolNode,
  pushConstant: PushConstant,
): void {
  const { name, input, output, size } = node;
  const add = kernelAdder(module, { table: NODE_KERNELS, node: name });
  const [inputRow, outputRow] = [input.stride * VECTOR, output.stride * VECTOR];
  add("run", (code, { target, source, quads }) => {
    const combiner = new Combiner(code, pushConstant);
    const [from, to] = code.locals("i32", 2);
    code.repeatLocal(quads, () => {
      code.get(source).set(from).get(target).set(to);
      code.repeat(output.rows, () => {
        code.repeat(output.stride, () => {
          storeMaximum(combiner, node, { from, to });
          code.advance(from, VECTOR).advance(to, VECTOR);
        });
        code.advance(from, size * inputRow - outputRow);
      });
      code.advance(source, input.quadBytes).advance(target, output.quadBytes);
    });
  });
}

/** Stores the largest value of a window, and which it is where that is kept. */
function storeMaximum(
  combiner: Combiner,
  { input, output, size, records }: PoolNode,
  { from, to }: { readonly from: Local; readonly to: Local },
): void {
  const { code } = combiner;
  const rowBytes = input.stride * VECTOR;
  const winners = records?.winners;
  if (winners === undefined) {
    code.get(to).get(from).load();
    for (let row = 1; row < size; row++) code.get(from).load(row * rowBytes).op("f32x4.pmax");
    code.store();
    return;
  }
  const window = new PooledWindow(combiner, { name: "", keepsWinner: true });
  for (let row = 0; row < size; row++) {
    code.get(from).load(row * rowBytes);
    window.pop(row);
  }
  code.get(to).get(window.best).store();
  code.get(to).get(window.winner!).store(winners - output.address);
}

function addActivation(
  module: ModuleAssembler,
  { name, input, output, activation, records }: ActivationNode,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: NODE_KERNELS, node: name });
  add("run", (code, { target, source, quads }) => {
    const combiner = new Combiner(code, pushConstant);
    const [from, to] = code.locals("i32", 2);
    code.repeatLocal(quads, () => {
      code.get(source).set(from).get(target).set(to);
      code.repeat(input.rows * input.stride, () => {
        if (records?.slopes !== undefined) {
          const value = combiner.local("input");
          code.get(from).load().set(value).get(to);
          pushGeluSlope(code, value, pushConstant);
          code.store(records.slopes - output.address);
        }
        code.get(to).get(from).load();
        activate(combiner, activation);
        code.store().advance(from, VECTOR).advance(to, VECTOR);
      });
      code.advance(source, input.quadBytes).advance(target, output.quadBytes);
    });
  });
}

function addAffine(
  module: ModuleAssembler,
  { name, input, output, factors }: AffineNode,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: NODE_KERNELS, node: name });
  add("run", (code, { target, source, quads }) => {
    const combiner = new Combiner(code, pushConstant);
    const [from, to, constants] = code.locals("i32", 3);
    code.repeatLocal(quads, () => {
      code.get(source).set(from).get(target).set(to);
      code.repeat(input.rows, () => {
        code.i32(factors).set(constants);
        code.repeat(input.stride, () => {
          code.get(to).get(from).load().get(constants).loadSplat();
          code.get(constants).loadSplat(4 * input.stride);
          code.multiplyAdd(combiner.local("scratch")).store();
          code.advance(from, VECTOR).advance(to, VECTOR).advance(constants, 4);
        });
      });
      code.advance(source, input.quadBytes).advance(target, output.quadBytes);
    });
  });
}
