/**
 * A convolution over letters of DNA, with its activation and pooling, by look-up. The sum over three taps depends on
 * three letters alone, so each step first makes a table of these sums for each piece of three taps, and the convolution
 * adds one row of each table. A letter that is not known (code 4), and one beyond the end, adds nothing.
 *
 * A row is named by its letters, three bits each, of which five values are in use: `[model, piece, 512, column]`. Rows
 * that no letters name are made too, and never read.
 *
 * @module
 */

import { bindRead, bindWrite, type Kernel, makeKernel, unrollWgsl } from "../kernel.ts";
import { LETTERS_OF_PIECE, type LetterSource, loadCodeWgsl } from "../letters.ts";
import { locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";
import { activateWgsl } from "./elementwise.ts";

/** A convolution over letters. */
export interface LetterShape {
  readonly name: string;
  /** Its `positions` are the bases. */
  readonly input: Tensor;
  readonly letters: LetterSource;
  readonly output: Tensor;
  readonly taps: number;
  /** Letters of padding on either side, none of them known. */
  readonly left: number;
  readonly right: number;
  /** Size of the pooling, or `undefined`. */
  readonly pool: number | undefined;
  readonly kernel: KernelLayout;
  /** Weights of a model. */
  readonly weightStride: number;
  readonly models: number;
}

/** Code of a letter that is not known. */
const UNKNOWN = 4;
const BITS_OF_LETTER = 3;
const BITS_OF_PIECE = LETTERS_OF_PIECE * BITS_OF_LETTER;
const ROWS_OF_PIECE = 2 ** BITS_OF_PIECE;
/** Pieces whose letters fit into a word. */
const PIECES_OF_WORD = 3;
const LETTERS_OF_WORD = PIECES_OF_WORD * LETTERS_OF_PIECE;
const THREADS = 64;

function countPieces({ taps }: LetterShape): number {
  return Math.ceil(taps / LETTERS_OF_PIECE);
}

/** Values of a model's tables. */
export function tableSize(shape: LetterShape): number {
  return countPieces(shape) * ROWS_OF_PIECE * shape.kernel.columns;
}

/** Name of the buffer of a convolution's tables. */
export function nameOfTables(name: string): string {
  return `${name}.tables`;
}

/** WGSL that declares `codeAt(words, place)` of an entry whose codes begin at `words`. */
export function declareCodesWgsl({ input }: LetterShape): string {
  return `fn codeAt(words: u32, place: i32) -> u32 {
  if (place < 0 || place >= ${input.positions}) { return ${UNKNOWN}u; }
  return ${loadCodeWgsl("words", "u32(place)")};
}`;
}

/** WGSL for where the codes of an item begin. */
export function locateCodesWgsl({ input, letters }: LetterShape, item: string): string {
  const entry = `items[model * ${input.samples}u + ${item}].y`;
  return `(model * ${letters.entries}u + ${entry}) * ${letters.words}u`;
}

/** The buffers that {@linkcode declareCodesWgsl} and {@linkcode locateCodesWgsl} read. */
export function bindCodes({ letters }: LetterShape) {
  return { codes: bindRead(letters.codes, "u32"), items: bindRead(letters.items, "vec4u") };
}

/**
 * table[piece, letters, filter] = Σ over the piece's taps of kernel[tap, letter, filter]. One thread has four filters.
 */
export function makeTablesWgsl(shape: LetterShape): Kernel {
  const { name, taps, kernel, weightStride, models } = shape;
  const quads = kernel.columns / 4;
  const rows = countPieces(shape) * ROWS_OF_PIECE;
  const firstWeight = `(model * ${weightStride}u + ${kernel.start}u) / 4u`;
  return makeKernel({
    name: `${name} tables`,
    buffers: {
      weights: bindRead("weights", "vec4f"),
      tables: bindWrite(nameOfTables(name), "vec4f"),
    },
    threads: THREADS,
    workgroups: [Math.ceil(rows * quads / THREADS), 1, models],
    body: `  let i = group.x * ${THREADS}u + lane;
  if (i >= ${rows * quads}u) { return; }
  let row = i / ${quads}u;
  let firstTap = row / ${ROWS_OF_PIECE}u * ${LETTERS_OF_PIECE}u;
  var sum = vec4f();
  for (var k = 0u; k < min(${LETTERS_OF_PIECE}u, ${taps}u - firstTap); k++) {
    let letter = (row >> (${BITS_OF_LETTER}u * k)) & ${2 ** BITS_OF_LETTER - 1}u;
    if (letter < ${UNKNOWN}u) {
      sum += weights[${firstWeight} + (4u * (firstTap + k) + letter) * ${quads}u + i % ${quads}u];
    }
  }
  tables[model * ${rows * quads}u + i] = sum;`,
  });
}

/** WGSL that moves the window of letters, in `low` and `high`, by the letter `next`. */
function moveWindowWgsl({ taps }: LetterShape): string {
  const append = (word: string, letter: string, place: number) =>
    `${word} = (${word} >> ${BITS_OF_LETTER}u) | (${letter} << ${BITS_OF_LETTER * place}u);`;
  if (taps <= LETTERS_OF_WORD) return append("low", "next", taps - 1);
  const oldest = `(high & ${2 ** BITS_OF_LETTER - 1}u)`;
  return `${append("low", oldest, LETTERS_OF_WORD - 1)}
    ${append("high", "next", taps - 1 - LETTERS_OF_WORD)}`;
}

/** WGSL for the sum of a window: a row of each table. */
function sumRowsWgsl(shape: LetterShape): string {
  const quads = shape.kernel.columns / 4;
  const rows = Array.from({ length: countPieces(shape) }, (_, piece) => {
    const word = piece < PIECES_OF_WORD ? "low" : "high";
    const shift = piece % PIECES_OF_WORD * BITS_OF_PIECE;
    const row = `((${word} >> ${shift}u) & ${ROWS_OF_PIECE - 1}u)`;
    return `tables[table + (${piece * ROWS_OF_PIECE}u + ${row}) * ${quads}u]`;
  });
  return rows.join("\n      + ");
}

/**
 * value[window, filter] = max over the pool of activation(bias + Σ over tap of kernel[tap, letter at position + tap −
 * left, filter]), and the position of the first maximum; activated after the pooling, as other convolutions are. A
 * thread has four filters of a window and moves along it with the letters of its taps in registers. Neighbouring
 * threads have neighbouring filters, so that they read neighbouring values of the same rows.
 */
export function letterForwardWgsl(shape: LetterShape): Kernel {
  const { name, output, taps, left, pool = 1, kernel, models } = shape;
  const quads = kernel.columns / 4;
  const tableQuads = tableSize(shape) / 4;
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      ...bindCodes(shape),
      tables: bindRead(nameOfTables(name), "vec4f"),
      weights: bindRead("weights", "vec4f"),
      value: bindWrite(`${output.name}.value`),
      ...(shape.pool && { offsets: bindWrite(`${output.name}.offset`, "u32") }),
      ...output.count.buffers,
    },
    declarations: declareCodesWgsl(shape),
    threads: THREADS,
    workgroups: [Math.ceil(output.positions * quads / THREADS), output.samples, models],
    body: `  let item = group.y;
  let i = group.x * ${THREADS}u + lane;
  if (item >= ${output.count.wgsl} || i >= ${output.positions * quads}u) { return; }
  let window = i / ${quads}u;
  let quad = i % ${quads}u;
  let words = ${locateCodesWgsl(shape, "item")};
  let table = model * ${tableQuads}u + quad;
  var place = i32(window * ${pool}u) - ${left};
  var low = 0u;${taps > LETTERS_OF_WORD ? "\n  var high = 0u;" : ""}
  for (var tap = 1u; tap < ${taps}u; tap++) {
    let next = codeAt(words, place);
    ${moveWindowWgsl(shape)}
    place++;
  }
  var best = vec4f();
  var at = vec4u();
  for (var p = 0u; p < ${pool}u; p++) {
    let next = codeAt(words, place);
    ${moveWindowWgsl(shape)}
    place++;
    let sum = ${sumRowsWgsl(shape)};
    let isBest = (sum > best) | vec4<bool>(p == 0u);
    best = select(best, sum, isBest);
    at = select(at, vec4u(p), isBest);
  }
${storeQuadWgsl(shape)}`,
  });
}

/** WGSL that stores the activated maxima of four filters, and their positions if there is a pooling. */
function storeQuadWgsl({ output, pool, kernel, weightStride }: LetterShape): string {
  const store = (i: number) =>
    `  if (4u * quad + ${i}u < ${output.channels}u) {
    value[firstValue + ${i}u] = ${activateWgsl(`best[${i}]`, output.slope)};${
      pool === undefined ? "" : `
    offsets[firstOffset + ${i}u] = window * ${pool}u + at[${i}];`
    }
  }`;
  return `  best += weights[(model * ${weightStride}u + ${kernel.bias}u) / 4u + quad];
  let firstValue = ${locateValueWgsl(output, "item")} + window * ${output.channels}u + 4u * quad;${
    pool === undefined ? "" : `
  let firstOffset = ${locateDeltaWgsl(output, "item")} + window * ${output.channels}u + 4u * quad;`
  }
${unrollWgsl(4, store)}`;
}
