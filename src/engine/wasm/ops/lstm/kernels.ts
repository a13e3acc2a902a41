import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { keepNumbers, pushSigmoid, pushTanh } from "../../assembler/exponential.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../../assembler/sample_product.ts";
import {
  assembleInputGradient,
  assembleKernelGradient,
  assembleProjection,
  gradientProduct,
} from "../recurrent/products.ts";
import { countUnitVectors, lstmLayout, lstmRecord, type LstmShape } from "./shape.ts";
import {
  LSTM_BACKWARD_KERNELS,
  LSTM_FORWARD_KERNELS,
  LSTM_WEIGHT_GRADIENT_KERNELS,
} from "./tables.ts";

/** Adds the kernels of an LSTM. */
export function addLstmKernels(module: ModuleAssembler, node: string, shape: LstmShape): void {
  addForwardProducts(module, node, shape);
  addStep(module, node, shape);
  addStepBackward(module, node, shape);
  addBackwardProducts(module, node, shape);
  addWeightGradients(module, node, shape);
}

function addForwardProducts(module: ModuleAssembler, node: string, shape: LstmShape): void {
  const layout = lstmLayout(shape);
  const { unit, gates: gatesBytes, sampleStride } = layout;
  const add = kernelAdder(module, { table: LSTM_FORWARD_KERNELS, node });
  add("project", (code, parameters) => assembleProjection(code, layout, parameters));
  add("recur", (code, { gates, state, recurrent, samples }) => {
    assembleSampleProduct(code, {
      inner: unit / 4,
      vectors: gatesBytes / 16,
      start: "self",
      rowStrideA: sampleStride,
      b: { rowStride: gatesBytes },
      rowStrideC: sampleStride,
    }, { a: state, b: recurrent, c: gates, samples });
  });
}

function addStep(module: ModuleAssembler, node: string, shape: LstmShape): void {
  const { unit } = lstmLayout(shape);
  const add = kernelAdder(module, { table: LSTM_FORWARD_KERNELS, node });
  add("step", (code, { gates, cell, nextCell, nextState, tangent, samples }) => {
    const [forget, candidate, output, scratch] = code.locals("v128", 4);
    const push = keepNumbers(code);
    const pointers = [gates, cell, nextCell, nextState, tangent];
    forUnits(code, shape, { samples, pointers }, () => {
      const gate = (index: number, activate: typeof pushSigmoid) => {
        code.get(gates).load(index * unit);
        activate(code, push);
      };
      gate(1, pushSigmoid);
      code.set(forget).get(gates).get(forget).store(unit);
      gate(2, pushTanh);
      code.set(candidate).get(gates).get(candidate).store(2 * unit);
      gate(3, pushSigmoid);
      code.set(output).get(gates).get(output).store(3 * unit);
      gate(0, pushSigmoid);
      code.set(scratch).get(gates).get(scratch).store();
      code.get(scratch).get(candidate).op("f32x4.mul");
      code.get(forget).get(cell).load().op("f32x4.mul").op("f32x4.add").set(scratch);
      code.get(nextCell).get(scratch).store().get(scratch);
      pushTanh(code, push);
      code.set(scratch).get(tangent).get(scratch).store();
      code.get(nextState).get(scratch).get(output).op("f32x4.mul").store();
    });
  });
}

function addStepBackward(module: ModuleAssembler, node: string, shape: LstmShape): void {
  const { unit } = lstmLayout(shape);
  const add = kernelAdder(module, { table: LSTM_BACKWARD_KERNELS, node });
  add("stepBackward", (code, parameters) => {
    const { gates, cell, tangent, delta, cellDelta, samples, keep } = parameters;
    const [i, f, g, o, t, d, e, kept, one] = code.locals("v128", 9);
    code.get(keep).op("i32x4.splat").set(kept).f32x4(1).set(one);
    const pointers = [gates, cell, tangent, delta, cellDelta];
    /** Multiplies what is on the stack by x ∘ (1 − x). */
    const multiplySlope = (x: Local) => {
      code.get(x).op("f32x4.mul").get(one).get(x).op("f32x4.sub").op("f32x4.mul");
    };
    /** The same by 1 − x². */
    const multiplyTangentSlope = (x: Local) => {
      code.get(one).get(x).get(x).op("f32x4.mul").op("f32x4.sub").op("f32x4.mul");
    };
    forUnits(code, shape, { samples, pointers }, () => {
      [i, f, g, o].forEach((gate, index) => code.get(gates).load(index * unit).set(gate));
      code.get(tangent).load().set(t).get(delta).load().set(d);
      code.get(gates).get(d).get(t).op("f32x4.mul");
      multiplySlope(o);
      code.store(3 * unit);
      code.get(d).get(o).op("f32x4.mul");
      multiplyTangentSlope(t);
      code.get(cellDelta).load().get(kept).op("v128.and").op("f32x4.add").set(e);
      code.get(gates).get(e).get(g).op("f32x4.mul");
      multiplySlope(i);
      code.store().get(gates).get(e).get(cell).load().op("f32x4.mul");
      multiplySlope(f);
      code.store(unit).get(gates).get(e).get(i).op("f32x4.mul");
      multiplyTangentSlope(g);
      code.store(2 * unit).get(cellDelta).get(e).get(f).op("f32x4.mul").store();
    });
  });
}

function addBackwardProducts(module: ModuleAssembler, node: string, shape: LstmShape): void {
  const layout = lstmLayout(shape);
  const { unit, gates: gatesBytes, sampleStride } = layout;
  const add = kernelAdder(module, { table: LSTM_BACKWARD_KERNELS, node });
  add("stateGradient", (code, { delta, gates, transposed, samples }) => {
    assembleSampleProduct(code, {
      inner: gatesBytes / 4,
      vectors: countUnitVectors(shape),
      start: "zero",
      rowStrideA: sampleStride,
      b: { rowStride: unit },
      rowStrideC: sampleStride,
    }, { a: gates, b: transposed, c: delta, samples });
  });
  add("inputGradient", (code, parameters) => assembleInputGradient(code, layout, parameters));
}

function addWeightGradients(module: ModuleAssembler, node: string, shape: LstmShape): void {
  const layout = lstmLayout(shape);
  const { gates: gatesBytes, sampleStride: strideA } = layout;
  const add = kernelAdder(module, { table: LSTM_WEIGHT_GRADIENT_KERNELS, node });
  add("kernelGradient", (code, parameters) => assembleKernelGradient(code, layout, parameters));
  add("recurrentGradient", (code, { gradient, state, gates, rows, samples }) => {
    assembleProduct(code, {
      ...gradientProduct(layout, { rows, samples, strideA }),
      vectors: gatesBytes / 16,
      rowStrideC: gatesBytes,
    }, { a: state, b: gates, c: gradient });
  });
}

/** Assembles a loop over the samples and their units, vector by vector; all pointers are into records. */
function forUnits(
  code: FunctionAssembler,
  shape: LstmShape,
  { samples, pointers }: { readonly samples: Local; readonly pointers: readonly Local[] },
  body: () => void,
): void {
  const vectors = countUnitVectors(shape);
  const { sampleStride } = lstmRecord(shape);
  code.repeatLocal(samples, () => {
    code.repeat(vectors, () => {
      body();
      for (const pointer of pointers) code.advance(pointer, 16);
    });
    for (const pointer of pointers) code.advance(pointer, sampleStride - 16 * vectors);
  });
}
