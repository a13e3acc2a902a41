import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { keepNumbers, pushSigmoid, pushTanh } from "../../assembler/exponential.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { gruLayout, gruRecord, type GruShape } from "./shape.ts";
import { GRU_BACKWARD_KERNELS, GRU_FORWARD_KERNELS } from "./tables.ts";

/** Adds the element-wise kernels of the forward pass. */
export function addGatesForward(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const { sampleStride } = gruRecord(shape);
  const { unit } = gruLayout(shape);
  const add = kernelAdder(module, { table: GRU_FORWARD_KERNELS, node });
  add("gatesForward", (code, { gates, state, gated, samples }) => {
    const pointers = [gates, state, gated].map((pointer) => ({ pointer, stride: sampleStride }));
    const reset = code.local("v128");
    const push = keepNumbers(code);
    forUnits(code, { unitVectors, samples, pointers }, () => {
      code.get(gates).get(gates).load();
      pushSigmoid(code, push);
      code.store().get(gates).get(gates).load(unit);
      pushSigmoid(code, push);
      code.tee(reset).store(unit);
      code.get(gated).get(reset).get(state).load().op("f32x4.mul").store();
    });
  });
  add("nextState", (code, { target, targetStride, gates, state, samples }) => {
    const pointers = [
      { pointer: target, stride: { local: targetStride } },
      { pointer: gates, stride: sampleStride },
      { pointer: state, stride: sampleStride },
    ];
    const candidate = code.local("v128");
    const push = keepNumbers(code);
    forUnits(code, { unitVectors, samples, pointers }, () => {
      code.get(gates).get(gates).load(2 * unit);
      pushTanh(code, push);
      code.tee(candidate).store(2 * unit);
      // z ∘ h + (1 − z) ∘ c = z ∘ (h − c) + c
      code.get(target).get(gates).load().get(state).load().get(candidate).op("f32x4.sub");
      code.op("f32x4.mul").get(candidate).op("f32x4.add").store();
    });
  });
}

/** Adds the element-wise kernels of the backward pass. */
export function addGatesBackward(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors, deltaSampleStride } = shape;
  const { sampleStride } = gruRecord(shape);
  const { unit } = gruLayout(shape);
  const add = kernelAdder(module, { table: GRU_BACKWARD_KERNELS, node });
  add("gatesBackward", (code, { delta, gates, state, samples }) => {
    const pointers = [
      { pointer: delta, stride: deltaSampleStride },
      { pointer: gates, stride: sampleStride },
      { pointer: state, stride: sampleStride },
    ];
    const [d, z, rest, c] = code.locals("v128", 4);
    forUnits(code, { unitVectors, samples, pointers }, () => {
      code.get(delta).load().set(d).get(gates).load().set(z).get(gates).load(2 * unit).set(c);
      code.get(delta).get(d).get(z).op("f32x4.mul").store();
      // δ ∘ (1 − z) is a factor of both.
      code.get(d).f32x4(1).get(z).op("f32x4.sub").op("f32x4.mul").set(rest);
      code.get(gates).get(rest).get(z).op("f32x4.mul");
      code.get(state).load().get(c).op("f32x4.sub").op("f32x4.mul").store();
      code.get(gates).get(rest).f32x4(1).get(c).get(c).op("f32x4.mul").op("f32x4.sub");
      code.op("f32x4.mul").store(2 * unit);
    });
  });
  add("resetBackward", (code, { delta, gates, state, gatedDelta, samples }) => {
    const pointers = [
      { pointer: delta, stride: deltaSampleStride },
      { pointer: gates, stride: sampleStride },
      { pointer: state, stride: sampleStride },
      { pointer: gatedDelta, stride: sampleStride },
    ];
    // q ∘ r, where q is the derivative with respect to r ∘ h.
    const [r, passed] = code.locals("v128", 2);
    forUnits(code, { unitVectors, samples, pointers }, () => {
      code.get(gates).load(unit).tee(r).get(gatedDelta).load().op("f32x4.mul").set(passed);
      code.get(delta).get(delta).load().get(passed).op("f32x4.add").store();
      code.get(gates).get(passed).get(state).load().op("f32x4.mul");
      code.f32x4(1).get(r).op("f32x4.sub").op("f32x4.mul").store(unit);
    });
  });
}

/** A pointer that passes over rows of units, and the bytes between the rows of two samples. */
interface RowPointer {
  readonly pointer: Local;
  readonly stride: number | { readonly local: Local };
}

/** Assembles a loop over the samples and their units, vector by vector. */
function forUnits(
  code: FunctionAssembler,
  { unitVectors, samples, pointers }: {
    readonly unitVectors: number;
    readonly samples: Local;
    readonly pointers: readonly RowPointer[];
  },
  body: () => void,
): void {
  code.repeatLocal(samples, () => {
    code.repeat(unitVectors, () => {
      body();
      for (const { pointer } of pointers) code.advance(pointer, 16);
    });
    for (const { pointer, stride } of pointers) {
      code.advance(pointer, -16 * unitVectors);
      if (typeof stride === "number") code.advance(pointer, stride);
      else code.advanceBy(pointer, stride.local);
    }
  });
}
