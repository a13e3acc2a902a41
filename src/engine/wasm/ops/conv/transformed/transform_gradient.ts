import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import type { LinearMap } from "../../../transforms/linear_map.ts";
import { filterBytes, tapBytes } from "../shape.ts";
import { assembleRows } from "./loops.ts";
import { type Layout, paddedBytes, tileStart, transposed } from "./tiling.ts";
import { assembleChannels, assembleCopiedBytes } from "./transform_input.ts";

/**
 * Assembles the kernel's gradient, `[filter, tap, channel]` as the weights are kept, from those of the transformed kernel,
 * `[product, filter, element]` in the thread's own memory at `source`.
 */
export function assembleKernelGradient(
  code: FunctionAssembler,
  layout: Layout,
  { map, gradient, source }: {
    readonly map: LinearMap;
    readonly gradient: Local;
    readonly source: number;
  },
): void {
  const { shape, tiling: { pieces, taps }, transform, matrices, elementBytes } = layout;
  const from = code.local("i32");
  const products = code.locals("v128", transform.frequencies);
  const assembleVector = (piece: number, channel: number) => {
    const element = piece * shape.channels + channel;
    products.forEach((product, index) => {
      const offset = index * shape.filters * elementBytes + 4 * element;
      code.get(from).load(offset).set(product);
    });
    const present = Math.min(taps, shape.taps - piece * taps);
    map.assemble(transposed(matrices.kernel).slice(0, present), {
      inputs: products,
      store: (tap, push) => {
        code.get(gradient);
        push();
        code.store((piece * taps + tap) * tapBytes(shape) + 4 * channel);
      },
    });
  };
  code.ownAddress(source).set(from);
  code.repeat(shape.filters, () => {
    for (let piece = 0; piece < pieces; piece++) {
      const pointers = [from, gradient];
      assembleChannels(code, layout, { pointers, assemble: assembleVector, piece });
    }
    code.advance(from, elementBytes).advance(gradient, filterBytes(shape));
  });
}

/** Where the derivatives with respect to the input of some samples go. */
export interface InputDeltaPlaces {
  /** Local with the address of the first sample's first row, in shared memory. */
  readonly inputDelta: Local;
  readonly sampleStride: number;
  /** Local with the number of samples. */
  readonly samples: Local;
  /** Addresses in the thread's own memory: the padded derivatives, and those of `[product, tile, piece, channel]`. */
  readonly padded: number;
  readonly transformed: number;
}

/** Assembles the derivatives with respect to the input from those with respect to its transform. */
export function assembleInputDelta(
  code: FunctionAssembler,
  layout: Layout,
  { map, places }: { readonly map: LinearMap; readonly places: InputDeltaPlaces },
): void {
  const { samples, deltaStride } = layout;
  const target = code.local("i32");
  const bytes = samples * paddedBytes(layout, deltaStride);
  code.ownAddress(places.padded).set(target);
  assembleCopiedBytes(code, bytes, {
    load: () => code.f32x4(0),
    store: (offset, push) => {
      code.get(target);
      push();
      code.store(offset);
    },
    advance: (by) => code.advance(target, by),
  });
  assembleTiles(code, layout, { map, places });
  assembleCopyBack(code, layout, places);
}

/** Tiles overlap, so each adds to what others left. */
function assembleTiles(
  code: FunctionAssembler,
  layout: Layout,
  { map, places }: { readonly map: LinearMap; readonly places: InputDeltaPlaces },
): void {
  const { shape: { dilation }, tiling, transform, matrices, rows, deltaStride, channelVectors } =
    layout;
  const rowBytes = tiling.pieces * 16 * channelVectors;
  const source = code.local("i32");
  const products = code.locals("v128", transform.frequencies);
  code.ownAddress(places.transformed).set(source);
  const assembleVector = (piece: number, row: Local) => {
    products.forEach((product, index) => {
      code.get(source).load(index * rows * rowBytes).set(product);
    });
    map.assemble(transposed(matrices.input), {
      inputs: products,
      store: (input, push) => {
        const offset = (tileStart(layout, 0, piece) + input * dilation) * deltaStride;
        code.get(row);
        push();
        code.get(row).load(offset).op("f32x4.add").store(offset);
      },
    });
    code.advance(row, 16).advance(source, 16);
  };
  assembleRows(code, layout, {
    ...places,
    rowBytes: deltaStride,
    assemblePiece: (piece, row) => {
      code.repeat(channelVectors, () => assembleVector(piece, row));
      code.advance(row, -16 * channelVectors);
    },
  });
}

/** Copies what the padding surrounds; positions that no tile reads have no derivative. */
function assembleCopyBack(code: FunctionAssembler, layout: Layout, places: InputDeltaPlaces): void {
  const { shape: { left, inputPositions }, paddedRows, deltaStride } = layout;
  const [source, target, samples] = code.locals("i32", 3);
  const rows = Math.min(inputPositions, paddedRows - left);
  const storeBytes = (bytes: number, load: (offset: number) => void) => {
    const store = (offset: number, push: () => void) => {
      code.get(target);
      push();
      code.store(offset);
    };
    const advance = (by: number) => code.advance(source, by).advance(target, by);
    assembleCopiedBytes(code, bytes, { load, store, advance });
  };
  code.get(places.inputDelta).set(target);
  code.ownAddress(places.padded + left * deltaStride).set(source);
  code.get(places.samples).set(samples);
  code.repeatLocal(samples, () => {
    storeBytes(rows * deltaStride, (offset) => code.get(source).load(offset));
    if (rows < inputPositions) {
      code.advance(target, rows * deltaStride);
      storeBytes((inputPositions - rows) * deltaStride, () => code.f32x4(0));
      code.advance(target, -rows * deltaStride);
    }
    code.advance(source, paddedBytes(layout, deltaStride)).advance(target, places.sampleStride);
  });
}
