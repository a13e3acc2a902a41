import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler.ts";
import { assembleProduct, splitEvenly } from "../gemm.ts";

/**
 * Shape of a convolution in memory. Strides are bytes between rows; rows of the input are preceded and followed
 * by as many rows of zeros as the padding needs, so no kernel knows about borders.
 *
 * The kernel is kept as `[filter, group, element]`, padded to vectors of elements. A group is what lies in one
 * piece of the input: with dilation 1 the whole window of taps × channels, else one tap.
 */
export interface ConvShape {
  readonly inputPositions: number;
  readonly outputPositions: number;
  readonly filters: number;
  readonly filterVectors: number;
  readonly taps: number;
  readonly dilation: number;
  /** Zeros on the left, in positions. */
  readonly left: number;
  readonly channels: number;
  readonly inputStride: number;
  readonly groups: number;
  readonly groupVectors: number;
  /** Positions of the pooled output, if a pool follows at once. */
  readonly pooledPositions: number | undefined;
}

/** Vectors of a kernel kept in registers at once; more than nine spill beside a splat and a loaded vector. */
const CHUNK_VECTORS = 9;

/**
 * `NAME.forward(output, input, kernel, bias)`: the convolution without activation. `input` is the first row of
 * the padding; `kernel` the transposed kernel, `[group, element, filter]`, packed in panels.
 *
 * `NAME.kernelGradient(gradient, input, delta)` and `NAME.inputGradient(inputDelta, delta, kernel)`: the gradients
 * where every position has one. `delta` is `[position, filter]` with rows of zeros around.
 *
 * `NAME.sparseKernelGradient(gradient, input, offsets, delta)`, `NAME.sparseInputGradient(inputDelta, kernel, offsets,
 * delta)`: the same behind a max pooling, where only the positions of the maxima carry a gradient: `delta` and
 * `offsets` are `[pooled position, filter]`, an offset being the position's distance from the first row. They
 * visit a fifth or a third of what the dense ones do.
 *
 * Kernel gradients are added to what is there. Input gradients are written, by the sparse one added to zeros.
 */
export function addConvKernels(
  module: ModuleAssembler,
  name: string,
  shape: ConvShape,
  { first }: { first: boolean },
): void {
  addForward(module, `${name}.forward`, shape);
  if (shape.pooledPositions === undefined) {
    addKernelGradient(module, `${name}.kernelGradient`, shape);
    if (!first) addInputGradient(module, `${name}.inputGradient`, shape);
  } else {
    addSparse(module, `${name}.sparseKernelGradient`, shape, "kernel");
    if (!first) addSparse(module, `${name}.sparseInputGradient`, shape, "input");
  }
}

/** Bytes of one filter's kernel. */
export function filterBytes({ groups, groupVectors }: ConvShape): number {
  return 16 * groups * groupVectors;
}

/** Bytes from one tap to the next in a filter's kernel. */
export function tapBytes(shape: ConvShape): number {
  return shape.groups === 1 ? shape.inputStride : 16 * shape.groupVectors;
}

function addForward(module: ModuleAssembler, name: string, shape: ConvShape): void {
  const { filterVectors, taps, dilation, channels, inputStride } = shape;
  // A window of dilation 1 without gaps between its rows is one run.
  const oneRun = shape.groups === 1 && inputStride === 4 * channels;
  // Elsewhere rows are whole vectors, and the channels that fill them up zeros.
  const padded = inputStride % 16 === 0 ? inputStride / 4 : channels;
  const sums = oneRun ? [{ count: taps * channels, strideA: 4, stepB: 1 }] : [
    { count: taps, strideA: dilation * inputStride, stepB: tapBytes(shape) / 4 },
    { count: padded, strideA: 4, stepB: 1 },
  ];
  module.addFunction(name, ["i32", "i32", "i32", "i32"], (code, output, input, kernel, bias) => {
    assembleProduct(code, {
      ...{ rows: shape.outputPositions, vectors: filterVectors, sums, start: { bias } },
      ...{ rowStrideA: inputStride, rowStrideC: 16 * filterVectors },
      b: { packedRows: filterBytes(shape) / 4 },
    }, { a: input, b: kernel, c: output });
  });
}

function addKernelGradient(module: ModuleAssembler, name: string, shape: ConvShape): void {
  const { filters, filterVectors, outputPositions, dilation, inputStride, groups } = shape;
  module.addFunction(name, ["i32", "i32", "i32"], (code, gradient, input, delta) => {
    const [b, c] = code.locals("i32", 2);
    code.repeat(groups, () => {
      code.get(input).set(b).get(gradient).set(c);
      assembleProduct(code, {
        ...{ rows: filters, vectors: shape.groupVectors, start: "self" },
        ...{ rowStrideA: 4, b: { rowStride: inputStride }, rowStrideC: filterBytes(shape) },
        sums: [{ count: outputPositions, strideA: 16 * filterVectors, stepB: 1 }],
      }, { a: delta, b, c });
      code.advance(input, dilation * inputStride).advance(gradient, 16 * shape.groupVectors);
    });
  });
}

function addInputGradient(module: ModuleAssembler, name: string, shape: ConvShape): void {
  const { filters, filterVectors, inputPositions, dilation, left, taps, inputStride } = shape;
  const row = 16 * filterVectors;
  module.addFunction(name, ["i32", "i32", "i32"], (code, inputDelta, delta, kernel) => {
    code.advance(delta, left * row);
    assembleProduct(code, {
      ...{ rows: inputPositions, vectors: inputStride / 16, start: "zero" },
      ...{ rowStrideA: row, rowStrideC: inputStride },
      // Rows of B are filters' kernels from tap t on: they begin at any float32 of the kernel.
      b: { rowStride: 4 },
      sums: [
        { count: taps, strideA: -dilation * row, stepB: tapBytes(shape) / 4 },
        { count: filters, strideA: 4, stepB: filterBytes(shape) / 4 },
      ],
    }, { a: delta, b: kernel, c: inputDelta });
  });
}

/**
 * Both sparse gradients go filter by filter, group by group, through the pooled positions. For the kernel the
 * sums stay in registers and the input passes by; for the input the kernel stays and the sums pass by.
 */
function addSparse(
  module: ModuleAssembler,
  name: string,
  shape: ConvShape,
  wanted: "kernel" | "input",
): void {
  const { filters, dilation, inputStride, groups, groupVectors } = shape;
  module.addFunction(
    name,
    ["i32", "i32", "i32", "i32"],
    (code, first, second, offsets, delta) => {
      const [kernel, rows] = wanted === "kernel" ? [first, second] : [second, first];
      const [groupRows, chunkRows] = code.locals("i32", 2);
      code.repeat(filters, () => {
        code.get(rows).set(groupRows);
        code.repeat(groups, () => {
          code.get(groupRows).set(chunkRows);
          for (const { size: vectors, count } of splitEvenly(groupVectors, CHUNK_VECTORS)) {
            code.repeat(count, () => {
              const addresses = { kernel, rows: chunkRows, offsets, delta };
              assembleSparseChunk(code, shape, { vectors, wanted, addresses });
              code.advance(kernel, 16 * vectors).advance(chunkRows, 16 * vectors);
            });
          }
          code.advance(groupRows, dilation * inputStride);
        });
        code.advance(offsets, 4).advance(delta, 4);
      });
    },
  );
}

interface SparseChunk {
  readonly vectors: number;
  readonly wanted: "kernel" | "input";
  readonly addresses: Readonly<Record<"kernel" | "rows" | "offsets" | "delta", Local>>;
}

function assembleSparseChunk(
  code: FunctionAssembler,
  { pooledPositions, filterVectors }: ConvShape,
  { vectors, wanted, addresses }: SparseChunk,
): void {
  const { kernel, rows, offsets, delta } = addresses;
  const row = code.local("i32");
  const [factor, scratch] = code.locals("v128", 2);
  const held = Array.from({ length: vectors }, () => code.local("v128"));
  held.forEach((vector, i) => code.get(kernel).load(16 * i).set(vector));
  for (let position = 0; position < pooledPositions!; position++) {
    const place = position * 16 * filterVectors;
    code.get(offsets).i32Load(place).get(rows).op("i32.add").set(row);
    code.get(delta).loadSplat(place).set(factor);
    held.forEach((vector, i) => {
      if (wanted === "kernel") {
        code.get(factor).get(row).load(16 * i).get(vector).multiplyAdd(scratch).set(vector);
      } else {
        code.get(row).get(factor).get(vector).get(row).load(16 * i).multiplyAdd(scratch);
        code.store(16 * i);
      }
    });
  }
  if (wanted === "input") return;
  held.forEach((vector, i) => code.get(kernel).get(vector).store(16 * i));
}
