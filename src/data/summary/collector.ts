import { isPackedArray } from "../../base/arrays.ts";
import { type DataRecord, inverseFunction, type Transform } from "../../record.ts";
import { HeatMapSums } from "./_heat_map_sums.ts";
import { LabelTable, summariseLabels } from "./_labels.ts";
import { TrackSums } from "./_track_sums.ts";
import type { DataSummary } from "./types.ts";

/** Options of {@linkcode SummaryCollector}. */
export interface SummaryCollectorOptions {
  /** What the numbers are; its marks name the last axis of the signal. */
  readonly record: DataRecord;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Names of the cell types, in the order of the data. */
  readonly cellTypes: readonly string[];
  /** Identifiers of the genes that samples may have. */
  readonly genes: readonly string[];
  /**
   * The transform of the values that are added, which is undone.
   *
   * @default {The record's}
   */
  readonly transform?: Transform | undefined;
  /**
   * The marks that were not measured, by cell type.
   *
   * @default {All were measured}
   */
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** The samples of one cell type, as `writeCompetition` takes them. */
export interface SummaryBlock {
  /** Name of the cell type, one of those of the options. */
  readonly cellType: string;
  /** Identifiers of the genes, `[gene]`, each one of those of the options. */
  readonly genes: readonly string[];
  /** The values, `[gene, bin, mark]` row-major. */
  readonly signal: ArrayLike<number>;
  /** Expression, `[gene]`; not copied. */
  readonly labels?: ArrayLike<number> | undefined;
}

/** Where a sample stands among all. */
export interface SamplePlace {
  /** The place of its cell type among those of the options. */
  readonly cellType: number;
  /** The place of its gene among those of the options. */
  readonly gene: number;
}

/**
 * Collects what a data set looks like while its samples pass, one cell type after another, in memory that does not grow
 * with their number, except for 8 bytes a label. Profiles, depths and shares are of all samples. Heat maps show up to
 * 2,000 genes, and correlations between cell types up to 20,000, which a hash of their identifiers chooses.
 *
 * @example Two genes in one cell type
 * ```ts
 * import { SummaryCollector } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const collector = new SummaryCollector({
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 *   bins: 2,
 *   cellTypes: ["liver"],
 *   genes: ["A", "B"],
 * });
 * collector.addBlock({ cellType: "liver", genes: ["A", "B"], signal: [1, 3, 0, 0] });
 * const { tracks: [track] } = collector.finish();
 * deepStrictEqual([...track!.profile], [0.5, 1.5]);
 * strictEqual(track!.emptyShare, 0.5);
 * ```
 */
export class SummaryCollector {
  readonly #options: SummaryCollectorOptions;
  readonly #tracks: TrackSums;
  readonly #heatMaps: HeatMapSums;
  readonly #labelTable: LabelTable;
  readonly #labels = new Map<number, ArrayLike<number>>();
  readonly #cellTypePlaces: ReadonlyMap<string, number>;
  readonly #genePlaces: ReadonlyMap<string, number>;
  /** Whether each mark was measured, `[mark]`, by cell type. */
  readonly #isMeasured: readonly Uint8Array[];
  readonly #toCount: ((value: number) => number) | undefined;
  /** The counts of the sample that is being added. */
  readonly #counts: Float64Array;
  #samples = 0;

  /**
   * Starts with no samples.
   *
   * @param options What the samples are.
   */
  constructor(options: SummaryCollectorOptions) {
    const { record, bins, cellTypes, genes, missingMarks } = options;
    const marks = record.marks.length;
    this.#options = options;
    this.#tracks = new TrackSums({ bins, marks });
    this.#heatMaps = new HeatMapSums({ bins, marks, genes });
    this.#labelTable = new LabelTable(genes);
    this.#cellTypePlaces = new Map(cellTypes.map((name, place) => [name, place]));
    this.#genePlaces = new Map(genes.map((id, place) => [id, place]));
    this.#isMeasured = cellTypes.map((name) => {
      const missing = missingMarks?.get(name) ?? [];
      return Uint8Array.from(record.marks, (mark) => missing.includes(mark) ? 0 : 1);
    });
    const transform = options.transform ?? record.transform;
    this.#toCount = transform === "none" ? undefined : inverseFunction(transform);
    this.#counts = new Float64Array(bins * marks);
  }

  /**
   * Adds the samples of a cell type.
   *
   * @param block The samples. Its labels must not change afterwards; its signal may.
   * @throws {RangeError} If the options do not have its cell type or one of its genes.
   */
  addBlock({ cellType, genes, signal, labels }: SummaryBlock): void {
    const place = placeOf(this.#cellTypePlaces, cellType, "cell type");
    for (const [row, id] of genes.entries()) {
      const gene = placeOf(this.#genePlaces, id, "gene");
      this.addSample({ cellType: place, gene }, { signal, row, label: labels?.[row] });
    }
    if (labels !== undefined && labels.length > 0) this.#labels.set(place, labels);
  }

  /**
   * Adds one sample. Give the labels of a whole cell type to `setLabels` too.
   *
   * @param place The places of its cell type and its gene among those of the options.
   * @param sample The signal of many samples, `[row, bin, mark]` row-major, and this sample's row and label.
   */
  addSample(
    { cellType, gene }: SamplePlace,
    { signal, row, label }: {
      readonly signal: ArrayLike<number>;
      readonly row: number;
      readonly label: number | undefined;
    },
  ): void {
    const counts = this.#counts;
    const start = row * counts.length;
    const toCount = this.#toCount;
    copyInto(counts, signal, start);
    if (toCount !== undefined) {
      for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) counts[i] = toCount(counts[i]!);
    }
    this.#samples++;
    this.#tracks.add(cellType, counts);
    this.#heatMaps.add(gene, counts, { isMeasured: this.#isMeasured[cellType]!, label });
    if (label !== undefined) this.#labelTable.add(cellType, gene, label);
  }

  /**
   * Sets all labels of a cell type whose samples were added one by one.
   *
   * @param cellType The place of the cell type.
   * @param labels The labels, in any order; not copied.
   */
  setLabels(cellType: number, labels: ArrayLike<number>): void {
    this.#labels.set(cellType, labels);
  }

  /**
   * Sums up what was added.
   *
   * @returns The summary.
   */
  finish(): DataSummary {
    const { record, bins, cellTypes, genes } = this.#options;
    const tracks = cellTypes.flatMap((cellType, place) =>
      record.marks.flatMap((mark, markPlace) => {
        if (this.#isMeasured[place]![markPlace] === 0) return [];
        const names = { cellType, mark };
        return this.#tracks.summarise({ cellType: place, mark: markPlace }, names) ?? [];
      })
    );
    const labels = cellTypes.flatMap((cellType, place) => {
      const values = this.#labels.get(place);
      return values === undefined ? [] : [summariseLabels(cellType, values)];
    });
    return {
      record,
      bins,
      samples: this.#samples,
      genes: genes.length,
      cellTypes,
      tracks,
      heatMaps: this.#heatMaps.finish(),
      labels,
      correlations: this.#labelTable.correlate(cellTypes),
    };
  }
}

/** Copies values from `start` on. Typed arrays are copied whole, which is several times as fast as one by one. */
function copyInto(counts: Float64Array, signal: ArrayLike<number>, start: number): void {
  if (isPackedArray(signal)) {
    counts.set(signal.subarray(start, start + counts.length));
    return;
  }
  for (let i = 0; i < counts.length; i++) counts[i] = signal[start + i]!;
}

function placeOf(places: ReadonlyMap<string, number>, name: string, what: string): number {
  const place = places.get(name);
  if (place !== undefined) return place;
  throw new RangeError(
    `Cannot summarise ${what} "${name}": expected one of the ${places.size} that were named`,
  );
}
