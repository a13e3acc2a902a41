import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import type { LinearMap } from "../../../transforms/linear_map.ts";
import { assembleRows } from "./loops.ts";
import { type Layout, paddedBytes, tileStart } from "./tiling.ts";

/** Where the input of some samples is, and where it goes. */
export interface InputPlaces {
  /** Local with the address of the first sample's first row, in shared memory. */
  readonly input: Local;
  /** Bytes between samples. */
  readonly sampleStride: number;
  /** Local with the number of samples. */
  readonly samples: Local;
  /** Addresses in the thread's own memory: the padded input, and `[product, tile, element]`. */
  readonly padded: number;
  readonly transformed: number;
}

/** Copies samples into the middle of zeros, then transforms their tiles. */
export function assembleInput(
  code: FunctionAssembler,
  layout: Layout,
  { map, places }: { readonly map: LinearMap; readonly places: InputPlaces },
): void {
  assembleCopy(code, layout, places);
  assembleTransform(code, layout, { map, places });
}

function assembleCopy(code: FunctionAssembler, layout: Layout, places: InputPlaces): void {
  const { shape: { left, inputPositions, inputStride }, paddedRows } = layout;
  const [source, target, left_] = code.locals("i32", 3);
  const bytes = Math.min(inputPositions, paddedRows - left) * inputStride;
  code.get(places.input).set(source);
  code.ownAddress(places.padded + left * inputStride).set(target);
  code.get(places.samples).set(left_);
  code.repeatLocal(left_, () => {
    assembleCopiedBytes(code, bytes, {
      load: (offset) => code.get(source).load(offset),
      store: (offset, push) => {
        code.get(target);
        push();
        code.store(offset);
      },
      advance: (by) => code.advance(source, by).advance(target, by),
    });
    code.advance(source, places.sampleStride).advance(target, paddedBytes(layout, inputStride));
  });
}

/** Vectors that are copied without a jump. */
const UNROLLED_VECTORS = 8;

interface CopySteps {
  readonly load: (offset: number) => void;
  readonly store: (offset: number, push: () => void) => void;
  readonly advance: (by: number) => void;
}

/** Copies at least 16 bytes; the last vector may overlap the one before it. Pointers end where they began. */
export function assembleCopiedBytes(
  code: FunctionAssembler,
  bytes: number,
  { load, store, advance }: CopySteps,
): void {
  const vectors = Math.floor(bytes / 16);
  const rounds = Math.floor(vectors / UNROLLED_VECTORS);
  const copy = (offset: number) => store(offset, () => load(offset));
  if (rounds > 0) {
    code.repeat(rounds, () => {
      for (let vector = 0; vector < UNROLLED_VECTORS; vector++) copy(16 * vector);
      advance(16 * UNROLLED_VECTORS);
    });
  }
  const done = 16 * UNROLLED_VECTORS * rounds;
  for (let offset = done; offset + 16 <= bytes; offset += 16) copy(offset - done);
  if (done > 0) advance(-done);
  if (bytes % 16 > 0) copy(bytes - 16);
}

function assembleTransform(
  code: FunctionAssembler,
  layout: Layout,
  { map, places }: { readonly map: LinearMap; readonly places: InputPlaces },
): void {
  const { shape, transform, matrices, inputRows } = layout;
  const { dilation, inputStride } = shape;
  const target = code.local("i32");
  const inputs = code.locals("v128", transform.frequencies);
  const assembleVector = (row: Local, piece: number, channel: number) => {
    const first = tileStart(layout, 0, piece);
    inputs.forEach((input, i) => {
      const offset = (first + i * dilation) * inputStride + 4 * channel;
      code.get(row).load(offset).set(input);
    });
    map.assemble(matrices.input, {
      inputs,
      store: (product, push) => {
        code.get(target);
        push();
        const element = piece * shape.channels + channel;
        code.store(product * inputRows * layout.inputStride + 4 * element);
      },
    });
  };
  code.ownAddress(places.transformed).set(target);
  assembleRows(code, layout, {
    ...places,
    rowBytes: inputStride,
    shared: layout.sharesPieces,
    assemblePiece: (piece, row) =>
      assembleChannels(code, layout, {
        pointers: [row, target],
        assemble: (piece, channel) => assembleVector(row, piece, channel),
        piece,
      }),
    endRow: () => code.advance(target, layout.inputStride),
  });
}

/**
 * Visits the channels of a piece, vector by vector. Where rows are whole vectors, the last one reaches into their gap; in
 * others it overlaps the one before it, or, of fewer than four channels, what is written next.
 */
export function assembleChannels(
  code: FunctionAssembler,
  { shape: { channels, inputStride }, channelVectors }: Layout,
  { pointers, assemble, piece }: {
    readonly pointers: readonly Local[];
    readonly assemble: (piece: number, channel: number) => void;
    readonly piece: number;
  },
): void {
  if (inputStride % 16 === 0) {
    code.repeat(channelVectors, () => {
      assemble(piece, 0);
      for (const pointer of pointers) code.advance(pointer, 16);
    });
    for (const pointer of pointers) code.advance(pointer, -16 * channelVectors);
    return;
  }
  for (let vector = 0; vector < channelVectors; vector++) {
    assemble(piece, Math.max(0, Math.min(4 * vector, channels - 4)));
  }
}
