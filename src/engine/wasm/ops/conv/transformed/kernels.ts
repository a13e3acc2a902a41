import type { FunctionAssembler, Local, ModuleAssembler } from "../../../assembler/assembler.ts";
import { kernelAdder } from "../../../assembler/kernel_table.ts";
import { LinearMap } from "../../../transforms/linear_map.ts";
import { deltaRowBytes, gradientBytes, regionBytes } from "./own_places.ts";
import { StagedProducts } from "./products.ts";
import { TRANSFORMED_GRADIENT_KERNELS, TRANSFORMED_KERNELS } from "./tables.ts";
import { type Layout, layOut } from "./tiling.ts";
import type { BackwardPlaces, OwnPlaces, TrainingTiling } from "./types.ts";
import { assembleDelta } from "./transform_delta.ts";
import { assembleInputDelta, assembleKernelGradient } from "./transform_gradient.ts";
import { assembleBackwardKernel, assembleKernelPanel } from "./transform_kernel.ts";
import { assembleInput } from "./transform_input.ts";
import { assembleOutput, type OutputEnds } from "./transform_output.ts";
import type { ConvShape } from "../shape.ts";

/** A convolution whose tiles are transformed. */
export interface TransformedShape {
  readonly shape: ConvShape;
  readonly tiling: TrainingTiling;
  readonly ends: OutputEnds;
  /** Bytes between samples of the input. */
  readonly inputSampleStride: number;
  /** The same for the derivatives with respect to it; absent where none are wanted. */
  readonly inputDeltaStride: number | undefined;
  /** Slope that the derivatives with respect to the output still have to pass; 1 if they already did. */
  readonly deltaSlope: number;
  /** Places in each thread's own memory; those of the backward pass where it is transformed too. */
  readonly own: OwnPlaces;
}

/** Adds the kernels of a transformed convolution. */
export function addTransformedKernels(
  module: ModuleAssembler,
  node: string,
  transformed: TransformedShape,
): void {
  const { shape, tiling } = transformed;
  const add = kernelAdder(module, { table: TRANSFORMED_KERNELS, node });
  const layout = layOut(shape, tiling, 1);
  add("transformPanel", (code, addresses) => {
    assembleKernelPanel(code, layout, { ...addresses, vectors: 2 });
  });
  add("transformNarrowPanel", (code, addresses) => {
    assembleKernelPanel(code, layout, { ...addresses, vectors: 1 });
  });
  addForward(module, node, transformed);
  const { backward } = transformed.own;
  if (backward !== undefined) addBackward(module, node, { ...transformed, places: backward });
}

function addForward(
  module: ModuleAssembler,
  node: string,
  { shape, tiling, ends, inputSampleStride, own }: TransformedShape,
): void {
  const layout = layOut(shape, tiling, tiling.samples.forward);
  const { transform: { frequencies: products }, rows, inner } = layout;
  const { padded, inputs, sums, stage } = own.forward;
  const add = kernelAdder(module, { table: TRANSFORMED_KERNELS, node });
  add("transformedForward", (code, { output, offsets, input, kernel, bias, samples }) => {
    const map = new LinearMap(code);
    assembleInput(code, layout, {
      map,
      places: {
        input,
        sampleStride: inputSampleStride,
        samples,
        padded,
        transformed: inputs,
      },
    });
    const [a, c] = code.locals("i32", 2);
    code.i32(inputs).set(a).i32(sums).set(c);
    const staged = new StagedProducts(code, stage);
    code.repeat(products, () => {
      staged.assemble({
        rows,
        vectors: shape.filterVectors,
        inner,
        a: { rowStride: layout.inputStride, innerStride: 4 },
        b: { memory: "shared", rowStride: "packed" },
        c: { rowStride: layout.outputStride },
        start: "zero",
      }, { a, b: kernel, c });
      code.advance(kernel, inner * layout.outputStride);
    });
    assembleOutput(code, layout, {
      map,
      ends,
      places: { output, offsets, bias, samples, products: sums },
    });
  });
}

/** The kernels of the backward pass with what all of them know. */
interface BackwardShape extends TransformedShape {
  readonly layout: Layout;
  readonly places: BackwardPlaces;
}

function addBackward(
  module: ModuleAssembler,
  node: string,
  transformed: TransformedShape & { readonly places: BackwardPlaces },
): void {
  const { shape, tiling, places, deltaSlope, inputSampleStride } = transformed;
  const ends = { ...transformed.ends, slope: deltaSlope };
  const layout = layOut(shape, tiling, tiling.samples.backward);
  const { padded, inputs, sums, stage, gradients } = places;
  const bytes = regionBytes(layout);
  const add = kernelAdder(module, { table: TRANSFORMED_GRADIENT_KERNELS, node });
  const one = layOut(shape, tiling, 1);
  add("transformFilters", (code, locals) => assembleBackwardKernel(code, one, locals));
  add("beginGradient", (code) => void code.clearOwn(gradients, gradientBytes(layout)));
  add("clearTiles", (code) => {
    code.clearOwn(inputs, bytes.inputs).clearOwn(sums, bytes.sums);
  });
  add("endGradient", (code, { gradient }) => {
    const map = new LinearMap(code);
    assembleKernelGradient(code, layout, { map, gradient, source: gradients });
  });
  add("transformedBackward", (code, { kernel, input, inputDelta, samples, ...locals }) => {
    const map = new LinearMap(code);
    assembleDelta(code, layout, { map, ends, places: { ...locals, samples, products: sums } });
    const sampleStride = inputSampleStride;
    const inputPlaces = { input, sampleStride, samples, padded, transformed: inputs };
    assembleInput(code, layout, { map, places: inputPlaces });
    const staged = new StagedProducts(code, stage);
    const addresses = code.locals("i32", 3);
    const backward = { ...transformed, layout };
    multiplyGradients(code, backward, { staged, addresses });
    const { inputDeltaStride } = transformed;
    if (inputDeltaStride === undefined) return;
    multiplyDeltas(code, backward, { staged, addresses, kernel });
    assembleInputDelta(code, layout, {
      map,
      places: {
        inputDelta,
        sampleStride: inputDeltaStride,
        samples,
        padded: places.paddedDelta,
        transformed: inputs,
      },
    });
  });
}

/** What assembles the products of a pass, and locals for the addresses of A, B and C. */
interface Multiplying {
  readonly staged: StagedProducts;
  readonly addresses: readonly [a: Local, b: Local, c: Local];
}

/** The gradient of the transformed kernel: for each frequency, derivatives times inputs, summed over tiles. */
function multiplyGradients(
  code: FunctionAssembler,
  { shape, layout, places: { inputs, sums, gradients } }: BackwardShape,
  { staged, addresses: [a, b, c] }: Multiplying,
): void {
  const { transform: { frequencies }, rows, inputStride, outputStride } = layout;
  code.i32(sums).set(a).i32(inputs).set(b).i32(gradients).set(c);
  code.repeat(frequencies, () => {
    const next = code.local("i32");
    code.get(a).set(next);
    staged.assemble({
      rows: shape.filters,
      vectors: inputStride / 16,
      inner: rows,
      a: { rowStride: 4, innerStride: outputStride },
      b: { memory: "own", rowStride: inputStride },
      c: { rowStride: inputStride },
      start: "self",
    }, { a, b, c });
    code.get(next).i32(rows * outputStride).op("i32.add").set(a);
    code.advance(b, rows * inputStride);
  });
}

/** The derivatives with respect to the transformed input: for each frequency and piece, derivatives times kernel. */
function multiplyDeltas(
  code: FunctionAssembler,
  { shape, tiling, layout, places: { inputs, sums } }: BackwardShape,
  { staged, addresses: [a, , c], kernel }: Multiplying & { readonly kernel: Local },
): void {
  const { transform: { frequencies }, rows, outputStride, channelVectors } = layout;
  const deltaRow = deltaRowBytes(layout);
  code.i32(sums).set(a).i32(inputs).set(c);
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
        b: { memory: "shared", rowStride: "packed" },
        c: { rowStride: deltaRow },
        start: "zero",
      }, { a, b: kernel, c });
      code.advance(kernel, 16 * channelVectors * shape.filters);
    }
    code.get(target).i32(rows * deltaRow).op("i32.add").set(c);
  });
}
