import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  type FunctionAssembler,
  ModuleAssembler,
} from "../../../../src/engine/wasm/assembler/assembler.ts";
import { kernelAdder } from "../../../../src/engine/wasm/assembler/kernel_table.ts";
import { ExecutionContext } from "../../../../src/engine/wasm/ops/context.ts";
import { Combiner } from "../../../../src/engine/wasm/transforms/combiner.ts";
import { ConstantPool } from "../../../../src/engine/wasm/transforms/constants.ts";
import {
  countInputInstructions,
  countOutputInstructions,
  emitInputTransform,
  emitOutputTransform,
} from "../../../../src/engine/wasm/transforms/emit.ts";
import {
  inputMatrix,
  kernelMatrix,
  type Matrix,
  outputMatrix,
} from "../../../../src/engine/wasm/transforms/matrices.ts";
import {
  createTransform,
  MAX_TRAINING_FREQUENCIES,
  type Transform,
} from "../../../../src/engine/wasm/transforms/points.ts";
import { createRandom } from "../../../helpers/random_values.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";

const LANES = 4;
const KERNELS = { transform: ["source", "target"] } as const;
const [SOURCE, TARGET, CONSTANTS] = [64, 1024, 2048];
const CHANNELS = 32;
/** Of the largest output, after a sum over 32 channels: see the figures at the points. */
const ALLOWED = 4e-6;

const TRANSFORMS = [1, 2, 3, 4, 5].flatMap((taps) => {
  // With one tap there is nothing to transform.
  const most = taps === 1 ? 1 : MAX_TRAINING_FREQUENCIES + 1 - taps;
  return Array.from({ length: most }, (_, index) => createTransform(index + 1, taps));
});

function nameOf({ outputs, taps }: Transform): string {
  return `F(${outputs}, ${taps})`;
}

function apply(matrix: Matrix, values: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * values[i]!, 0));
}

/** The outputs of a convolution as its definition says. */
function convolve({ outputs }: Transform, inputs: readonly number[], taps: readonly number[]) {
  return Array.from({ length: outputs }, (_, output) => {
    return taps.reduce((sum, tap, index) => sum + tap * inputs[output + index]!, 0);
  });
}

/** A transform as a function from vectors to vectors. */
async function assemble(
  fused: boolean,
  write: (
    combiner: Combiner,
    code: FunctionAssembler,
    at: Record<"source" | "target", number>,
  ) => void,
): Promise<(vectors: Float32Array, length: number) => Float32Array> {
  const assembler = new ModuleAssembler(fused);
  const constants = new ConstantPool(CONSTANTS, 64);
  const add = kernelAdder(assembler, { table: KERNELS });
  add("transform", (code, at) => {
    write(new Combiner(code, (target, value) => constants.push(target, value)), code, at);
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(1));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  context.floats.set(constants.values, CONSTANTS / 4);
  return (vectors, length) => {
    context.floats.set(vectors, SOURCE / 4);
    context.bind(KERNELS).transform(SOURCE, TARGET);
    return context.floats.slice(TARGET / 4, TARGET / 4 + length * LANES);
  };
}

function inputTransform(
  transform: Transform,
  fused: boolean,
  zeros: ReadonlySet<number> = new Set(),
) {
  return assemble(fused, (combiner, code, { source, target }) => {
    const inputs = code.locals("v128", transform.frequencies);
    for (const [i, input] of inputs.entries()) code.get(source).load(16 * i).set(input);
    emitInputTransform(combiner, transform, {
      inputs: inputs.map((input, i) => zeros.has(i) ? undefined : input),
      store: (frequency, push) => {
        code.get(target);
        push();
        code.store(16 * frequency);
      },
    });
  });
}

function outputTransform(transform: Transform, fused: boolean, wanted?: number) {
  return assemble(fused, (combiner, code, { source, target }) => {
    emitOutputTransform(combiner, transform, {
      load: (frequency) => code.get(source).load(16 * frequency),
      store: (output, push) => {
        code.get(target);
        push();
        code.store(16 * output);
      },
      wanted,
    });
  });
}

Deno.test("the matrices of each transform compute its convolution, to within float64", () => {
  const random = createRandom(1);
  for (const transform of TRANSFORMS) {
    const inputs = random(transform.frequencies);
    const taps = random(transform.taps);
    const products = apply(kernelMatrix(transform), taps);
    const transformed = apply(inputMatrix(transform), inputs);
    const found = apply(
      outputMatrix(transform),
      products.map((product, frequency) => product * transformed[frequency]!),
    );
    const apart = largestDifference(found, convolve(transform, inputs, taps));
    ok(apart < 1e-13, `${nameOf(transform)} is ${apart} away`);
  }
});

Deno.test("a transform with more points than are accurate is refused", () => {
  throws(() => createTransform(8, 5), /F\(8, 5\).*12 points, expected 1 to 11/);
  throws(() => createTransform(0, 3), RangeError);
  throws(() => createTransform(3, 0), RangeError);
});

for (const fused of [true, false]) {
  const how = fused ? "with fused multiply-add" : "in plain SIMD";
  Deno.test(`the assembled transforms convolve many channels to ${ALLOWED}, ${how}`, async () => {
    const random = createRandom(2);
    for (const transform of TRANSFORMS) {
      const { frequencies, outputs } = transform;
      const [toInputs, toOutputs] = await Promise.all([
        inputTransform(transform, fused),
        outputTransform(transform, fused),
      ]);
      const kernel = kernelMatrix(transform);
      const products = new Float32Array(frequencies * LANES);
      const wanted = new Float64Array(outputs * LANES);
      for (let channel = 0; channel < CHANNELS; channel++) {
        const vectors = Float32Array.from(random(frequencies * LANES));
        const taps = [...Float32Array.from(random(transform.taps))];
        const transformed = toInputs(vectors, frequencies);
        const factors = Float32Array.from(apply(kernel, taps));
        for (let i = 0; i < products.length; i++) {
          products[i]! += Math.fround(factors[Math.floor(i / LANES)]! * transformed[i]!);
        }
        for (let lane = 0; lane < LANES; lane++) {
          const own = Array.from({ length: frequencies }, (_, i) => vectors[LANES * i + lane]!);
          for (const [i, value] of convolve(transform, own, taps).entries()) {
            wanted[LANES * i + lane]! += value;
          }
        }
      }
      const found = toOutputs(products, outputs);
      const apart = largestDifference(found, wanted) / magnitude(wanted);
      ok(apart <= ALLOWED, `${nameOf(transform)} is ${apart} away`);
    }
  });
}

Deno.test("inputs known to be zero are left out, and give what zeros give", async () => {
  const random = createRandom(3);
  for (const transform of [createTransform(3, 5), createTransform(5, 5), createTransform(2, 2)]) {
    const { frequencies } = transform;
    const zeros = new Set([0, frequencies - 1]);
    const [whole, without] = await Promise.all([
      inputTransform(transform, false),
      inputTransform(transform, false, zeros),
    ]);
    const vectors = Float32Array.from(random(frequencies * LANES));
    for (const zero of zeros) vectors.fill(0, LANES * zero, LANES * zero + LANES);
    const wanted = whole(vectors, frequencies);
    vectors.fill(NaN, 0, LANES);
    ok(largestDifference(without(vectors, frequencies), wanted) <= 1e-6 * magnitude(wanted));
  }
  const none = await inputTransform(createTransform(2, 2), true, new Set([0, 1, 2]));
  deepStrictEqual([...none(new Float32Array(12).fill(NaN), 3)], Array(12).fill(0));
});

Deno.test("the first outputs of a tile may be wanted alone", async () => {
  const random = createRandom(4);
  const transform = createTransform(4, 5);
  const vectors = Float32Array.from(random(transform.frequencies * LANES));
  const all = (await outputTransform(transform, true))(vectors, 4);
  for (const wanted of [1, 2, 3, 4]) {
    const some = (await outputTransform(transform, true, wanted))(vectors, wanted);
    deepStrictEqual([...some], [...all.subarray(0, wanted * LANES)]);
  }
});

Deno.test("instructions of a transform are counted as they are assembled", () => {
  for (const transform of TRANSFORMS) {
    const { frequencies, outputs } = transform;
    const inputs = countArithmetic((combiner, code) => {
      const locals = code.locals("v128", frequencies);
      emitInputTransform(combiner, transform, {
        inputs: locals,
        store: (_, push) => push(),
      });
    });
    strictEqual(inputs, countInputInstructions(transform), `inputs of ${nameOf(transform)}`);
    const load = countArithmetic((combiner) => {
      const vector = combiner.local("vector");
      emitOutputTransform(combiner, transform, {
        load: () => combiner.code.get(vector),
        store: (_, push) => push(),
      });
    });
    strictEqual(load, countOutputInstructions(transform), `${outputs} of ${nameOf(transform)}`);
  }
});

/** Counts arithmetic and loaded constants. */
function countArithmetic(
  write: (combiner: Combiner, code: FunctionAssembler) => void,
): number {
  let count = 0;
  const assembler = new ModuleAssembler(true);
  assembler.addFunction("count", [], (code) => {
    const counted = new Proxy(code, {
      get(target, name) {
        const member = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...values: unknown[]) => {
          if (name === "op" || name === "multiplyAdd") count++;
          const result = member.apply(target, values);
          return result === target ? counted : result;
        };
      },
    });
    write(new Combiner(counted, (target) => (count++, target.f32x4(1))), counted);
  });
  return count;
}
