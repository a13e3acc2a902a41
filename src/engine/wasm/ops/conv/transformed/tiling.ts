import { PANEL_COLUMNS } from "../../../assembler/panels.ts";
import { roundUp } from "../../../layout.ts";
import { type ConvShape, inputDeltaStride } from "../shape.ts";
import type { TrainingTiling } from "./types.ts";
import {
  inputMatrix,
  kernelMatrix,
  type Matrix,
  outputMatrix,
} from "../../../transforms/matrices.ts";
import { createTransform, type Transform } from "../../../transforms/points.ts";

/** Everything that the kernels of a transformed convolution know of its places. Strides are bytes. */
export interface Layout {
  readonly shape: ConvShape;
  readonly tiling: TrainingTiling;
  readonly transform: Transform;
  readonly matrices: Matrices;
  /** Samples that are computed together. */
  readonly samples: number;
  /** Tiles of a sample, and of all. */
  readonly sampleRows: number;
  readonly rows: number;
  /** Elements that a product sums over: channels of all pieces. */
  readonly inner: number;
  /** Channels of a row in vectors. */
  readonly channelVectors: number;
  /**
   * Whether pieces share their transforms: what a tile's second piece reads is what the first one of the next tile reads.
   * Each transform is then kept once, and a tile's elements reach over those of the tiles after it.
   */
  readonly sharesPieces: boolean;
  /** Tiles of the transformed input: those whose elements reach over others need some beyond the last. */
  readonly inputRows: number;
  /** Between tiles of the transformed input, and of the transformed output. */
  readonly inputStride: number;
  readonly outputStride: number;
  /** A tile's elements in whole vectors. */
  readonly elementBytes: number;
  /** Rows of the padded input of a sample. */
  readonly paddedRows: number;
  /** Between rows of the derivatives with respect to the input. */
  readonly deltaStride: number;
}

/** From taps and inputs to frequencies, and from these to outputs; transposed, the way back of derivatives. */
export interface Matrices {
  readonly kernel: Matrix;
  readonly input: Matrix;
  readonly output: Matrix;
}

/** Finds all places for a number of samples that are computed together. */
export function layOut(shape: ConvShape, tiling: TrainingTiling, samples: number): Layout {
  const { channels, dilation, filterVectors } = shape;
  const { outputs, taps, pieces, units } = tiling;
  const transform = createTransform(outputs, taps);
  const channelVectors = Math.ceil(channels / 4);
  const sampleRows = units * dilation;
  const lastTap = (pieces - 1) * taps + transform.frequencies - 1;
  const rows = samples * sampleRows;
  // The last vector of a piece may reach past its channels.
  const apart = 16 * Math.ceil(((pieces - 1) * channels + 4 * channelVectors) / 4);
  const sharesPieces = pieces > 1 && outputs === taps && dilation === 1 && samples === 1 &&
    shape.inputStride === 4 * channels;
  return {
    shape,
    tiling,
    transform,
    // Plans are made for predictions too, which need none of them.
    get matrices() {
      return {
        kernel: kernelMatrix(transform),
        input: inputMatrix(transform),
        output: outputMatrix(transform),
      };
    },
    samples,
    sampleRows,
    rows,
    inner: pieces * channels,
    channelVectors,
    sharesPieces,
    inputRows: sharesPieces ? rows + pieces - 1 : rows,
    inputStride: sharesPieces ? 4 * channels : apart,
    outputStride: 16 * filterVectors,
    elementBytes: sharesPieces ? 16 * Math.ceil(pieces * channels / 4) : apart,
    paddedRows: dilation * (outputs * (units - 1) + lastTap) + dilation,
    deltaStride: inputDeltaStride(shape),
  };
}

/** Positions of the output that are needed: a pooling may leave the last ones out. */
export function neededPositions(
  { outputPositions, pooledPositions }: ConvShape,
  pool: number | undefined,
): number {
  return pooledPositions === undefined ? outputPositions : pooledPositions * pool!;
}

/** Bytes of a convolution's transformed kernel, as the forward pass reads it. */
export function transformedKernelBytes({ transform, inner, shape }: Layout): number {
  return transform.frequencies * inner * 16 * shape.filterVectors;
}

/** Bytes of the same as the backward pass reads it. */
export function backwardKernelBytes({ transform, tiling, channelVectors, shape }: Layout): number {
  return transform.frequencies * tiling.pieces * channelVectors * 16 * shape.filters;
}

/** Distance of the row of a sample's padded input that a tile of a phase begins at. */
export function tileStart({ shape, tiling }: Layout, phase: number, piece: number): number {
  return phase + shape.dilation * piece * tiling.taps;
}

/** Bytes of a sample's padded input. */
export function paddedBytes({ paddedRows }: Layout, stride: number): number {
  return roundUp(paddedRows * stride + 16, 64);
}

/** A matrix with rows and columns exchanged. */
export function transposed(matrix: Matrix): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

/** Distance of the narrower last panel from the first. */
export function lastPanelOffset({ shape, channelVectors }: Layout): number {
  return 4 * PANEL_COLUMNS * shape.filters * Math.floor(channelVectors / 2);
}
