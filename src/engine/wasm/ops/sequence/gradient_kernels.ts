import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import {
  BASE_CODES,
  blockWinnerBytes,
  countPieces,
  LETTERS,
  pieceStride,
  sequenceBytes,
  type SequenceConvShape,
  winnerBytes,
  WORD_BASES,
} from "./shape.ts";

/**
 * Only the maxima of the windows have derivatives. `words`, `winners` and `delta` are those of an entry, the latter two
 * of a block of filters.
 *
 * `tableGradient`: adds each derivative to the gradient of the block's table: to the rows of the words at the maximum.
 *
 * `tapGradient`: the gradient of the kernel from those of all tables: each row of a table is the sum of three rows.
 *
 * `letterGradient`: adds to the derivatives with respect to the letters, `[base, letter]`, the kernel of each maximum
 * times its derivative. `kernel` is the block's, `[filter, tap, letter]`.
 */
export const SEQUENCE_GRADIENT_KERNELS = {
  tableGradient: ["gradient", "words", "winners", "delta"],
  tapGradient: ["gradient", "tables"],
  letterGradient: ["inputDelta", "kernel", "winners", "delta"],
} as const;

/** Adds the kernels of the backward pass. */
export function addSequenceGradients(
  module: ModuleAssembler,
  node: string,
  shape: SequenceConvShape,
): void {
  addTableGradient(module, node, shape);
  addTapGradient(module, node, shape);
  addLetterGradient(module, node, shape);
}

/** Filter by filter within a window, so that neighbouring additions go to different places. */
function addTableGradient(module: ModuleAssembler, node: string, shape: SequenceConvShape): void {
  const { windows, pool, blocks, blockVectors } = shape;
  const { word, code: row } = sequenceBytes(shape);
  const bytes = winnerBytes(shape);
  const add = kernelAdder(module, { table: SEQUENCE_GRADIENT_KERNELS, node });
  add("tableGradient", (code, { gradient, words, winners, delta }) => {
    const [at, target] = code.locals("i32", 2);
    const value = code.local("f32");
    code.repeat(windows, () => {
      for (let filter = 0; filter < 4 * blockVectors; filter++) {
        code.get(words);
        if (pool > 1) {
          code.get(winners);
          if (bytes === 1) code.i32LoadByte(filter);
          else code.i32Load(4 * filter);
          code.op("i32.add");
        }
        code.set(at).get(delta).f32Load(4 * filter).set(value);
        for (let piece = 0; piece < countPieces(shape); piece++) {
          const offset = 16 * blockVectors * piece + 4 * filter;
          code.get(at).i32LoadByte(piece * pieceStride(shape)).i32(word).op("i32.mul");
          code.get(gradient).op("i32.add").tee(target);
          code.get(target).f32Load(offset).get(value).op("f32.add").f32Store(offset);
        }
      }
      code.advance(words, pool).advance(delta, row);
      code.advance(winners, blocks * blockWinnerBytes(shape));
    });
  });
}

/** The loops are those of `makeTables`; the rows of the kernel that stand for no letter or no tap are left as they are. */
function addTapGradient(module: ModuleAssembler, node: string, shape: SequenceConvShape): void {
  const { blockVectors, blocks, taps: width } = shape;
  const { word, table, code: row } = sequenceBytes(shape);
  const tapBytes = BASE_CODES * row;
  const add = kernelAdder(module, { table: SEQUENCE_GRADIENT_KERNELS, node });
  add("tapGradient", (code, { gradient, tables }) => {
    const source = code.local("i32");
    const sums = code.locals("v128", blockVectors);
    /** Sums the rows whose word has `letter` at `place`, and adds the sum to the kernel's row. */
    const assembleLetter = (piece: number, place: number, letter: number) => {
      const inner = BASE_CODES ** (WORD_BASES - 1 - place);
      const tap = WORD_BASES * piece + place;
      const first = letter * inner * word + 16 * blockVectors * piece;
      code.get(tables).i32(first).op("i32.add").set(source);
      for (const sum of sums) code.f32x4(0).set(sum);
      code.repeat(BASE_CODES ** place, () => {
        code.repeat(inner, () => {
          sums.forEach((sum, vector) => {
            code.get(sum).get(source).load(16 * vector).op("f32x4.add").set(sum);
          });
          code.advance(source, word);
        });
        code.advance(source, (BASE_CODES - 1) * inner * word);
      });
      const to = tap * tapBytes + letter * row;
      sums.forEach((sum, vector) => {
        const offset = to + 16 * vector;
        code.get(gradient).get(gradient).load(offset).get(sum).op("f32x4.add").store(offset);
      });
    };
    code.repeat(blocks, () => {
      for (let tap = 0; tap < width; tap++) {
        const [piece, place] = [Math.floor(tap / WORD_BASES), tap % WORD_BASES];
        for (let letter = 0; letter < LETTERS; letter++) assembleLetter(piece, place, letter);
      }
      code.advance(tables, table).advance(gradient, 16 * blockVectors);
    });
  });
}

function addLetterGradient(module: ModuleAssembler, node: string, shape: SequenceConvShape): void {
  const { windows, pool, blocks, blockVectors, taps, dilation } = shape;
  const { code: row } = sequenceBytes(shape);
  const bytes = winnerBytes(shape);
  const letters = 4 * LETTERS;
  const add = kernelAdder(module, { table: SEQUENCE_GRADIENT_KERNELS, node });
  add("letterGradient", (code, { inputDelta, kernel, winners, delta }) => {
    const [target, source, left] = code.locals("i32", 3);
    const [value, scratch] = code.locals("v128", 2);
    code.repeat(windows, () => {
      code.get(kernel).set(source).i32(4 * blockVectors).set(left);
      code.repeatLocal(left, () => {
        code.get(inputDelta);
        if (pool > 1) {
          code.get(winners);
          if (bytes === 1) code.i32LoadByte();
          else code.i32Load();
          code.i32(letters).op("i32.mul").op("i32.add");
        }
        code.set(target).get(delta).loadSplat().set(value);
        for (let tap = 0; tap < taps; tap++) {
          const offset = tap * dilation * letters;
          code.get(target).get(value).get(source).load(tap * letters);
          code.get(target).load(offset).multiplyAdd(scratch).store(offset);
        }
        code.advance(source, taps * letters).advance(winners, bytes).advance(delta, 4);
      });
      code.advance(inputDelta, pool * letters).advance(delta, row - 16 * blockVectors);
      code.advance(winners, blocks * blockWinnerBytes(shape) - 4 * blockVectors * bytes);
    });
  });
}
