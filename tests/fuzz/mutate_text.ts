/** Damage to tables in text: impossible numbers, and rows and cells that are missing, repeated or in another place. */

import { between, pick } from "./choose.ts";
import type { Damage, Mutator } from "./mutate_bytes.ts";
import type { RandomStream } from "../../src/random.ts";
import { fromLetters, toLetters } from "./seed.ts";

/** Returns a damaged text. */
export type TextMutator = (text: string, damage: Damage) => string;

/** Every {@linkcode TextMutator}. */
export const TEXT_MUTATORS: readonly TextMutator[] = [
  replaceCell,
  replaceCell,
  replaceCell,
  moveCell,
  editLine,
  mixLineEnds,
  insertText,
];

/** Makes a mutator of bytes from one of text; each byte becomes a letter, so that nothing is lost. */
export function onText(mutate: TextMutator): Mutator {
  return (bytes, damage) => fromLetters(mutate(toLetters(bytes), damage));
}

const ODD_CELLS: readonly string[] = [
  "1e308",
  "1e309",
  "-1e309",
  "1e-400",
  "-0",
  "0.0",
  "NaN",
  "nan",
  "inf",
  "-Infinity",
  "",
  "-1",
  "1e3",
  "+5",
  "0x10",
  "0b1",
  "1_000",
  "1,5",
  " 7",
  "7 ",
  "٣",
  "\0",
  "true",
  "null",
  "9007199254740993",
  "4294967296",
  "2147483647",
  "2147483648",
  "99999999999999999999999",
  '"',
  '""',
  '"a',
  "'",
  "__proto__",
  "constructor",
  "toString",
  "..",
  "../../etc/passwd",
  "/dev/zero",
  ".",
  "*",
  "#",
  "chr1",
  "1",
  "0",
  "\u00ff\u00fe",
  "\u00c3\u0028",
  "a".repeat(5000),
];

function replaceCell(text: string, { random }: Damage): string {
  const [start, end] = cellAt(text, random.below(text.length + 1));
  return text.slice(0, start) + pick(random, ODD_CELLS) + text.slice(end);
}

/** Replaces a cell with a copy of another. */
function moveCell(text: string, { random }: Damage): string {
  const [from, to] = cellAt(text, random.below(text.length + 1));
  const [start, end] = cellAt(text, random.below(text.length + 1));
  return text.slice(0, start) + text.slice(from, to) + text.slice(end);
}

/** Where the cell around a place starts and ends. */
function cellAt(text: string, at: number): [start: number, end: number] {
  const isEnd = (letter: string) => /[\t\n\r,; ]/.test(letter);
  let start = at;
  let end = at;
  while (start > 0 && !isEnd(text[start - 1]!)) start--;
  while (end < text.length && !isEnd(text[end]!)) end++;
  return [start, end];
}

function editLine(text: string, { random }: Damage): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at]!;
  switch (random.below(6)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(random.below(lines.length), 0, line);
      break;
    case 2:
      [lines[0], lines[at]] = [line, lines[0]!];
      break;
    case 3:
      lines.splice(at, 0, pick(random, ["", "#", "##FASTA", "track", "browser x", " ", "\t\t\t"]));
      break;
    case 4:
      lines[at] = line + pick(random, [",", "\t", "\t\t\t", ",,,,", ",1", "\t1"]);
      break;
    default:
      lines[at] = line.replace(/[\t,][^\t,]*$/, "");
  }
  return lines.join("\n");
}

function mixLineEnds(text: string, { random }: Damage): string {
  const ends = pick(random, [["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r"], ["\n\n", "\n"], [
    "\u0085",
  ]]);
  return text.replaceAll("\n", () => pick(random, ends));
}

const INSERTIONS: readonly ((random: RandomStream) => string)[] = [
  () => "\u00ef\u00bb\u00bf",
  () => "\0",
  () => "\u00ff\u00fe",
  (random) => "\n".repeat(between(random, 1, 5000)),
  (random) => pick(random, ["\t", ",", ";", "x", "9", "="]).repeat(between(random, 1, 50_000)),
  (random) => pick(random, ['gene_id "', "ID=", "#gff-version 3\n", "1e", "-", '"']),
];

function insertText(text: string, { random }: Damage): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + pick(random, INSERTIONS)(random) + text.slice(at);
}
