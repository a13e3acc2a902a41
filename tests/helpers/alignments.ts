/** Made alignments of every kind, for the tests of BAM and CRAM files, and samtools, which writes those files. */

import { deriveKey, RandomStream } from "../../src/random.ts";
import type { GeneWindows } from "../../src/genome/windows.ts";
import { withDirectory } from "./command.ts";
import { isInstalled } from "./genome.ts";

/** Whether samtools and bedtools are there. */
export const HAS_TOOLS: boolean = await isInstalled("samtools") && await isInstalled("bedtools");

/** The sequences that reads are on. */
export const MADE_CONTIGS: readonly (readonly [name: string, length: number])[] = [
  ["chr1", 60_000],
  ["chr2", 30_000],
  ["chrS1", 3_500],
  ["chrS2", 2_600],
  ["chrM", 16_571],
];

const BASES = "ACGT";

/** Random numbers for making reads. */
class Dice {
  readonly #stream: RandomStream;

  constructor(seed: number) {
    this.#stream = new RandomStream(deriveKey(seed, "alignments"));
  }

  /** An integer from 0 to below `most`. */
  below(most: number): number {
    return Math.floor(this.#stream.uniform() * most);
  }

  chance(share: number): boolean {
    return this.#stream.uniform() < share;
  }
}

/** The made genome, as FASTA. */
export function makeGenome(
  seed: number,
): { readonly fasta: string; readonly of: Map<string, string> } {
  const dice = new Dice(seed + 1);
  const of = new Map(
    MADE_CONTIGS.map(([name, length]) =>
      [name, Array.from({ length }, () => BASES[dice.below(4)]).join("")] as const
    ),
  );
  const fasta = [...of].map(([name, bases]) => `>${name}\n${bases.match(/.{1,70}/g)!.join("\n")}\n`)
    .join("");
  return { fasta, of };
}

/** A read's CIGAR and bases from some place on. */
function align(
  dice: Dice,
  genome: string,
  start: number,
): { cigar: string; bases: string; span: number } {
  const parts: [number, string][] = [];
  if (dice.chance(0.2)) parts.push([1 + dice.below(10), "S"]);
  if (dice.chance(0.03)) parts.unshift([1 + dice.below(9), "H"]);
  parts.push([20 + dice.below(20), "M"]);
  if (dice.chance(0.2)) parts.push([1 + dice.below(6), "I"], [10 + dice.below(9), "M"]);
  if (dice.chance(0.2)) parts.push([1 + dice.below(6), "D"], [10 + dice.below(9), "M"]);
  if (dice.chance(0.05)) parts.push([100 + dice.below(600), "N"], [10 + dice.below(9), "M"]);
  if (dice.chance(0.05)) parts.push([2, "P"], [5, "M"]);
  if (dice.chance(0.05)) parts.push([4, "="], [1, "X"], [3, "M"]);
  if (dice.chance(0.1)) parts.push([1 + dice.below(10), "S"]);
  let at = start;
  let bases = "";
  for (const [length, operation] of parts) {
    if ("M=".includes(operation)) bases += genome.slice(at, at + length);
    if ("XIS".includes(operation)) {
      for (let i = 0; i < length; i++) bases += BASES[dice.below(4)];
    }
    if ("MDN=X".includes(operation)) at += length;
  }
  const mutated = [...bases].map((base) => dice.chance(0.02) ? "ACGTN"[dice.below(5)]! : base);
  return { cigar: parts.flat().join(""), bases: mutated.join(""), span: at - start };
}

/** How reads are made. */
export interface MakeReadsOptions {
  /** Number of pairs; there are also single reads, a quarter as many. */
  readonly pairs: number;
  readonly seed: number;
}

/**
 * Makes SAM text, not sorted: proper pairs, which may be longer than a window or start at one base, improper ones, pairs
 * on two sequences, reads with an unmapped mate, unmapped pairs, single reads, secondary and supplementary
 * alignments, duplicates, failed ones; with every operation of CIGAR.
 */
export function makeSam({ pairs, seed }: MakeReadsOptions): string {
  const dice = new Dice(seed);
  const { of } = makeGenome(seed);
  const lines = ["@HD\tVN:1.6\tSO:unsorted", "@RG\tID:a\tSM:s"];
  for (const [name, length] of MADE_CONTIGS) lines.push(`@SQ\tSN:${name}\tLN:${length}`);
  for (let i = 0; i < pairs; i++) lines.push(...makePair(dice, of, `pair${i}:${dice.below(1e6)}`));
  for (let i = 0; i < pairs / 4; i++) lines.push(makeSingle(dice, of, `single${i}`));
  return lines.join("\n") + "\n";
}

function extraFlags(dice: Dice): number {
  return (dice.chance(0.08) ? 0x400 : 0) | (dice.chance(0.05) ? 0x200 : 0);
}

function place(dice: Dice): readonly [name: string, start: number] {
  // Nothing is on the last sequence.
  const [name, length] = MADE_CONTIGS[dice.below(MADE_CONTIGS.length - 1)]!;
  return [name, dice.below(length - 2000)];
}

const QUALITIES = (bases: string) => "I".repeat(bases.length);

function makeSingle(dice: Dice, of: ReadonlyMap<string, string>, name: string): string {
  const [contig, start] = place(dice);
  const { cigar, bases } = align(dice, of.get(contig)!, start);
  const flags = extraFlags(dice) | (dice.chance(0.5) ? 0x10 : 0) |
    (dice.chance(0.1) ? 0x100 : 0) | (dice.chance(0.1) ? 0x800 : 0);
  const quality = dice.below(61);
  return [
    name,
    flags,
    contig,
    start + 1,
    quality,
    cigar,
    "*",
    0,
    0,
    bases,
    QUALITIES(bases),
    "RG:Z:a",
  ]
    .join("\t");
}

function makePair(dice: Dice, of: ReadonlyMap<string, string>, name: string): string[] {
  const [contig, start] = place(dice);
  const kind = dice.below(20);
  const first = align(dice, of.get(contig)!, start);
  const extra = extraFlags(dice);
  const swap = dice.chance(0.5);
  const [one, two] = swap ? [0x80, 0x40] : [0x40, 0x80];
  const tag = (score: number) =>
    [`NM:i:${score}`, "RG:Z:a", "XA:Z:some text", "XB:B:s,1,-2,300"].join("\t");
  const row = (
    flags: number,
    own: readonly [string, number, string, string],
    mate: readonly [string, number],
    length: number,
  ) =>
    [
      name,
      flags | extra,
      own[0],
      own[1] + 1,
      flags & 4 ? 0 : dice.below(61),
      own[2],
      mate[0],
      mate[1] + 1,
      length,
      own[3],
      own[3] === "*" ? "*" : QUALITIES(own[3]),
      tag(dice.below(9)),
    ].join("\t");
  if (kind === 0) {
    // The mate has no place of its own.
    const bases = of.get(contig)!.slice(5, 40);
    return [
      row(0x1 | 0x8 | one, [contig, start, first.cigar, first.bases], ["=", start], 0),
      row(0x1 | 0x4 | two, [contig, start, "*", bases], ["=", start], 0),
    ];
  }
  if (kind === 1) {
    return [0x40, 0x80].map((end) =>
      row(0x1 | 0x4 | 0x8 | end, ["*", -1, "*", "ACGTACGTAC"], ["*", -1], 0)
    );
  }
  if (kind === 2) {
    const [other, otherStart] = place(dice);
    const second = align(dice, of.get(other)!, otherStart);
    const isSame = other === contig;
    const length = isSame
      ? Math.max(start + first.span, otherStart + second.span) - Math.min(start, otherStart)
      : 0;
    const sign = start <= otherStart ? 1 : -1;
    return [
      row(0x1 | 0x20 | one, [contig, start, first.cigar, first.bases], [
        isSame ? "=" : other,
        otherStart,
      ], sign * length),
      row(0x1 | 0x10 | two, [other, otherStart, second.cigar, second.bases], [
        isSame ? "=" : contig,
        start,
      ], -sign * length),
    ];
  }
  const distance = kind === 3 ? 0 : dice.below(kind === 4 ? 1000 : 300);
  const second = align(dice, of.get(contig)!, start + distance);
  const length = Math.max(first.span, distance + second.span);
  const proper = kind === 5 ? 0 : 0x2;
  // Of reads that start at the same base, the first of the pair starts the template.
  const sign = distance === 0 && swap ? -1 : 1;
  const rows = [
    row(0x1 | proper | 0x20 | one, [contig, start, first.cigar, first.bases], [
      "=",
      start + distance,
    ], sign * length),
    row(0x1 | proper | 0x10 | two, [contig, start + distance, second.cigar, second.bases], [
      "=",
      start,
    ], -sign * length),
  ];
  if (kind === 6) {
    rows.push(
      row(
        0x1 | 0x2 | 0x800 | 0x20 | one,
        [contig, start + 7, "30M", first.bases.slice(0, 30).padEnd(30, "A")],
        ["=", start + distance],
        length,
      ),
    );
  }
  if (kind === 7) {
    rows.push(
      row(
        0x1 | 0x2 | 0x100 | 0x20 | one,
        [contig, start + 9, "30M", "*"],
        ["=", start + distance],
        length,
      ),
    );
  }
  return rows;
}

/** Runs a line of the shell in a directory. */
export async function runShell(line: string, directory: string): Promise<string> {
  const output = await new Deno.Command("bash", {
    args: ["-c", `set -euo pipefail; ${line}`],
    cwd: directory,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!output.success) throw new Error(`${line}: ${new TextDecoder().decode(output.stderr)}`);
  return new TextDecoder().decode(output.stdout);
}

/** Writes `reads.bam`, sorted, with its index, and `genome.fa`. */
export async function writeAlignments(directory: string, options: MakeReadsOptions): Promise<void> {
  await Deno.writeTextFile(`${directory}/genome.fa`, makeGenome(options.seed).fasta);
  await Deno.writeTextFile(`${directory}/made.sam`, makeSam(options));
  await runShell(
    "samtools faidx genome.fa; samtools sort -o reads.bam made.sam; samtools index reads.bam; rm made.sam",
    directory,
  );
}

/** Runs `body` with a directory that has the files of {@linkcode writeAlignments}. */
export async function withMadeReads(
  options: MakeReadsOptions,
  body: (directory: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    await writeAlignments(directory, options);
    await body(directory);
  });
}

/** Writes SAM text as `reads.bam`, sorted, with its index. */
export async function writeSamAsBam(directory: string, sam: string): Promise<void> {
  await Deno.writeTextFile(`${directory}/made.sam`, sam);
  await runShell("samtools sort -o reads.bam made.sam; samtools index reads.bam", directory);
}

/** All bins of windows as rows of BED, in the order of the counts; no window may start before its chromosome. */
export function binsAsBed({ chromosomes, bins, binSizeBp, genes }: GeneWindows): string {
  const rows: string[] = new Array(genes * bins);
  for (const { chromosome, starts, geneIndex } of chromosomes) {
    for (const [i, start] of starts.entries()) {
      for (let bin = 0; bin < bins; bin++) {
        const from = start + bin * binSizeBp;
        rows[geneIndex[i]! * bins + bin] = `${chromosome}\t${from}\t${from + binSizeBp}\n`;
      }
    }
  }
  return rows.join("");
}
