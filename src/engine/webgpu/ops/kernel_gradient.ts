import type { GradientRegion } from "../gradients.ts";
import {
  bindRead,
  bindWrite,
  type Kernel,
  type KernelBuffer,
  makeKernel,
  unrollWgsl,
} from "../kernel.ts";
import { locateDeltaWgsl, locateSampleWgsl, type Tensor } from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";

/** The layer whose kernel it is: a convolution, or a dense layer as one with a single position and tap. */
export interface KernelGradientShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly taps: number;
  readonly dilation: number;
  readonly left: number;
  /** Whether the output is pooled, so that only the positions of the maxima carry a gradient. */
  readonly pooled: boolean;
  /** Size of that pooling. */
  readonly pool?: number | undefined;
  readonly kernel: KernelLayout;
  readonly models: number;
}

/** Elements of the window that a thread sums, at most. */
const PIECE = 12;
/** Filters side by side in a workgroup, and threads of it. */
const FILTERS = 64;
const THREADS = 256;

/** How the elements of a kernel are divided among threads. */
interface Division {
  /** Elements that are neighbours in the input: a whole window, or one tap if it is dilated. */
  readonly segments: number;
  readonly segmentLength: number;
  /** Elements that are loaded together: 1, 2 or 4. */
  readonly width: 1 | 2 | 4;
  readonly piecesOfSegment: number;
  /** Elements of a piece. */
  readonly piece: number;
  readonly filters: number;
  readonly filterBlocks: number;
  readonly piecesOfGroup: number;
  readonly pieceBlocks: number;
}

function divide({ input, output, taps, dilation }: KernelGradientShape): Division {
  const segments = dilation === 1 ? 1 : taps;
  const segmentLength = taps * input.channels / segments;
  // Rows begin at multiples of this, so that vectors of this many elements are aligned.
  const width = ([4, 2] as const).find((width) => input.channels % width === 0) ?? 1;
  const piecesOfSegment = Math.ceil(segmentLength / PIECE);
  const piece = Math.ceil(segmentLength / piecesOfSegment / width) * width;
  const filterBlocks = Math.ceil(output.channels / FILTERS);
  const filters = Math.ceil(output.channels / filterBlocks);
  const pieces = segments * piecesOfSegment;
  const piecesOfGroup = Math.min(pieces, Math.floor(THREADS / filters));
  const pieceBlocks = Math.ceil(pieces / piecesOfGroup);
  return {
    segments,
    segmentLength,
    width,
    piecesOfSegment,
    piece,
    filters,
    filterBlocks,
    piecesOfGroup,
    pieceBlocks,
  };
}

/** Workgroups that each block of samples takes. */
export function kernelGradientWorkgroups(shape: KernelGradientShape): number {
  const { filterBlocks, pieceBlocks } = divide(shape);
  return filterBlocks * pieceBlocks;
}

const VECTOR_TYPES: Readonly<Record<Division["width"], KernelBuffer["type"]>> = {
  1: "f32",
  2: "vec2f",
  4: "vec4f",
};

/**
 * gradient[tap, channel, filter] = Σ over sample, position of input[position + tap · dilation − left, channel] ·
 * delta[position, filter], and the bias's Σ of the deltas, for each block of samples. After a pooling the sum
 * visits only the maxima: a fifth or a third of the positions.
 *
 * A thread keeps up to twelve elements of one filter's window in registers. Neighbouring threads are neighbouring
 * filters: they read and write neighbouring deltas and gradients, and nearly the same input. Workgroups: x pieces and
 * filters, y blocks of samples, z models.
 */
export function sumKernelGradientWgsl(
  shape: KernelGradientShape,
  region: GradientRegion,
  gradientStride: number,
): Kernel {
  const { name, input, output, pooled, kernel, models } = shape;
  const division = divide(shape);
  const { segments, piecesOfSegment, piece, filters, filterBlocks } = division;
  const { piecesOfGroup, pieceBlocks, width } = division;
  return makeKernel({
    name: `${name} kernel gradient`,
    buffers: {
      input: bindRead(`${input.name}.value`, VECTOR_TYPES[width]),
      delta: bindRead(`${output.name}.delta`),
      ...(pooled ? { offsets: bindRead(`${output.name}.offset`, "u32") } : {}),
      gradients: bindWrite("gradients"),
      ...input.count.buffers,
    },
    declarations:
      `// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / ${kernel.segmentLength}u * ${kernel.paddedSegment}u + element % ${kernel.segmentLength}u)
    * ${kernel.columns}u;
}`,
    threads: filters * piecesOfGroup,
    workgroups: [filterBlocks * pieceBlocks, region.blocks, models],
    body: `  let filter_ = group.x % ${filterBlocks}u * ${filters}u + lane % ${filters}u;
  let piece = group.x / ${filterBlocks}u * ${piecesOfGroup}u + lane / ${filters}u;
  if (filter_ >= ${output.channels}u || piece >= ${segments * piecesOfSegment}u) { return; }
  let segment = piece / ${piecesOfSegment}u;
  let firstElement = piece % ${piecesOfSegment}u * ${piece}u;
  let firstSample = group.y * ${region.blockSamples}u;
  let endSample = min(firstSample + ${region.blockSamples}u, ${input.count.wgsl});
${sumPieceWgsl(shape, division)}
  let block = model * ${gradientStride}u + ${region.start}u + group.y * ${region.size}u + filter_;
${storePieceWgsl(shape, division)}`,
  });
}

/** WGSL that adds up a thread's piece of the window, and the bias, over the samples of its block. */
function sumPieceWgsl(shape: KernelGradientShape, { width, piece }: Division): string {
  const { input, output, dilation, left, pooled } = shape;
  const all = output.channels;
  const vectors = piece / width;
  const position = pooled ? `offsets[deltas + window * ${all}u]` : "window";
  const first = `(segment * ${dilation}u + ${input.before - left}u) * ${input.channels}u`;
  return `${unrollWgsl(vectors, (i) => `  var sum${i} = ${VECTOR_TYPES[width]}();`)}
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = (${locateSampleWgsl(input, "sample")}
      + ${first} + firstElement) / ${width}u;
    let deltas = ${locateDeltaWgsl(output, "sample")} + filter_;
    for (var window = 0u; window < ${output.positions}u; window++) {
      let d = delta[deltas + window * ${all}u];
      let i = inputs + ${position} * ${input.channels / width}u;
${unrollWgsl(vectors, (i) => `      sum${i} += d * input[i + ${i}u];`)}
      biasSum += d;
    }
  }`;
}

/** WGSL that stores the sums of a piece, and the first piece's sum of the bias. */
function storePieceWgsl({ kernel }: KernelGradientShape, division: Division): string {
  const { segmentLength, width, piece } = division;
  const element = (i: number) =>
    width === 1 ? `sum${i}` : `sum${Math.floor(i / width)}[${i % width}]`;
  return `  let element = segment * ${segmentLength}u + firstElement;
${
    unrollWgsl(piece, (i) =>
      `  if (firstElement + ${i}u < ${segmentLength}u) {
    gradients[block + placeOf(element + ${i}u)] = ${element(i)};
  }`)
  }
  if (piece == 0u) { gradients[block + ${kernel.bias - kernel.start}u] = biasSum; }`;
}
