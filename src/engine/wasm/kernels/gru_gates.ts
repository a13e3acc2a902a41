import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler.ts";
import { pushSigmoid, pushTanh } from "./exponential.ts";
import { gruRecord, type GruShape, rowBytes } from "./gru_layout.ts";

/** The element-wise kernels of the forward pass; see `addGruKernels`. */
export function addGates(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const { slot } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  module.addFunction(
    `${name}.openGates`,
    ["i32", "i32", "i32", "i32"],
    (code, gates, state, gated, samples) => {
      const pointers = [[gates, slot], [state, slot], [gated, slot]] as const;
      const reset = code.local("v128");
      forUnits(code, { unitVectors, samples, pointers }, () => {
        code.get(gates).get(gates).load();
        pushSigmoid(code);
        code.store().get(gates).get(gates).load(unit);
        pushSigmoid(code);
        code.tee(reset).store(unit);
        code.get(gated).get(reset).get(state).load().op("f32x4.mul").store();
      });
    },
  );
  module.addFunction(
    `${name}.nextState`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, target, targetSlot, gates, state, samples) => {
      const pointers = [[target, { local: targetSlot }], [gates, slot], [state, slot]] as const;
      const candidate = code.local("v128");
      forUnits(code, { unitVectors, samples, pointers }, () => {
        code.get(gates).get(gates).load(2 * unit);
        pushTanh(code);
        code.tee(candidate).store(2 * unit);
        // z ∘ h + (1 − z) ∘ c = z ∘ (h − c) + c
        code.get(target).get(gates).load().get(state).load().get(candidate).op("f32x4.sub");
        code.op("f32x4.mul").get(candidate).op("f32x4.add").store();
      });
    },
  );
}

/** The element-wise kernels of the backward pass; see `addGruKernels`. */
export function addGateDeltas(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { unitVectors, outputSlot } = shape;
  const { slot } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  module.addFunction(
    `${name}.closeGates`,
    ["i32", "i32", "i32", "i32"],
    (code, delta, gates, state, samples) => {
      const pointers = [[delta, outputSlot], [gates, slot], [state, slot]] as const;
      const [d, z, rest, c] = code.locals("v128", 4);
      forUnits(code, { unitVectors, samples, pointers }, () => {
        code.get(delta).load().set(d).get(gates).load().set(z).get(gates).load(2 * unit).set(c);
        code.get(delta).get(d).get(z).op("f32x4.mul").store();
        // δ ∘ (1 − z), which both have a factor of.
        code.get(d).f32x4(1).get(z).op("f32x4.sub").op("f32x4.mul").set(rest);
        code.get(gates).get(rest).get(z).op("f32x4.mul");
        code.get(state).load().get(c).op("f32x4.sub").op("f32x4.mul").store();
        code.get(gates).get(rest).f32x4(1).get(c).get(c).op("f32x4.mul").op("f32x4.sub");
        code.op("f32x4.mul").store(2 * unit);
      });
    },
  );
  module.addFunction(
    `${name}.closeReset`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, delta, gates, state, gatedDelta, samples) => {
      const pointers = [
        ...[[delta, outputSlot], [gates, slot], [state, slot], [gatedDelta, slot]] as const,
      ];
      // q ∘ r, where q is the derivative by r ∘ h.
      const [r, passed] = code.locals("v128", 2);
      forUnits(code, { unitVectors, samples, pointers }, () => {
        code.get(gates).load(unit).tee(r).get(gatedDelta).load().op("f32x4.mul").set(passed);
        code.get(delta).get(delta).load().get(passed).op("f32x4.add").store();
        code.get(gates).get(passed).get(state).load().op("f32x4.mul");
        code.f32x4(1).get(r).op("f32x4.sub").op("f32x4.mul").store(unit);
      });
    },
  );
}

/** Pointers that pass over rows of units, with what lies between rows. */
type RowPointers = readonly (readonly [
  pointer: Local,
  slot: number | { readonly local: Local },
])[];

/** Assembles a loop over the samples and their units, vector by vector. */
function forUnits(
  code: FunctionAssembler,
  { unitVectors, samples, pointers }: {
    readonly unitVectors: number;
    readonly samples: Local;
    readonly pointers: RowPointers;
  },
  body: () => void,
): void {
  code.repeatLocal(samples, () => {
    code.repeat(unitVectors, () => {
      body();
      for (const [pointer] of pointers) code.advance(pointer, 16);
    });
    for (const [pointer, slot] of pointers) {
      code.advance(pointer, -16 * unitVectors);
      if (typeof slot === "number") code.advance(pointer, slot);
      else code.advanceBy(pointer, slot.local);
    }
  });
}
