/** Shared by the tests of counting: fixtures, windows, other tools, and a slow but simple counter. */

import { deepStrictEqual } from "node:assert";
import { gunzipSync } from "node:zlib";
import type { Gene } from "../../src/genome/gene.ts";
import type { CountingRule, SignalCounts } from "../../src/genome/signal/track.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import { type GeneWindows, geneWindows } from "../../src/genome/windows.ts";
import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { findPythonWith } from "./require.ts";

const FIXTURES = new URL("../../fixtures/genome/", import.meta.url);

/** A fixture's bytes. */
export function fixtureBytes(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, FIXTURES));
}

/** A fixture as a file in memory. */
export function fixture(name: string): ByteSource {
  return bytesSource(fixtureBytes(name), name);
}

/** The text of a gzipped fixture. */
export function fixtureText(name: string): string {
  return gunzipSync(fixtureBytes(name)).toString();
}

/** A gene on the plus strand. */
export function geneAt(chromosome: string, tss: number): Gene {
  return { id: `${chromosome}:${tss}`, chromosome, tss, strand: "+", line: 1 };
}

/** The windows of 20 bins of 100 bp that `make.sh` of the fixtures counts in. */
export function fixtureWindows(prefix = "chr"): GeneWindows {
  const genes: Gene[] = [];
  for (const [name, length] of [["1", 60000], ["2", 20000]] as const) {
    for (let start = -1000; start < length; start += 1700) {
      genes.push(geneAt(`${prefix}${name}`, start + 1000));
    }
  }
  return geneWindows(genes, { halfWidthBp: 1000 });
}

/** The bins that `make.sh` writes, those that do not start before their chromosome, of an array `[gene, bin]`. */
export function fixtureBins(values: Float64Array): number[] {
  const chromosomes = [60000, 20000].map((length) => Math.ceil((length + 1000) / 1700));
  return [...values].filter((_, i) => {
    const isFirst = Math.floor(i / 20) === 0 || Math.floor(i / 20) === chromosomes[0];
    return !(isFirst && i % 20 < 10);
  });
}

/** Counts a text as a file of that name. */
export async function countText(
  text: string,
  windows: GeneWindows,
  options: {
    readonly rule: CountingRule;
    readonly extendBp?: number | undefined;
    readonly name?: string;
    readonly onWarning?: ((message: string) => void) | undefined;
  },
): Promise<SignalCounts> {
  const isReads = options.rule === "reads" || options.rule === "mean-depth";
  const { name = isReads ? "a.bed" : "a.bedGraph" } = options;
  const track = await openSignal(bytesSource(new TextEncoder().encode(text), name));
  return await track.count(windows, options);
}

/** A value, or a read, on the bases `[start, end)` of a sequence. */
export interface Interval {
  readonly chromosome: string;
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** Counts base by base, by the definitions of {@linkcode CountingRule}. */
export function countSlowly(
  intervals: readonly Interval[],
  genes: readonly Gene[],
  options: { readonly rule: CountingRule; readonly bins: number; readonly binSizeBp: number },
): Float64Array {
  const { rule, bins, binSizeBp } = options;
  return Float64Array.from({ length: genes.length * bins }, (_, i) => {
    const { chromosome, tss } = genes[Math.floor(i / bins)]!;
    const start = tss - bins * binSizeBp / 2 + i % bins * binSizeBp;
    const overlaps = intervals.filter((interval) => interval.chromosome === chromosome)
      .map((interval) => ({
        value: interval.value,
        bases: Math.min(interval.end, start + binSizeBp) - Math.max(interval.start, start),
      })).filter(({ bases }) => bases > 0);
    const covered = overlaps.reduce((sum, { bases }) => sum + bases, 0);
    const total = overlaps.reduce((sum, { bases, value }) => sum + bases * value, 0);
    switch (rule) {
      case "reads":
        return overlaps.length;
      case "mean-depth":
        return covered / binSizeBp;
      case "sum":
        return total;
      case "enrichment":
        return overlaps.reduce(
          (sum, { bases, value }) => Math.fround(sum + value * bases / binSizeBp),
          0,
        );
      case "mean":
        return covered === 0 ? 0 : total / covered;
      case "max":
        return covered === 0 ? 0 : Math.max(...overlaps.map(({ value }) => value));
    }
  });
}

/** Throws unless two arrays agree to 1e-9 of the values, as sums in another order do. */
export function closeTo(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  deepStrictEqual(found.length, wanted.length);
  const apart = Array.from(wanted, (value, i) => ({ i, value, found: found[i] }))
    .filter(({ value, found }) =>
      !(Math.abs(found! - value) <= 1e-9 * Math.max(1, Math.abs(value)))
    );
  deepStrictEqual(apart.slice(0, 5), []);
}

/** Whether a program is installed. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Runs a program with a text on its standard input, and returns what it prints. */
export async function runProgram(
  program: string,
  args: readonly string[],
  input = "",
): Promise<string> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    new Blob([input]).stream().pipeTo(child.stdin),
  ]);
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}

/** A Python that has pyBigWig, if one is installed. */
export const PYTHON_WITH_PYBIGWIG: string | undefined = await findPythonWith("pyBigWig");
