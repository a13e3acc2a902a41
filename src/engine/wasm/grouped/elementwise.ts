import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { Combiner, type PushConstant } from "../transforms/combiner.ts";
import { activate } from "./epilogue.ts";
import { VECTOR } from "./layout.ts";
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
      return addPool(module, node);
    case "activation":
      return addActivation(module, node, pushConstant);
    case "affine":
      return addAffine(module, node, pushConstant);
  }
}

function addPool(module: ModuleAssembler, { name, input, output, size }: PoolNode): void {
  const add = kernelAdder(module, { table: NODE_KERNELS, node: name });
  const [inputRow, outputRow] = [input.stride * VECTOR, output.stride * VECTOR];
  add("run", (code, { target, source, quads }) => {
    const [from, to] = code.locals("i32", 2);
    code.repeatLocal(quads, () => {
      code.get(source).set(from).get(target).set(to);
      code.repeat(output.rows, () => {
        code.repeat(output.stride, () => {
          code.get(to).get(from).load();
          for (let row = 1; row < size; row++) {
            code.get(from).load(row * inputRow).op("f32x4.pmax");
          }
          code.store().advance(from, VECTOR).advance(to, VECTOR);
        });
        code.advance(from, size * inputRow - outputRow);
      });
      code.advance(source, input.quadBytes).advance(target, output.quadBytes);
    });
  });
}

function addActivation(
  module: ModuleAssembler,
  { name, input, output, activation }: ActivationNode,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: NODE_KERNELS, node: name });
  add("run", (code, { target, source, quads }) => {
    const combiner = new Combiner(code, pushConstant);
    const [from, to] = code.locals("i32", 2);
    code.repeatLocal(quads, () => {
      code.get(source).set(from).get(target).set(to);
      code.repeat(input.rows * input.stride, () => {
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
