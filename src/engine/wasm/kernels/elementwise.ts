import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler.ts";
import type { Operation } from "../operations.ts";

/** Assembles a loop over vectors; `pointers` advance by 16 bytes each time. */
function forVectors(
  code: FunctionAssembler,
  { vectors, pointers }: { vectors: Local; pointers: readonly Local[] },
  body: () => void,
): void {
  code.repeatLocal(vectors, () => {
    body();
    for (const pointer of pointers) code.advance(pointer, 16);
  });
}

/** Pushes value > 0 ? chosen : slope · chosen, lane by lane. */
export function pushLeaky(
  code: FunctionAssembler,
  value: Local,
  slope: Local,
  chosen: Local,
): void {
  // bitselect(a, b, mask) takes a where the mask is set.
  code.get(chosen).get(chosen).get(slope).op("f32x4.mul");
  code.get(value).f32x4(0).op("f32x4.gt").op("v128.bitselect");
}

/**
 * `leaky(target, source, vectors, slope)`: target = source > 0 ? source : slope · source. ReLU has slope 0.
 * `leakyBackward(target, delta, output, vectors, slope)`: target = delta · (output > 0 ? 1 : slope); the sign of
 * the output is that of the input, so the input need not be kept.
 */
export function addActivationKernels(module: ModuleAssembler): void {
  module.addFunction(
    "leaky",
    ["i32", "i32", "i32", "f32"],
    (code, target, source, vectors, slope) => {
      const [value, slopes] = code.locals("v128", 2);
      code.get(slope).op("f32x4.splat").set(slopes);
      forVectors(code, { vectors, pointers: [target, source] }, () => {
        code.get(source).load().set(value).get(target);
        pushLeaky(code, value, slopes, value);
        code.store();
      });
    },
  );
  module.addFunction(
    "leakyBackward",
    ["i32", "i32", "i32", "i32", "f32"],
    (code, target, delta, output, vectors, slope) => {
      const [value, slopes, chosen] = code.locals("v128", 3);
      code.get(slope).op("f32x4.splat").set(slopes);
      forVectors(code, { vectors, pointers: [target, delta, output] }, () => {
        code.get(output).load().set(value).get(delta).load().set(chosen).get(target);
        pushLeaky(code, value, slopes, chosen);
        code.store();
      });
    },
  );
}

/**
 * `adam(weight, gradient, first, second, vectors, rate, correction)`: one step of Adam; `rate` is the learning
 * rate times the first correction, `correction` the second. See `src/engine/adam.ts`.
 */
export function addAdamKernel(
  module: ModuleAssembler,
  { beta1, beta2, epsilon }: { beta1: number; beta2: number; epsilon: number },
): void {
  module.addFunction(
    "adam",
    ["i32", "i32", "i32", "i32", "i32", "f32", "f32"],
    (code, weight, gradient, first, second, vectors, rate, correction) => {
      const [g, m, v, rates, corrections] = code.locals("v128", 5);
      code.get(rate).op("f32x4.splat").set(rates);
      code.get(correction).op("f32x4.splat").set(corrections);
      const decay = (pointer: Local, beta: number, moment: Local, squared: boolean) => {
        code.get(pointer);
        code.get(pointer).load().f32x4(beta).op("f32x4.mul");
        code.get(g);
        if (squared) code.get(g).op("f32x4.mul");
        code.f32x4(1 - beta).op("f32x4.mul").op("f32x4.add").tee(moment).store();
      };
      forVectors(code, { vectors, pointers: [weight, gradient, first, second] }, () => {
        code.get(gradient).load().set(g);
        decay(first, beta1, m, false);
        decay(second, beta2, v, true);
        code.get(weight).get(weight).load().get(m).get(rates).op("f32x4.mul");
        code.get(v).get(corrections).op("f32x4.mul").op("f32x4.sqrt").f32x4(epsilon).op(
          "f32x4.add",
        );
        code.op("f32x4.div").op("f32x4.sub").store();
      });
    },
  );
}

/**
 * `sumParts(target, source, vectors, stride, parts)`: target = Σ over parts, in their order, of the vectors at
 * source + part · stride. The order is what makes a sum the same for any number of threads.
 */
export function addSumPartsKernel(module: ModuleAssembler): void {
  module.addFunction(
    "sumParts",
    ["i32", "i32", "i32", "i32", "i32"],
    (code, target, source, vectors, stride, parts) => {
      const [pointer, left] = code.locals("i32", 2);
      const sum = code.local("v128");
      forVectors(code, { vectors, pointers: [target, source] }, () => {
        code.f32x4(0).set(sum).get(source).set(pointer).get(parts).set(left);
        code.repeatLocal(left, () => {
          code.get(sum).get(pointer).load().op("f32x4.add").set(sum);
          code.advanceBy(pointer, stride);
        });
        code.get(target).get(sum).store();
      });
    },
  );
}

/** What a column kernel adds up, given the row's value on the stack. */
const COLUMN_SUMS: Record<string, { readonly inputs: number; readonly operation?: Operation }> = {
  columnSum: { inputs: 1 },
  columnSumOfSquares: { inputs: 1, operation: "f32x4.mul" },
  columnSumOfProducts: { inputs: 2, operation: "f32x4.mul" },
};

/**
 * Sums over rows, added to what the target holds. `stride` is the bytes between rows.
 * `columnSum(target, source, rows, vectors, stride)`: Σ source.
 * `columnSumOfSquares(target, source, centre, rows, vectors, stride)`: Σ (source − centre)².
 * `columnSumOfProducts(target, source, centre, other, rows, vectors, stride)`: Σ (source − centre) · other; `other`
 * has the same stride.
 */
export function addColumnKernels(module: ModuleAssembler): void {
  for (const [name, { inputs, operation }] of Object.entries(COLUMN_SUMS)) {
    const centred = operation !== undefined;
    const extra = (centred ? 1 : 0) + inputs - 1;
    const parameters = Array.from({ length: 5 + extra }, () => "i32" as const);
    module.addFunction(name, parameters, (code, target, source, ...rest) => {
      const [centre, other] = [rest[0], rest[1]];
      const [rows, vectors, stride] = rest.slice(extra);
      const [pointer, otherPointer, left] = code.locals("i32", 3);
      const [sum, value] = code.locals("v128", 2);
      const pointers = [target, source, ...rest.slice(0, extra)];
      forVectors(code, { vectors, pointers }, () => {
        code.get(target).load().set(sum).get(source).set(pointer).get(rows).set(left);
        if (inputs === 2) code.get(other).set(otherPointer);
        code.repeatLocal(left, () => {
          code.get(sum).get(pointer).load();
          if (centred) {
            code.get(centre).load().op("f32x4.sub").tee(value);
            if (inputs === 2) code.get(otherPointer).load();
            else code.get(value);
            code.op(operation);
          }
          code.op("f32x4.add").set(sum);
          code.advanceBy(pointer, stride);
          if (inputs === 2) code.advanceBy(otherPointer, stride);
        });
        code.get(target).get(sum).store();
      });
    });
  }
}

/**
 * `affine(target, first, second, factors, rows, vectors, stride)`: target = a · first + b · second + c for each
 * row, with the rows a, b and c one behind the other at `factors`, `vectors` long each. Batch normalisation is
 * this, forward (b = 0) and backward. `stride` holds for target, first and second.
 */
export function addAffineKernel(module: ModuleAssembler): void {
  module.addFunction(
    "affine",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (code, target, first, second, factors, rows, vectors, stride) => {
      const [to, x, y, left, lengthA, lengthB] = code.locals("i32", 6);
      const [a, b, c] = code.locals("v128", 3);
      code.get(vectors).i32(16).op("i32.mul").set(lengthA);
      code.get(vectors).i32(32).op("i32.mul").set(lengthB);
      forVectors(code, { vectors, pointers: [target, first, second, factors] }, () => {
        code.get(factors).load().set(a);
        code.get(factors).get(lengthA).op("i32.add").load().set(b);
        code.get(factors).get(lengthB).op("i32.add").load().set(c);
        code.get(target).set(to).get(first).set(x).get(second).set(y).get(rows).set(left);
        code.repeatLocal(left, () => {
          code.get(to).get(x).load().get(a).op("f32x4.mul");
          code.get(y).load().get(b).op("f32x4.mul").op("f32x4.add");
          code.get(c).op("f32x4.add").store();
          for (const pointer of [to, x, y]) code.advanceBy(pointer, stride);
        });
      });
    },
  );
}

/** `clear(target, bytes)`: target = 0. */
export function addClearKernel(module: ModuleAssembler): void {
  module.addFunction("clear", ["i32", "i32"], (code, target, bytes) => {
    code.get(target).i32(0).get(bytes).fill();
  });
}

/**
 * `transpose(target, source, rows, vectors, targetStride, sourceStride)`: target[column, row] = source[row, column]
 * in blocks of 4 × 4. `rows` is a multiple of four, columns are vectors.
 */
export function addTransposeKernel(module: ModuleAssembler): void {
  module.addFunction(
    "transpose",
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    (code, target, source, rows, vectors, targetStride, sourceStride) => {
      const [from, to, block, left] = code.locals("i32", 4);
      const lines = code.locals("v128", 4);
      const mixed = code.locals("v128", 4);
      code.get(rows).i32(2).op("i32.shr_u").set(block);
      code.repeatLocal(block, () => {
        code.get(source).set(from).get(target).set(to).get(vectors).set(left);
        code.repeatLocal(left, () => {
          assembleTransposedBlock(code, { from, to, targetStride, sourceStride, lines, mixed });
          code.advance(from, 16);
          code.get(to).get(targetStride).i32(4).op("i32.mul").op("i32.add").set(to);
        });
        code.get(source).get(sourceStride).i32(4).op("i32.mul").op("i32.add").set(source);
        code.advance(target, 16);
      });
    },
  );
}

interface TransposedBlock {
  readonly from: Local;
  readonly to: Local;
  readonly targetStride: Local;
  readonly sourceStride: Local;
  readonly lines: readonly Local[];
  readonly mixed: readonly Local[];
}

function assembleTransposedBlock(code: FunctionAssembler, block: TransposedBlock): void {
  const { from, to, targetStride, sourceStride, lines, mixed } = block;
  const pointer = code.local("i32");
  code.get(from).set(pointer);
  for (const line of lines) {
    code.get(pointer).load().set(line).advanceBy(pointer, sourceStride);
  }
  const [l0, l1, l2, l3] = lines;
  const [low01, low23, high01, high23] = mixed;
  code.get(l0).get(l1).shuffle([0, 4, 1, 5]).set(low01);
  code.get(l2).get(l3).shuffle([0, 4, 1, 5]).set(low23);
  code.get(l0).get(l1).shuffle([2, 6, 3, 7]).set(high01);
  code.get(l2).get(l3).shuffle([2, 6, 3, 7]).set(high23);
  code.get(to).set(pointer);
  const columns = [[low01, low23, 0], [low01, low23, 2], [high01, high23, 0], [high01, high23, 2]];
  for (const [first, second, lane] of columns) {
    code.get(pointer).get(first).get(second);
    code.shuffle([lane, lane + 1, lane + 4, lane + 5]).store();
    code.advanceBy(pointer, targetStride);
  }
}
