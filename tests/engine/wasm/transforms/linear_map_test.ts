import { ok } from "node:assert";
import fc from "fast-check";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { LinearMap } from "../../../../src/engine/wasm/transforms/linear_map.ts";
import {
  inputMatrix,
  kernelMatrix,
  type Matrix,
  outputMatrix,
} from "../../../../src/engine/wasm/transforms/matrices.ts";
import { createTransform } from "../../../../src/engine/wasm/transforms/points.ts";

/** Applies a matrix to vectors in wasm; inputs in `zeros` are known to be zero. */
function apply(matrix: Matrix, inputs: readonly number[], zeros: ReadonlySet<number>): number[] {
  const module = new ModuleAssembler(false);
  module.addFunction("map", ["from", "to"], (code, { from, to }) => {
    const vectors = code.locals("v128", inputs.length);
    vectors.forEach((vector, index) => code.get(from).load(16 * index).set(vector));
    const map = new LinearMap(code);
    // Twice, since temporaries are used again.
    for (let round = 0; round < 2; round++) {
      map.assemble(matrix, {
        inputs: vectors.map((vector, index) => zeros.has(index) ? undefined : vector),
        store: (output, push) => {
          code.get(to);
          push();
          code.store(16 * output);
        },
      });
    }
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const floats = new Float32Array(memory.buffer);
  inputs.forEach((value, index) => floats.fill(value, 4 * index, 4 * index + 4));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes(1)), {
    env: { memory },
  });
  const to = 16 * inputs.length;
  (instance.exports.map as (from: number, to: number) => void)(0, to);
  return matrix.map((_, output) => floats[to / 4 + 4 * output + 3]!);
}

function check(matrix: Matrix, inputs: readonly number[], zeros: ReadonlySet<number>): void {
  const found = apply(matrix, inputs, zeros);
  matrix.forEach((row, output) => {
    const terms = row.map((factor, index) => zeros.has(index) ? 0 : factor * inputs[index]!);
    const wanted = terms.reduce((sum, term) => sum + term, 0);
    const scale = terms.reduce((sum, term) => sum + Math.abs(term), 1);
    ok(Math.abs(found[output]! - wanted) <= 1e-6 * scale, `output ${output}`);
  });
}

Deno.test("a linear map computes any matrix, with rows and columns that are pairs or not", () => {
  const factor = fc.constantFrom(0, 1, -1, 0.5, -0.5, 2, -3);
  const cases = fc.integer({ min: 1, max: 7 }).chain((columns) =>
    fc.record({
      matrix: fc.array(fc.array(factor, { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 8,
      }),
      inputs: fc.array(fc.integer({ min: -100, max: 100 }), {
        minLength: columns,
        maxLength: columns,
      }),
      zeros: fc.uniqueArray(fc.integer({ min: 0, max: columns - 1 })),
    })
  );
  fc.assert(
    fc.property(cases, ({ matrix, inputs, zeros }) => check(matrix, inputs, new Set(zeros))),
    { numRuns: 100 },
  );
});

Deno.test("a linear map computes the matrices of transforms and their transposes", () => {
  for (const [outputs, taps] of [[3, 5], [5, 5], [6, 5], [3, 3], [2, 2]] as const) {
    const transform = createTransform(outputs, taps);
    for (const matrixOf of [kernelMatrix, inputMatrix, outputMatrix]) {
      const matrix = matrixOf(transform);
      const back = matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
      for (const each of [matrix, back]) {
        check(each, each[0]!.map((_, index) => Math.sin(index + 1)), new Set());
      }
    }
  }
});
