/**
 * A convolution over letters as sums from tables, and the maxima of windows of its outputs.
 *
 * out[p, f] = bias[f] + Σ over pieces j of table[word at p + 3 · j · dilation][j][f]: a word is three bases, dilated as the
 * taps are, and its row of the table holds the sum of three taps. Since activations rise and the bias is the same for a
 * window, the maximum is taken of the sums alone.
 *
 * @module
 */

import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { pushLeaky } from "../activation.ts";
import {
  BASE_CODES,
  blockWinnerBytes,
  countEntryWords,
  countPieces,
  pieceStride,
  sequenceBytes,
  type SequenceConvShape,
  winnerBytes,
  WORD_BASES,
} from "./shape.ts";

/**
 * `words`: the number of the word that begins at each base: 25 · first + 5 · second + third.
 *
 * `makeTables`: the tables of all blocks.
 *
 * `blockValues`: the outputs of a block of filters. `words` are those of the entry, `table` and `bias` the block's.
 */
export const SEQUENCE_KERNELS = {
  words: ["target", "codes"],
  makeTables: ["tables", "kernel"],
  blockValues: ["output", "words", "table", "bias", "slope: f32"],
} as const;

/** `blockMaxima`: the same, with the place in its window that each maximum came from. The first of equal values wins. */
export const SEQUENCE_TRAINING_KERNELS = {
  blockMaxima: ["output", "winners", "words", "table", "bias", "slope: f32"],
} as const;

/** Adds the kernels of the forward pass. */
export function addSequenceForward(
  module: ModuleAssembler,
  node: string,
  shape: SequenceConvShape,
): void {
  const add = kernelAdder(module, { table: SEQUENCE_KERNELS, node });
  add("words", (code, { target, codes }) => {
    const { dilation } = shape;
    const times5 = new TimesFive(code);
    code.repeat(Math.ceil(countEntryWords(shape) / 16), () => {
      code.get(target).get(codes).load();
      times5.push();
      code.get(codes).load(dilation).op("i8x16.add");
      times5.push();
      code.get(codes).load(2 * dilation).op("i8x16.add").store();
      code.advance(target, 16).advance(codes, 16);
    });
  });
  add("makeTables", (code, { tables, kernel }) => {
    assembleTables(code, shape, { tables, kernel });
  });
  add("blockValues", (code, { output, words, table, bias, slope }) => {
    const windows = new Windows(code, shape, { words, table });
    windows.assemble(() => {
      windows.storeOutputs({ output, bias, slope });
    });
  });
  const addMaxima = kernelAdder(module, { table: SEQUENCE_TRAINING_KERNELS, node });
  if (shape.pool === 1) return;
  addMaxima("blockMaxima", (code, { output, winners, words, table, bias, slope }) => {
    const windows = new Windows(code, shape, { words, table, keepsWinners: true });
    windows.assemble(() => {
      windows.storeOutputs({ output, bias, slope });
      windows.storeWinners(winners);
    });
  });
}

/** Multiplies the bytes of a vector by 5, for which there is no instruction. */
class TimesFive {
  readonly #code: FunctionAssembler;
  readonly #value: Local;
  readonly #sum: Local;

  constructor(code: FunctionAssembler) {
    this.#code = code;
    [this.#value, this.#sum] = code.locals("v128", 2);
  }

  /** Pops x and pushes 5 · x. */
  push(): void {
    const code = this.#code;
    code.tee(this.#value).get(this.#value).op("i8x16.add").tee(this.#sum).get(this.#sum);
    code.op("i8x16.add").get(this.#value).op("i8x16.add");
  }
}

/** Block by block, piece by piece: the sums of three rows of the kernel, one for each of its three taps. */
function assembleTables(
  code: FunctionAssembler,
  shape: SequenceConvShape,
  { tables, kernel }: { readonly tables: Local; readonly kernel: Local },
): void {
  const { blockVectors, blocks } = shape;
  const { word, table, code: row } = sequenceBytes(shape);
  const [target, ...taps] = code.locals("i32", 1 + WORD_BASES);
  const tapBytes = BASE_CODES * row;
  const assembleTap = (tap: number) => {
    if (tap === WORD_BASES) {
      for (let vector = 0; vector < blockVectors; vector++) {
        code.get(target!);
        taps.forEach((pointer, index) => {
          code.get(pointer).load(16 * vector);
          if (index > 0) code.op("f32x4.add");
        });
        code.store(16 * vector);
      }
      code.advance(target!, word);
      return;
    }
    code.repeat(BASE_CODES, () => {
      assembleTap(tap + 1);
      code.advance(taps[tap]!, row);
    });
    code.advance(taps[tap]!, -tapBytes);
  };
  code.repeat(blocks, () => {
    for (let piece = 0; piece < countPieces(shape); piece++) {
      code.get(tables).i32(16 * blockVectors * piece).op("i32.add").set(target!);
      taps.forEach((pointer, tap) => {
        const first = (WORD_BASES * piece + tap) * tapBytes;
        code.get(kernel).i32(first).op("i32.add").set(pointer);
      });
      assembleTap(0);
    }
    code.advance(tables, table).advance(kernel, 16 * blockVectors);
  });
}

/** What a loop over the windows of a block reads. */
interface WindowSources {
  readonly words: Local;
  readonly table: Local;
  /** Whether it keeps the places of the maxima. */
  readonly keepsWinners?: boolean;
}

/** A loop over the windows of a block, whose maxima stay in registers. */
class Windows {
  readonly #code: FunctionAssembler;
  readonly #shape: SequenceConvShape;
  readonly #sources: WindowSources;
  readonly #rows: readonly Local[];
  readonly #best: readonly Local[];
  readonly #from: readonly Local[];

  constructor(code: FunctionAssembler, shape: SequenceConvShape, sources: WindowSources) {
    this.#code = code;
    this.#shape = shape;
    this.#sources = sources;
    this.#rows = code.locals("i32", countPieces(shape));
    this.#best = code.locals("v128", shape.blockVectors);
    this.#from = code.locals("v128", sources.keepsWinners === true ? shape.blockVectors : 0);
  }

  /** Assembles the loop; `store` stores what a window gave. */
  assemble(store: () => void): void {
    const code = this.#code;
    const { windows, pool, blockVectors } = this.#shape;
    const [one, at, value, larger] = code.locals("v128", 4);
    const keepsWinners = this.#from.length > 0;
    if (keepsWinners) code.i32(1).op("i32x4.splat").set(one);
    code.repeat(windows, () => {
      this.#readWords();
      for (let vector = 0; vector < blockVectors; vector++) {
        this.#pushSum(vector);
        code.set(this.#best[vector]!);
      }
      if (keepsWinners) {
        code.get(one).set(at);
        for (const from of this.#from) code.i32(0).op("i32x4.splat").set(from);
      }
      if (pool > 1) {
        code.repeat(pool - 1, () => {
          this.#readWords();
          for (let vector = 0; vector < blockVectors; vector++) {
            const [best, from] = [this.#best[vector]!, this.#from[vector]!];
            this.#pushSum(vector);
            code.set(value);
            if (keepsWinners) {
              code.get(value).get(best).op("f32x4.gt").set(larger);
              code.get(at).get(from).get(larger).select().set(from);
            }
            code.get(best).get(value).op("f32x4.pmax").set(best);
          }
          if (keepsWinners) code.get(at).get(one).op("i32x4.add").set(at);
        });
      }
      store();
    });
  }

  /** Stores the outputs of a window, biased and activated. */
  storeOutputs(
    { output, bias, slope }: Readonly<Record<"output" | "bias" | "slope", Local>>,
  ): void {
    const code = this.#code;
    const [value, slopes] = code.locals("v128", 2);
    code.get(slope).op("f32x4.splat").set(slopes);
    this.#best.forEach((best, vector) => {
      code.get(best).get(bias).load(16 * vector).op("f32x4.add").set(value).get(output);
      pushLeaky(code, { value, slope: slopes, chosen: value });
      code.store(16 * vector);
    });
    code.advance(output, sequenceBytes(this.#shape).code);
  }

  /** Stores the places of the maxima. */
  storeWinners(winners: Local): void {
    const code = this.#code;
    if (winnerBytes(this.#shape) === 4) {
      this.#from.forEach((from, vector) => code.get(winners).get(from).store(16 * vector));
    } else {
      const pushPair = (first: number) => {
        const last = this.#from.length - 1;
        code.get(this.#from[Math.min(first, last)]!).get(this.#from[Math.min(first + 1, last)]!);
        code.op("i16x8.narrow_i32x4_u");
      };
      code.get(winners);
      pushPair(0);
      pushPair(2);
      code.op("i8x16.narrow_i16x8_u").store();
    }
    code.advance(winners, this.#shape.blocks * blockWinnerBytes(this.#shape));
  }

  /** Finds the rows of a position's words, and moves to the next position. */
  #readWords(): void {
    const code = this.#code;
    const { words, table } = this.#sources;
    const { word } = sequenceBytes(this.#shape);
    this.#rows.forEach((row, piece) => {
      code.get(words).i32LoadByte(piece * pieceStride(this.#shape)).i32(word).op("i32.mul");
      code.get(table).op("i32.add").set(row);
    });
    code.advance(words, 1);
  }

  /** Pushes the sum of a position's rows. */
  #pushSum(vector: number): void {
    this.#rows.forEach((row, piece) => {
      this.#code.get(row).load(16 * (piece * this.#shape.blockVectors + vector));
      if (piece > 0) this.#code.op("f32x4.add");
    });
  }
}
