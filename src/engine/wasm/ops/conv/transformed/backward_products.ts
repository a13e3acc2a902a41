import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import { TransposedBlock } from "../../../assembler/transposed_block.ts";
import { deltaRowBytes, elementSumBytes, sumsByElement } from "./own_places.ts";
import type { StagedProducts } from "./products.ts";
import type { Layout } from "./tiling.ts";
import type { BackwardPlaces } from "./types.ts";

/** What the products of a backward pass know of it. */
export interface BackwardProducts {
  readonly layout: Layout;
  readonly places: BackwardPlaces;
}

/** What assembles the products of a pass, and locals for the addresses of A, B and C. */
export interface Multiplying {
  readonly staged: StagedProducts;
  readonly addresses: readonly [a: Local, b: Local, c: Local];
}

/**
 * The gradient of the transformed kernel: for each frequency, derivatives times inputs, summed over tiles. Either factor
 * may be the one whose columns are rows of the sums: the sums are the same.
 */
export function multiplyGradients(
  code: FunctionAssembler,
  { layout, places }: BackwardProducts,
  { staged, addresses: [a, b, c] }: Multiplying,
): void {
  const { shape, transform: { frequencies }, rows, inner, inputStride, outputStride } = layout;
  const inputs = {
    address: places.inputs,
    stride: inputStride,
    bytes: layout.inputRows * inputStride,
    columns: inner,
    rowBytes: layout.elementBytes,
  };
  const deltas = {
    address: places.sums,
    stride: outputStride,
    bytes: rows * outputStride,
    columns: shape.filters,
    rowBytes: outputStride,
  };
  const byElement = sumsByElement(layout);
  const [first, second] = byElement ? [inputs, deltas] : [deltas, inputs];
  const sumBytes = byElement ? elementSumBytes(layout) : shape.filters * layout.elementBytes;
  code.ownAddress(first.address).set(a).ownAddress(second.address).set(b);
  code.ownAddress(places.gradientSums).set(c);
  code.repeat(frequencies, () => {
    const next = code.local("i32");
    code.get(a).set(next);
    staged.assemble({
      rows: first.columns,
      vectors: second.rowBytes / 16,
      inner: rows,
      a: { rowStride: 4, innerStride: first.stride },
      b: { rowStride: second.stride },
      c: { rowStride: second.rowBytes },
      start: "self",
    }, { a, b, c });
    code.get(next).i32(first.bytes).op("i32.add").set(a);
    code.advance(b, second.bytes).advance(c, sumBytes - first.columns * second.rowBytes);
  });
}

/** Turns sums by element, `[frequency, element, filter]`, into `[frequency, filter, element]`. */
export function turnGradientSums(
  code: FunctionAssembler,
  { shape, transform: { frequencies }, inner, elementBytes, outputStride }: Layout,
  { gradients, gradientSums }: BackwardPlaces,
): void {
  const [from, to] = code.locals("i32", 2);
  const block = new TransposedBlock(code);
  const elements = 4 * Math.ceil(inner / 4);
  code.ownAddress(gradientSums).set(from).ownAddress(gradients).set(to);
  code.repeat(frequencies, () => {
    code.repeat(shape.filterVectors, () => {
      for (let element = 0; element < elements; element += 4) {
        block.transpose((line) => code.get(from).load((element + line) * outputStride));
        for (let filter = 0; filter < 4; filter++) {
          code.get(to);
          block.push(filter);
          code.store(filter * elementBytes + 4 * element);
        }
      }
      code.advance(from, 16).advance(to, 4 * elementBytes);
    });
    code.advance(from, elements * outputStride - 16 * shape.filterVectors);
    code.advance(to, (shape.filters - 4 * shape.filterVectors) * elementBytes);
  });
}

/** The derivatives with respect to the transformed input: for each frequency and piece, derivatives times kernel. */
export function multiplyDeltas(
  code: FunctionAssembler,
  { layout, places: { inputs, sums } }: BackwardProducts,
  { staged, addresses: [a, , c], kernel }: Multiplying & { readonly kernel: Local },
): void {
  const { shape, tiling, transform: { frequencies }, rows, outputStride, channelVectors } = layout;
  const deltaRow = deltaRowBytes(layout);
  code.ownAddress(sums).set(a).ownAddress(inputs).set(c);
  code.repeat(frequencies, () => {
    const [first, target] = code.locals("i32", 2);
    code.get(a).set(first).get(c).set(target);
    for (let piece = 0; piece < tiling.pieces; piece++) {
      code.get(first).set(a).get(target).i32(16 * piece * channelVectors).op("i32.add").set(c);
      staged.assemble({
        rows,
        vectors: channelVectors,
        inner: shape.filters,
        a: { rowStride: outputStride, innerStride: 4 },
        b: { rowStride: "packed" },
        c: { rowStride: deltaRow },
        start: "zero",
      }, { a, b: kernel, c });
      code.advance(kernel, 16 * channelVectors * shape.filters);
    }
    code.get(target).i32(rows * deltaRow).op("i32.add").set(c);
  });
}
