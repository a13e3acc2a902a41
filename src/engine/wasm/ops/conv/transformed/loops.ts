/** The loops of the transforms: over units of the output, and over rows of the padded input. */

import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import { type Layout, paddedBytes } from "./tiling.ts";

/** What changes from unit to unit. */
export interface UnitPlace {
  /** Address of the unit's products, which moves to the next unit by itself. */
  readonly products: Local;
  /** Distance of the unit's first position, in bytes of the convolution's input; what `assemble` adds its own to. */
  readonly base: Local;
}

/** What is done with each unit of each sample. */
export interface UnitLoop {
  /** Local with the number of samples. */
  readonly samples: Local;
  /** Bytes between samples. */
  readonly sampleStride: number;
  /** Address of the products in the thread's own memory: `[product, tile, filter]`. */
  readonly products: number;
  /** Pointers to what a sample has, and the locals with the addresses of the first sample's. */
  readonly pointers: readonly (readonly [pointer: Local, first: Local])[];
  /** Assembles a unit of so many positions; the last one of a sample may have fewer. */
  readonly assemble: (positions: number, place: UnitPlace) => void;
}

/** Visits all units of all samples. */
export function assembleUnits(
  code: FunctionAssembler,
  { tiling: { units, lastPositions, outputs }, shape: { dilation }, outputStride }: Layout,
  loop: UnitLoop,
): void {
  const [sample, products, base, left] = code.locals("i32", 4);
  const assembleUnit = (positions: number) => {
    loop.assemble(positions, { products, base });
    code.advance(products, dilation * outputStride);
  };
  const positions = dilation * outputs;
  const whole = lastPositions === positions ? units : units - 1;
  code.ownAddress(loop.products).set(products);
  code.i32(0).set(sample).get(loop.samples).set(left);
  code.repeatLocal(left, () => {
    for (const [pointer, first] of loop.pointers) {
      code.get(first).get(sample).op("i32.add").set(pointer);
    }
    code.i32(0).set(base);
    if (whole > 0) code.repeat(whole, () => assembleUnit(positions));
    if (whole < units) assembleUnit(lastPositions);
    code.advance(sample, loop.sampleStride);
  });
}

/** What is done with each row at which tiles start. */
export interface RowLoop {
  /** Local with the number of samples. */
  readonly samples: Local;
  /** Address of the padded rows in the thread's own memory. */
  readonly padded: number;
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Whether the transforms that pieces share are visited once, those beyond the last unit too. */
  readonly shared?: boolean | undefined;
  /** Assembles a piece of the kernel's taps at a row, whose address is in the local. */
  readonly assemblePiece: (piece: number, row: Local) => void;
  /** Assembles what follows the pieces of a row. */
  readonly endRow?: (() => void) | undefined;
}

/** Visits the pieces of all tiles of all samples. */
export function assembleRows(code: FunctionAssembler, layout: Layout, loop: RowLoop): void {
  const { shape: { dilation }, tiling } = layout;
  const { rowBytes } = loop;
  const pieces = loop.shared ? 1 : tiling.pieces;
  const units = tiling.units + tiling.pieces - pieces;
  const [sample, tile, row, left] = code.locals("i32", 4);
  code.ownAddress(loop.padded).set(sample).get(loop.samples).set(left);
  code.repeatLocal(left, () => {
    code.get(sample).set(tile);
    code.repeat(units, () => {
      code.get(tile).set(row);
      code.repeat(dilation, () => {
        for (let piece = 0; piece < pieces; piece++) loop.assemblePiece(piece, row);
        code.advance(row, rowBytes);
        loop.endRow?.();
      });
      code.advance(tile, dilation * tiling.outputs * rowBytes);
    });
    code.advance(sample, paddedBytes(layout, rowBytes));
  });
}
