/**
 * Reads windows that are given as intervals, in BED.
 *
 * @module
 */

import { groupBy } from "../base/group_by.ts";
import { formatCountOf } from "../base/count.ts";
import { ContractError, FormatError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { lineText, withSource } from "../text/lines.ts";
import { AssemblyClues } from "./assembly_clues.ts";
import { type BedInterval, parseInterval } from "./_bed_intervals.ts";
import { GeneReport } from "./_gene_report.ts";
import { describeFacts, GeneFactsById } from "./_window_facts.ts";
import type { Gene } from "./gene.ts";
import { visitTextLines } from "./text_lines.ts";
import { isTrackLine } from "./track_lines.ts";
import { transcriptKey } from "./transcript_id.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** Options of {@linkcode readBedWindows}. */
export interface ReadBedWindowsOptions extends AbortOptions {
  /**
   * The genes of an annotation. Windows are then those whose names are ids of these genes, and take symbols, and strands
   * that they lack, from them.
   *
   * @default {Windows are taken as they are.}
   */
  readonly genes?: readonly Gene[] | undefined;
  /** The gene of each transcript by its `transcriptKey`, for windows that are named after transcripts. */
  readonly transcriptGenes?: ReadonlyMap<string, string> | undefined;
  /** Called with a warning for each kind of interval that is left out or changed, with its number and an example. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The contents of a file of windows. */
export interface BedWindows {
  /**
   * The windows in the order of the file, as genes whose `tss` is the middle of the interval: the first base of its
   * second half, ⌊(start + end) / 2⌋, on both strands. Lay them by `geneWindows` with `tss: "bed"`.
   */
  readonly windows: Gene[];
  /** Length of the shortest and of the longest interval, in base pairs. */
  readonly lengthsBp: readonly [shortest: number, longest: number];
  /** The assembly that the file's header names, as UCSC calls it. */
  readonly assembly?: string | undefined;
}

/**
 * Reads windows in BED of 3 columns or more, gzip or not: chromosome, start, end (0-based half-open), name, score,
 * strand. Further columns, comments and lines for genome browsers are skipped, so that deepTools' files can be read.
 *
 * The name is the id of a gene or a transcript, by which expression is joined; a window without one is called by its
 * place, such as `chr1:1000-2000`. Windows of one name are told apart by their places, `NAME@chr1:1000-2000`, and belong
 * to one gene.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options An annotation, genes of transcripts, and what to do with warnings.
 * @returns The windows, their lengths and their assembly.
 * @throws {FormatError} With the line, if it is not BED, an interval is empty, or a strand is not one of `+`, `-` and `.`;
 * also if the file has no intervals.
 * @throws {ContractError} If the annotation has none of the windows' genes.
 *
 * @example Two intervals of one length
 * ```ts
 * import { geneWindows, readBedWindows } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "chr1\t1000\t2000\tENSG00000000003\t0\t-\nchr1\t5000\t6000\n";
 * const { windows } = await readBedWindows(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(windows.map(({ id }) => id), ["ENSG00000000003", "chr1:5000-6000"]);
 * const laid = geneWindows(windows, { halfWidthBp: 500, tss: "bed" });
 * deepStrictEqual([...laid.chromosomes[0]!.starts], [1000, 5000]);
 * ```
 */
export function readBedWindows(
  input: BinarySource,
  options: ReadBedWindowsOptions = {},
): Promise<BedWindows> {
  return withSource(input, async (source, options) => {
    const intervals: BedInterval[] = [];
    const clues = new AssemblyClues();
    await visitTextLines(source, (line) => {
      const text = lineText(line);
      if (text.startsWith("#") || isTrackLine(line)) clues.readComment(text);
      else if (text.trim() !== "") intervals.push(parseInterval(text, { line, file: source.name }));
    }, options.onWarning);
    return makeWindows(intervals, { ...options, file: source.name, clues });
  }, options);
}

interface MakeOptions extends ReadBedWindowsOptions {
  readonly file: string;
  readonly clues: AssemblyClues;
}

function makeWindows(intervals: readonly BedInterval[], options: MakeOptions): BedWindows {
  const { file, clues, genes, onWarning = () => {} } = options;
  if (intervals.length === 0) {
    throw new FormatError("Cannot read windows: the file has no intervals, expected BED", { file });
  }
  const report = new GeneReport("window");
  const once = withoutRepeats(intervals, report);
  const named = nameWindows(once, options.transcriptGenes, report);
  const windows = genes === undefined ? named : takeFacts(named, { ...options, genes, report });
  report.warnings(file).forEach((message) => onWarning(message));
  const lengths = intervals.map(({ start, end }) => end - start);
  const lengthsBp = [minimum(lengths), -minimum(lengths.map((length) => -length))] as const;
  const assembly = clues.finish(windows, (message) => onWarning(`${file} ${message}`));
  return assembly === undefined ? { windows, lengthsBp } : { windows, lengthsBp, assembly };
}

/** The smallest of numbers that may be too many for the arguments of a call. */
function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value));
}

/** Leaves out intervals that are in the file again with the same name and strand. */
function withoutRepeats(intervals: readonly BedInterval[], report: GeneReport): BedInterval[] {
  const seen = new Set<string>();
  return intervals.filter((interval) => {
    const { name = "", strand = "", line } = interval;
    const key = [placeOf(interval), name, strand].join("\t");
    const isNew = !seen.has(key);
    seen.add(key);
    if (!isNew) report.note("took once", "on several lines", `${placeOf(interval)} (line ${line})`);
    return isNew;
  });
}

/** Makes a sample of each interval. Several of one name, or of transcripts of one gene, know their gene. */
function nameWindows(
  intervals: readonly BedInterval[],
  transcriptGenes: ReadonlyMap<string, string> | undefined,
  report: GeneReport,
): Gene[] {
  const counts = new Map<string, number>();
  const keyOf = (name: string) => geneKey(name);
  for (const { name } of intervals) {
    if (name !== undefined) counts.set(keyOf(name), (counts.get(keyOf(name)) ?? 0) + 1);
  }
  const atPlace = groupBy(intervals, placeOf);
  return intervals.map((interval) => {
    const { name, chromosome, start, end, strand, line } = interval;
    const shares = name !== undefined && counts.get(keyOf(name))! > 1;
    // One place may have a window on each strand.
    const isShared = atPlace.get(placeOf(interval))!.length > 1 && strand !== undefined;
    const place = placeOf(interval) + (isShared ? `(${strand})` : "");
    if (shares) {
      report.note("told apart by their places", "of one name", `"${name}" (line ${line})`);
    }
    const known = name === undefined ? undefined : transcriptGenes?.get(transcriptKey(name));
    const gene = known ?? (shares ? name : undefined);
    const id = name === undefined ? place : shares ? `${name}@${place}` : name;
    const tss = Math.floor((start + end) / 2);
    const window = { id, chromosome, tss, strand, line };
    return gene === undefined ? window : { ...window, gene };
  });
}

function placeOf({ chromosome, start, end }: BedInterval): string {
  return `${chromosome}:${start}-${end}`;
}

/** Keeps the windows of known genes, with these genes' facts. */
function takeFacts(
  windows: readonly Gene[],
  { genes, file, report }: MakeOptions & {
    readonly genes: readonly Gene[];
    readonly report: GeneReport;
  },
): Gene[] {
  const facts = new GeneFactsById(genes);
  const found = windows.flatMap((window) => {
    const gene = facts.find(window);
    const example = `"${window.id}" (line ${window.line})`;
    if (gene === undefined) {
      report.leaveOut("whose names are not ids of the chosen genes", example);
      return [];
    }
    if (window.strand !== undefined && window.strand !== gene.strand) {
      report.note("took with their own strand", "on the other strand than their gene", example);
    }
    return [describeFacts(window, gene)];
  });
  if (found.length > 0) return found;
  const [window] = windows;
  throw new ContractError(
    `Cannot use the windows of ${file}: none of the ${
      formatCountOf(windows.length, "window")
    } has the id of one of ` +
      `the ${
        formatCountOf(genes.length, "gene")
      }, such as "${window?.id}" (line ${window?.line}) and ` +
      `"${genes[0]?.id}". Name the windows in the fourth column, or leave the genes out`,
  );
}
