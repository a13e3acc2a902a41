/** Writes the tracks of cell types. */

import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import { writeFileAtomic } from "../../files/file.ts";
import { writeBedGraph } from "../../genome/tracks/bed_graph_writer.ts";
import { encodeWithSummary, writeBigWig } from "../../genome/tracks/big_wig_writer.ts";
import {
  describePlaces,
  type PlacedWindows,
  placeWindows,
  type PlaceWindowsOptions,
  type SamplePlace,
} from "../../genome/tracks/place_windows.ts";
import { type OverlapRule, sweepWindows } from "../../genome/tracks/sweep_windows.ts";
import type { TrackSummary } from "../../genome/tracks/track_block.ts";
import type { DataRecord, Orientation } from "../../record.ts";
import { colourOfMark, FileNames, GREY } from "./_names.ts";
import type { PlannedInput, TrackPlan } from "./_plan.ts";
import type { CellTypeSamples } from "./_values.ts";
import type {
  TrackFileFormat,
  WriteTracksOptions,
  WrittenTrack,
  WrittenTracks,
} from "./track_options.ts";

const EXTENSIONS: Readonly<Record<TrackFileFormat, string>> = {
  bigwig: "bw",
  bedgraph: "bedGraph",
  "bedgraph.gz": "bedGraph.gz",
};
/** What stands where windows overlap. */
const RULES: Readonly<Record<OverlapRule, string>> = {
  mean: "the mean over them",
  nearest: "the value of the nearest TSS",
};

/** What a file holds. */
type TrackContent =
  & Pick<WrittenTrack, "cellType" | "mark" | "quantity" | "colour" | "scaleGroup">
  & {
    readonly negativeColour?: WrittenTrack["negativeColour"];
    /** Tells tracks of one mark and quantity apart. */
    readonly variant?: string | undefined;
    readonly placed: PlacedWindows;
    readonly values: Float32Array;
    /** Number of tracks whose values stand together, and the place of this one among them. */
    readonly stride: number;
    readonly offset: number;
  };

/** What the windows of an input are. */
type WindowShape = Omit<PlaceWindowsOptions, "chromosomes" | "chromosomeAliases">;

/** The attributions of a cell type. */
interface CellTypeValues extends PlannedInput {
  /** `[sample, bin, track]`. */
  readonly values: Float32Array;
}

/** Writes one file after another. */
export class TrackWriter {
  readonly #plan: TrackPlan;
  readonly #data: Dataset;
  readonly #options: WriteTracksOptions;
  readonly #names = new FileNames();
  readonly #notes: Set<string>;
  readonly #tracks: WrittenTrack[] = [];
  readonly #total: number;
  readonly #hasSignal = new Set<string>();
  #locus: string | undefined;
  #done = 0;

  constructor(plan: TrackPlan, data: Dataset, options: WriteTracksOptions) {
    this.#plan = plan;
    this.#data = data;
    this.#options = options;
    this.#notes = new Set(plan.notes);
    const counts = plan.inputs.map(({ shape }) => shape.names.length);
    if (options.withSignal) counts.push(data.marks.length);
    this.#total = plan.groups.length * counts.reduce((sum, count) => sum + count, 0);
  }

  /** Writes the attributions of a cell type, and once its signal if that is wanted. */
  async write(group: CellTypeSamples, { input, shape, values }: CellTypeValues): Promise<void> {
    const { record, method } = this.#plan;
    const isDna = input === "sequence";
    const placed = this.#place(group, {
      ...shape,
      tssBase: isDna ? record.sequence?.tssBase : undefined,
      orientation: isDna ? orientationOfDna(record) : record.orientation,
      tss: record.tss,
    });
    for (const [offset, mark] of shape.names.entries()) {
      await this.#writeTrack({
        cellType: group.cellType,
        mark,
        quantity: method,
        variant: input === "summary" ? input : undefined,
        colour: isDna ? GREY : colourOfMark(offset),
        negativeColour: isDna ? undefined : GREY,
        scaleGroup: isDna ? "DNA" : "marks",
        placed,
        values,
        stride: shape.names.length,
        offset,
      });
    }
    if (this.#options.withSignal && !this.#hasSignal.has(group.cellType)) {
      this.#hasSignal.add(group.cellType);
      await this.#writeSignal(group);
    }
  }

  /** What was written: by cell type and mark, each mark's signal first. */
  finish(): WrittenTracks {
    const { groups, record } = this.#plan;
    const cellTypes = groups.map(({ cellType }) => cellType);
    const marks = [...record.marks, ...this.#data.marks];
    const rank = ({ cellType, mark, quantity }: WrittenTrack) => {
      const place = marks.indexOf(mark);
      return [
        cellTypes.indexOf(cellType),
        place < 0 ? marks.length : place,
        quantity === "signal" ? 0 : 1,
      ];
    };
    const ranked = this.#tracks.map((track) => ({ track, rank: rank(track) }));
    ranked.sort((a, b) => {
      const differing = a.rank.findIndex((value, i) => value !== b.rank[i]);
      return differing < 0 ? 0 : a.rank[differing]! - b.rank[differing]!;
    });
    return {
      tracks: ranked.map(({ track }) => track),
      notes: [...this.#notes],
      locus: this.#locus!,
    };
  }

  async #writeSignal(group: CellTypeSamples): Promise<void> {
    const { record, bins, marks } = this.#data;
    const { binSizeBp, orientation, tss } = record;
    const placed = this.#place(group, { bins, binSizeBp, orientation, tss });
    const size = bins * marks.length;
    const values = new Float32Array(group.positions.length * size);
    for (const [i, position] of group.positions.entries()) {
      values.set(this.#data.signalOf(position), i * size);
    }
    for (const [offset, mark] of marks.entries()) {
      await this.#writeTrack({
        cellType: group.cellType,
        mark,
        quantity: "signal",
        colour: colourOfMark(offset),
        scaleGroup: `signal of ${mark}`,
        placed,
        values,
        stride: marks.length,
        offset,
      });
    }
  }

  /** Places the windows of the samples of a cell type, and keeps what is to be said of them. */
  #place(group: CellTypeSamples, shape: WindowShape): PlacedWindows {
    const { chromosomeAliases, overlaps = "mean" } = this.#options;
    const { chromosomes } = this.#plan;
    const placed = placeSamples(group, this.#data, { ...shape, chromosomes, chromosomeAliases });
    for (const sentence of describePlaces(placed.counts, RULES[overlaps])) {
      this.#notes.add(sentence);
    }
    this.#locus ??= locusOf(placed);
    return placed;
  }

  async #writeTrack(content: TrackContent): Promise<void> {
    const { cellType, mark, quantity, variant, colour, negativeColour, scaleGroup } = content;
    this.#options.signal?.throwIfAborted();
    if (this.#data.missingMarks.get(cellType)?.includes(mark)) {
      this.#notes.add(`${mark} of ${cellType} is in no track: it was not measured`);
    } else {
      const { format = "bigwig" } = this.#options;
      const parts = [cellType, mark, ...(variant === undefined ? [] : [variant]), quantity];
      const path = this.#names.make(parts, EXTENSIONS[format]);
      const name = `${cellType} ${parts.slice(1).join(" ")}`;
      const track = { path, name, colour, negativeColour, scaleGroup };
      const summary = await this.#writeFile(path, { ...content, name });
      this.#tracks.push({ ...track, cellType, mark, quantity, summary });
    }
    this.#options.onProgress?.({ done: ++this.#done, total: this.#total, unit: "files" });
  }

  async #put(name: string, write: (sink: WritableStream<Uint8Array>) => Promise<void>) {
    const { directory } = this.#options;
    if (typeof directory === "string") await writeFileAtomic(`${directory}/${name}`, write);
    else await directory.write(name, write);
  }

  async #writeFile(
    path: string,
    content: TrackContent & { readonly name: string },
  ): Promise<TrackSummary> {
    const { format = "bigwig", overlaps = "mean" } = this.#options;
    const { placed, name, colour, negativeColour } = content;
    const blocks = sweepWindows(placed, content, overlaps);
    if (format === "bigwig") {
      const chromosomes = placed.chromosomes.map(({ name, length }) => ({ name, length }));
      const { directory } = this.#options;
      if (typeof directory === "string") {
        return await writeBigWig(`${directory}/${path}`, blocks, { chromosomes });
      }
      const { bytes, summary } = await encodeWithSummary(blocks, { chromosomes });
      await directory.write(path, (sink) => writeAll(sink, bytes));
      return summary;
    }
    const compress = format === "bedgraph.gz";
    // Programs that index a file expect values in the first line.
    const trackLine = compress
      ? undefined
      : { name: name.replaceAll('"', "'"), colour, negativeColour };
    let summary: TrackSummary | undefined;
    await this.#put(path, async (sink) => {
      summary = await writeBedGraph(sink, blocks, { compress, trackLine });
    });
    return summary!;
  }
}

/**
 * Places the windows of the samples of a cell type.
 *
 * @throws {ContractError} If none of them has a place, or one cannot have the place that is known.
 */
export function placeSamples(
  { cellType, positions }: CellTypeSamples,
  data: Dataset,
  options: PlaceWindowsOptions,
): PlacedWindows {
  const placed = placeWindows(positions.map((position) => placeOf(data, position)), options);
  const { unplaced, elsewhere, placed: count } = placed.counts;
  if (count > 0) return placed;
  throw new ContractError(
    `Cannot write tracks of ${cellType}: ` +
      (unplaced >= elsewhere
        ? "the data do not know the chromosomes and TSSs of its genes, expected an annotation that does"
        : "the lengths of the chromosomes of its genes are not known: are they of another assembly?"),
  );
}

async function writeAll(sink: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = sink.getWriter();
  await writer.write(bytes);
  await writer.close();
}

/** The direction of the letters; DNA whose direction is not known is in no track. */
function orientationOfDna({ sequence }: DataRecord): Orientation {
  return sequence?.orientation === "genomic" ? "genomic" : "transcript";
}

function placeOf(data: Dataset, position: number): SamplePlace {
  const { chromosome, tss, strand } = data.geneDetailsOf(position) ?? {};
  return { name: data.describeGene(position), chromosome, tss, strand };
}

/** The window of the first sample that has a place, counted from 1 to the last base. */
function locusOf({ chromosomes, bins, binSizeBp }: PlacedWindows): string {
  let first = Infinity;
  let locus = "";
  for (const { name, starts, samples, length } of chromosomes) {
    for (const [window, sample] of samples.entries()) {
      if (sample >= first) continue;
      first = sample;
      const start = starts[window]!;
      locus = `${name}:${Math.max(0, start) + 1}-${Math.min(length, start + bins * binSizeBp)}`;
    }
  }
  return locus;
}
