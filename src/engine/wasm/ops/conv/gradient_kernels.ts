import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { splitEvenly } from "../../assembler/panels.ts";
import { type ConvShape, filterBytes, inputDeltaStride, tapBytes } from "./shape.ts";

/** Vectors of a kernel that are kept in registers; more than nine spill beside a splat and a loaded vector. */
const CHUNK_VECTORS = 9;

/**
 * Gradients where every position has one; `delta` is `[position, filter]` with rows of zeros around. `kernelGradient`
 * adds to what is there, `inputGradient` writes.
 */
export const CONV_GRADIENT_KERNELS = {
  kernelGradient: ["gradient", "input", "delta"],
  inputGradient: ["inputDelta", "delta", "kernel"],
} as const;

/**
 * The same after a max pooling, where only the positions of the maxima carry a gradient: `delta` and `offsets` are
 * `[pooled position, filter]`, an offset being the position's distance from the first row. They visit a fifth or a
 * third of what the dense ones do. Both add to what is there.
 */
export const CONV_SPARSE_GRADIENT_KERNELS = {
  kernelGradient: ["gradient", "input", "offsets", "delta"],
  inputGradient: ["inputDelta", "kernel", "offsets", "delta"],
} as const;

/** Adds the kernels that training needs of a convolution besides its forward one. */
export function addConvGradients(module: ModuleAssembler, node: string, shape: ConvShape): void {
  if (shape.pooledPositions !== undefined) return addSparseGradients(module, node, shape);
  addKernelGradient(module, node, shape);
  addInputGradient(module, node, shape);
}

function addKernelGradient(module: ModuleAssembler, node: string, shape: ConvShape): void {
  const { filters, filterVectors, outputPositions, dilation, inputStride, groups } = shape;
  const add = kernelAdder(module, { table: CONV_GRADIENT_KERNELS, node });
  add("kernelGradient", (code, { gradient, input, delta }) => {
    const [b, c] = code.locals("i32", 2);
    code.repeat(groups, () => {
      code.get(input).set(b).get(gradient).set(c);
      assembleProduct(code, {
        rows: filters,
        vectors: shape.groupVectors,
        start: "self",
        rowStrideA: 4,
        b: { rowStride: inputStride },
        rowStrideC: filterBytes(shape),
        sums: [{ count: outputPositions, strideA: 16 * filterVectors, stepB: 1 }],
      }, { a: delta, b, c });
      code.advance(input, dilation * inputStride).advance(gradient, 16 * shape.groupVectors);
    });
  });
}

function addInputGradient(module: ModuleAssembler, node: string, shape: ConvShape): void {
  const { filters, filterVectors, inputPositions, dilation, left, taps } = shape;
  const row = 16 * filterVectors;
  const add = kernelAdder(module, { table: CONV_GRADIENT_KERNELS, node });
  add("inputGradient", (code, { inputDelta, delta, kernel }) => {
    code.advance(delta, left * row);
    assembleProduct(code, {
      rows: inputPositions,
      vectors: inputDeltaStride(shape) / 16,
      start: "zero",
      rowStrideA: row,
      rowStrideC: inputDeltaStride(shape),
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
 * Both sparse gradients visit the pooled positions filter by filter, group by group. For the kernel the sums stay in
 * registers and the input passes by; for the input the kernel stays and the sums pass by.
 */
function addSparseGradients(module: ModuleAssembler, node: string, shape: ConvShape): void {
  const add = kernelAdder(module, { table: CONV_SPARSE_GRADIENT_KERNELS, node });
  add("kernelGradient", (code, { gradient, input, offsets, delta }) => {
    const addresses = { kernel: gradient, rows: input, offsets, delta };
    assembleSparseGradient(code, shape, { wanted: "kernel", addresses });
  });
  add("inputGradient", (code, { inputDelta, kernel, offsets, delta }) => {
    const addresses = { kernel, rows: inputDelta, offsets, delta };
    assembleSparseGradient(code, shape, { wanted: "input", addresses });
  });
}

interface SparseGradient {
  readonly wanted: "kernel" | "input";
  readonly addresses: Readonly<Record<"kernel" | "rows" | "offsets" | "delta", Local>>;
}

function assembleSparseGradient(
  code: FunctionAssembler,
  shape: ConvShape,
  { wanted, addresses: { kernel, rows, offsets, delta } }: SparseGradient,
): void {
  const { filters, dilation, inputStride, groups, groupVectors } = shape;
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
}

interface SparseChunk extends SparseGradient {
  readonly vectors: number;
}

function assembleSparseChunk(
  code: FunctionAssembler,
  { pooledPositions, filterVectors }: ConvShape,
  { vectors, wanted, addresses }: SparseChunk,
): void {
  const { kernel, rows, offsets, delta } = addresses;
  const row = code.local("i32");
  const [factor, scratch] = code.locals("v128", 2);
  const held = code.locals("v128", vectors);
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
