import { formatCountOf } from "../../base/count.ts";
import { FormatError } from "../../errors.ts";
import { chromosomeMatcher, type Contig } from "../chromosomes.ts";
import type { Line } from "../../text/lines.ts";
import type { GeneWindows } from "../windows.ts";
import { blacklistOn } from "./blacklist.ts";
import { windowsByContig } from "./_contig_windows.ts";
import { CoveredBases } from "./_covered_bases.ts";
import { IntervalRows, type OddRows, type RowSink } from "./_interval_rows.ts";
import { PeakSummits, type SeveralSummits } from "./_peak_summits.ts";
import { ReadSink } from "./_read_sink.ts";
import { BEDGRAPH_ROWS, ROW_KINDS, STRANDED_BED_ROWS } from "./_row_kinds.ts";
import type { Blacklist, IntervalCursor } from "./intervals.ts";
import { type ContigWindows, WindowCounter } from "./_window_counter.ts";
import type { OverlapPlace } from "./_overlap_error.ts";
import type { CountOptions, SignalTrack, TextFormat } from "./track.ts";

/** What is known about a sequence with rows. */
interface RowContig {
  readonly name: string;
  readonly windows: ContigWindows | undefined;
  /** The bases that have a value; only for signal tracks. */
  readonly covered: CoveredBases | undefined;
  /** Length in base pairs; infinite if it is not known. */
  readonly length: number;
  /** The intervals whose reads or values are left out. */
  readonly leftOut: IntervalCursor | undefined;
}

/** Explains the treatment of NaN values, which pyBigWig treats in the same way. */
export const MISSING_VALUES = "a bin that holds one is 0, as one without signal";

/** Counts rows into the windows of their sequence, up to its end. */
export class RowCounter implements RowSink {
  readonly #windows: GeneWindows;
  readonly #counter: WindowCounter;
  readonly #reads: ReadSink | undefined;
  /** Takes the rows of peaks before they come here. */
  readonly peaks: PeakSummits | undefined;
  readonly #mayOverlap: boolean;
  readonly #blacklist: Blacklist | undefined;
  readonly #fragments: boolean;
  readonly #lengths: ReadonlyMap<string, number>;
  readonly #matchLength: (name: string) => string | undefined;
  readonly #contigs = new Map<string, RowContig>();
  readonly #covered = new Map<number, CoveredBases>();
  #contig!: RowContig;
  #missing: OddRows | undefined;
  #outside: OddRows | undefined;

  constructor(windows: GeneWindows, options: CountOptions, format: TextFormat) {
    const { rule, extendBp = 0, chromosomes = [], blacklist, fragments = false } = options;
    this.#windows = windows;
    this.#mayOverlap = ROW_KINDS[format].mayOverlap;
    this.#blacklist = blacklist;
    this.#fragments = fragments;
    this.#lengths = new Map(chromosomes.map(({ name, length }) => [name, length]));
    this.#matchLength = chromosomeMatcher(this.#lengths.keys(), windows.chromosomeAliases);
    this.#counter = new WindowCounter(windows, rule);
    this.peaks = format === "peaks" ? new PeakSummits(this) : undefined;
    this.#reads = format === "bed" ? new ReadSink(this.#counter, extendBp) : undefined;
  }

  /** Names of the sequences that have rows. */
  get contigs(): Contig[] {
    return Array.from(this.#contigs.keys(), (name) => ({ name }));
  }

  /** Number of reads that overlapped a window at least; `undefined` if the rows are no reads. */
  get readsInWindows(): number | undefined {
    return this.#reads && this.#counter.overlapping;
  }

  startContig(name: string): void {
    let contig = this.#contigs.get(name);
    if (contig === undefined) this.#contigs.set(name, contig = this.#describeContig(name));
    this.#contig = contig;
    this.#counter.select(contig.windows);
    if (this.#reads === undefined) return;
    this.#reads.contigLength = contig.length;
    this.#reads.leftOut = contig.leftOut;
  }

  add(start: number, end: number, value: number): number {
    const { length, covered } = this.#contig;
    if (start >= length) {
      this.#outside = this.#count(this.#outside, start, end);
      return -1;
    }
    if (this.#reads !== undefined) {
      this.#reads.add(start, end, value < 0);
      return -1;
    }
    if (Number.isNaN(value)) this.#missing = this.#count(this.#missing, start, end);
    const taken = covered === undefined ? -1 : covered.add(start, end);
    if (taken < 0) this.#addSignal(start, Math.min(end, length), value);
    return taken;
  }

  /** Counts the value of the bases `[start, end)` that no blacklist leaves out. */
  #addSignal(start: number, end: number, value: number): void {
    const { leftOut } = this.#contig;
    if (leftOut === undefined) this.#counter.add(start, end, value);
    else leftOut.visitRest(start, end, (from, to) => this.#counter.add(from, to, value));
  }

  finish(): Float64Array<ArrayBuffer> {
    return this.#counter.finish();
  }

  /**
   * Warns about rows that were skipped and, unless the first rows gave a warning, about rows that are probably not
   * reads.
   */
  warn(rows: IntervalRows, { file, looksOdd, onWarning }: WarnOptions): void {
    const say = (odd: OddRows | undefined, what: string) => {
      if (odd === undefined) return;
      onWarning?.(`${file} has ${formatCountOf(odd.count, "row")} ${what}, such as ${odd.first}`);
    };
    say(rows.empty, "without a base (start and end are the same), which are skipped");
    say(this.#missing, `whose value is missing; ${MISSING_VALUES}`);
    say(
      this.#outside,
      "past the end of the chromosome, left out (is the file of another assembly?)",
    );
    const tracks = rows.tracks.describe();
    if (tracks !== undefined) onWarning?.(`${file} ${tracks}`);
    const several = this.peaks?.several;
    if (several !== undefined) onWarning?.(`${file} ${describeSummits(several)}`);
    if (this.#reads === undefined) return;
    if (this.#fragments) {
      onWarning?.(
        `each row of ${file} is counted as one fragment: BED has no pairs to join. Its rows must be fragments, not ` +
          "single reads",
      );
    }
    if (looksOdd) return;
    const shapes = rows.shapes.describe();
    if (shapes !== undefined) onWarning?.(`${file} ${shapes}`);
  }

  #describeContig(name: string): RowContig {
    const windows = windowsByContig(this.#windows, [name]).get(name);
    const known = this.#matchLength(name);
    const length = known === undefined ? Infinity : this.#lengths.get(known) ?? Infinity;
    const covered = windows && this.#coverageOf(windows);
    return {
      name,
      windows,
      covered,
      length,
      leftOut: blacklistOn(this.#blacklist, name, this.#windows.chromosomeAliases),
    };
  }

  /** All names that a file has for one sequence share one coverage, since they share the windows. */
  #coverageOf(windows: ContigWindows): CoveredBases | undefined {
    if (this.#mayOverlap) return undefined;
    const [gene = -1] = windows.geneIndex;
    const widthBp = this.#windows.bins * this.#windows.binSizeBp;
    const covered = this.#covered.get(gene) ?? new CoveredBases(windows, widthBp);
    this.#covered.set(gene, covered);
    return covered;
  }

  #count(odd: OddRows | undefined, start: number, end: number): OddRows {
    odd ??= { count: 0, first: `${this.#contig.name}:${start}-${end}` };
    odd.count++;
    return odd;
  }
}

function describeSummits({ peaks, rows, first }: SeveralSummits): string {
  return `has ${formatCountOf(peaks, "peak")} in ${
    formatCountOf(rows, "row")
  }, one for each summit, such as ` +
    `${first}: each is counted once, with its largest enrichment`;
}

interface WarnOptions {
  readonly file: string;
  /** Whether opening the file gave a warning that its rows look like something else. */
  readonly looksOdd: boolean;
  readonly onWarning: CountOptions["onWarning"];
}

/** Makes the reader of a track's rows. Those of peaks are complete after the sink's `peaks` are finished. */
export function makeRows(
  { name, format }: SignalTrack & { readonly format: TextFormat },
  sink: RowCounter,
  { extendBp = 0 }: CountOptions,
): IntervalRows {
  const kind = extendBp > 0 ? STRANDED_BED_ROWS : ROW_KINDS[format];
  return new IntervalRows(name, kind, sink.peaks ?? sink);
}

/** Finds the first row of a file that contains a given base. */
export function findRow(
  file: string,
  { contig, position }: OverlapPlace,
): { readonly line: number | undefined; read(line: Line): void } {
  let isThere = false;
  let found: number | undefined;
  let isOnContig = false;
  const rows = new IntervalRows(file, { ...BEDGRAPH_ROWS, mayOverlap: true }, {
    startContig(name) {
      isOnContig = chromosomeMatcher([name])(contig) !== undefined;
    },
    add(start, end) {
      isThere = isOnContig && start <= position && position < end;
      return -1;
    },
  });
  return {
    get line() {
      return found;
    },
    read(line) {
      if (found !== undefined) return;
      rows.read(line);
      if (isThere) found = line.number;
    },
  };
}

/** Throws the error of a file without rows. */
export function failEmpty(file: string): never {
  throw new FormatError("Cannot count: the file is empty, expected rows", { file });
}
