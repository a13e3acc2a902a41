import type { ModuleAssembler } from "../../../assembler/assembler.ts";
import { kernelAdder } from "../../../assembler/kernel_table.ts";
import { LinearMap } from "../../../assembler/linear_map.ts";
import { STAGE_BYTES, StagedProducts } from "./products.ts";
import { layOut, paddedBytes, type Tiling } from "./tiling.ts";
import { assembleKernelPanel } from "./transform_kernel.ts";
import { assembleInput } from "./transform_input.ts";
import { assembleOutput, type OutputEnds } from "./transform_output.ts";
import type { ConvShape } from "../shape.ts";

/**
 * `transformPanel`, `transformNarrowPanel`: some filters of the kernel as `transformedForward` reads them, from the kernel that is
 * not transformed; `target` and `source` are the addresses of the panel.
 *
 * `transformedForward`: convolution, activation and pooling of at most as many samples as the tiling says. `input` is the first
 * row of the first sample; `kernel` the transformed kernel.
 */
export const TRANSFORMED_KERNELS = {
  transformPanel: ["target", "source"],
  transformNarrowPanel: ["target", "source"],
  transformedForward: ["output", "offsets", "input", "kernel", "bias", "samples"],
} as const;

/** A convolution whose tiles are transformed. */
export interface TransformedShape {
  readonly shape: ConvShape;
  readonly tiling: Tiling;
  readonly ends: OutputEnds;
  /** Bytes between samples of the input. */
  readonly inputSampleStride: number;
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
}

function addForward(
  module: ModuleAssembler,
  node: string,
  { shape, tiling, ends, inputSampleStride }: TransformedShape,
): void {
  const layout = layOut(shape, tiling, tiling.samples.forward);
  const { algorithm: { products }, rows, inner, samples: capacity } = layout;
  const padded = module.own.take(capacity * paddedBytes(layout, shape.inputStride));
  const inputs = module.own.take(products * rows * layout.inputStride);
  const sums = module.own.take(products * rows * layout.outputStride);
  const stage = module.own.take(STAGE_BYTES);
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
