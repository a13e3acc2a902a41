import type { ModuleAssembler } from "../../../assembler/assembler.ts";
import { kernelAdder } from "../../../assembler/kernel_table.ts";
import { LinearMap } from "../../../transforms/linear_map.ts";
import { multiplyDeltas, multiplyGradients, turnGradientSums } from "./backward_products.ts";
import { gradientSumBytes, regionBytes } from "./own_places.ts";
import { StagedProducts } from "./products.ts";
import { TRANSFORMED_GRADIENT_KERNELS, TRANSFORMED_KERNELS } from "./tables.ts";
import { layOut } from "./tiling.ts";
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
    code.ownAddress(inputs).set(a).ownAddress(sums).set(c);
    const staged = new StagedProducts(code, stage);
    code.repeat(products, () => {
      staged.assemble({
        rows,
        vectors: shape.filterVectors,
        inner,
        a: { rowStride: layout.inputStride, innerStride: 4 },
        b: { rowStride: "packed" },
        c: { rowStride: layout.outputStride },
        start: "zero",
      }, { a, b: kernel, c });
      code.advance(kernel, inner * layout.outputStride);
      code.advance(a, (layout.inputRows - rows) * layout.inputStride);
    });
    assembleOutput(code, layout, {
      map,
      ends,
      places: { output, offsets, bias, samples, products: sums },
    });
  });
}

function addBackward(
  module: ModuleAssembler,
  node: string,
  transformed: TransformedShape & { readonly places: BackwardPlaces },
): void {
  const { shape, tiling, places, deltaSlope, inputSampleStride } = transformed;
  const ends = { ...transformed.ends, slope: deltaSlope };
  const layout = layOut(shape, tiling, tiling.samples.backward);
  const { padded, inputs, sums, stage, gradients, gradientSums } = places;
  const bytes = regionBytes(layout);
  const add = kernelAdder(module, { table: TRANSFORMED_GRADIENT_KERNELS, node });
  const one = layOut(shape, tiling, 1);
  add("transformFilters", (code, locals) => assembleBackwardKernel(code, one, locals));
  add("beginGradient", (code) => void code.clearOwn(gradientSums, gradientSumBytes(layout)));
  add("clearTiles", (code) => {
    code.clearOwn(inputs, bytes.inputs).clearOwn(sums, bytes.sums);
  });
  add("endGradient", (code, { gradient }) => {
    if (gradientSums !== gradients) turnGradientSums(code, layout, places);
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
    const backward = { layout, places };
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
