/**
 * Writes samples as AnnData.
 *
 * @module
 */

import { checkObject } from "../../base/check_object.ts";
import { ensemblGeneId, type GeneDetails } from "../../gene_id.ts";
import { checkInteger } from "../../base/check_integer.ts";
import type { DataRecord } from "../../record.ts";
import {
  type BlockSource,
  checkBlock,
  type CompetitionBlock,
  describeLayout,
  type Layout,
  type StreamedBlock,
} from "../competition_writer.ts";
import { makeCellTypeGroups } from "../item_groups.ts";
import { checkMarks, makeMarkMask } from "../mark_mask.ts";
import { signalRows } from "./_signal_rows.ts";
import { SignalWriter } from "./_signal_writer.ts";
import { type AnndataValue, recordValue } from "./anndata.ts";
import { checkCodec, usualCodec, type ZarrCodec } from "./codec.ts";
import { Frame } from "./frame.ts";
import { GENE_COLUMNS, geneCells, hasGenes } from "./gene_columns.ts";
import { finishAnndata } from "./root.ts";
import { sampleName, SampleNames } from "./sample_names.ts";
import type { ZarrStore } from "./store.ts";

/** Options of {@linkcode writeAnndata}. */
export interface WriteAnndataOptions {
  /** What the numbers are; its marks name the last axis of the signal. Kept in `uns["histone"]["record"]`. */
  readonly record: DataRecord;
  /**
   * What is known about genes besides their identifiers, by identifier.
   *
   * @default {An empty map}
   */
  readonly geneDetails?: ReadonlyMap<string, GeneDetails> | undefined;
  /**
   * The group of each cell type that is one of several replicates, by the cell type's name; `obs` then has a column
   * `group`.
   *
   * @default {Each cell type is a group by itself}
   */
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  /**
   * The marks that were not measured, by the cell type's name; their signal, which is 0 in the blocks, is NaN in `X`.
   *
   * @default {Every mark was measured in every cell type}
   */
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
  /**
   * What else `uns["histone"]` says, such as the version of the program.
   *
   * @default {Nothing}
   */
  readonly about?: Readonly<Record<string, AnndataValue | undefined>> | undefined;
  /**
   * How the chunks of `X` are compressed.
   *
   * @default {"zstd" where the run-time has it, else "gzip"}
   */
  readonly codec?: ZarrCodec | undefined;
  /**
   * Samples of a chunk of `X`, which is read as a whole. Training past memory shuffles chunks, and samples of a few of them.
   *
   * @default {As many as have about a million values}
   */
  readonly chunkSamples?: number | undefined;
}

/**
 * Writes samples as AnnData in Zarr v3, which `anndata.read_zarr` of Python opens. A sample is one gene in one cell type;
 * blocks are taken one at a time, and nothing of them is kept but the names.
 *
 * - `X` is the signal, `[sample, bin × mark]`: `X.reshape(-1, bins, marks)` is `[sample, bin, mark]`. Its type is the
 *   narrowest of uint8, uint16 and float32 that holds all values; float32 where marks are missing, which are NaN. Chunks
 *   hold whole samples, with checksums, 32 to a shard.
 * - `obs` has `cell_type gene_id symbol chrom tss strand` and, where they are known, `gene`, `group` and `label`; its names
 *   are `cell type:gene`. `tss` is 0-based.
 * - `var` has `mark`, `bin` from 0, and `offset_bp`, from the TSS to the first base of the bin; its names are
 *   `mark:offset`.
 * - `uns["histone"]` has `bins` and `record`.
 *
 * @param store Where to write; a `Map` will do.
 * @param blocks The cell types, in the order of the samples.
 * @param options What the numbers are.
 * @throws {TypeError} If the lengths of a block contradict each other, or blocks differ in bins or in having labels.
 * @throws {RangeError} If genes have sequences, there are no blocks, a block has no genes or a gene twice, a cell type appears twice or its
 * name starts with `__`, a group or a missing mark is of a cell type or mark that there is not, a
 * missing mark has signal, a count is negative, not finite or an
 * integer that float32 does not hold, or a label is not finite.
 *
 * @example Two bins of one mark around one gene
 * ```ts
 * import { writeAnndata } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { ok } from "node:assert";
 *
 * const store = new Map<string, Uint8Array>();
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: [3, 0], labels: [1.5] };
 * const record = { ...COMPETITION_RECORD, marks: ["H3K4me3"] };
 * await writeAnndata(store, [block], { record });
 * ok(store.has("/X/c/0/0") && store.has("/obs/label/zarr.json"));
 * ```
 */
export async function writeAnndata(
  store: ZarrStore,
  blocks: BlockSource,
  options: WriteAnndataOptions,
): Promise<void> {
  checkObject(options?.record, {
    action: "write AnnData",
    as: "the record",
    expected: "a data record, such as { record: data.record }",
  });
  const { record, about = {}, codec = usualCodec(), chunkSamples } = options;
  checkCodec(codec);
  const what = { action: "write AnnData", name: "chunkSamples", least: 1 };
  if (chunkSamples !== undefined) checkInteger(chunkSamples, what);
  if (record.sequence !== undefined) {
    throw new RangeError(
      "Cannot write AnnData: the genes have DNA sequences, which .zarr does not hold, expected .npz",
    );
  }
  let samples: SampleWriter | undefined;
  for await (const block of blocks) {
    samples ??= new SampleWriter(store, checkBlock(block, record.marks.length), options);
    await samples.add(block);
  }
  if (samples === undefined) {
    throw new RangeError("Cannot write AnnData: there are no cell types, expected some");
  }
  await samples.finish();
  const { bins } = samples.layout;
  await writeFeatures(store, record, bins);
  await finishAnndata(store, { histone: { ...about, bins, record: recordValue(record) } });
}

/** Writes `X` and `obs`. */
class SampleWriter {
  readonly layout: Layout;
  readonly #options: WriteAnndataOptions;
  readonly #signal: SignalWriter;
  readonly #frame: Frame;
  readonly #names = new SampleNames();
  /** The genes of the last cell type. */
  #genes: readonly string[] = [];

  constructor(store: ZarrStore, layout: Layout, options: WriteAnndataOptions) {
    const { record: { marks }, geneDetails, cellTypeGroups, missingMarks } = options;
    for (const names of missingMarks?.values() ?? []) checkMarks(names, marks);
    this.layout = layout;
    this.#options = options;
    const width = layout.bins * marks.length;
    const { codec = usualCodec(), chunkSamples: chunkRows } = options;
    this.#signal = new SignalWriter(store, { width, codec, chunkRows });
    this.#frame = new Frame(store, "/obs", {
      index: "sample",
      columns: {
        cell_type: "category",
        ...(cellTypeGroups !== undefined && { group: "category" }),
        gene_id: "category",
        ...GENE_COLUMNS,
        ...(hasGenes(geneDetails?.values()) && { gene: "category" }),
        ...(layout.labelled && { label: "number" }),
      },
    });
  }

  async add(block: CompetitionBlock | StreamedBlock): Promise<void> {
    const { record: { marks }, missingMarks } = this.#options;
    const { cellType } = block;
    const layout = checkBlock(block, marks.length);
    if (layout.bins !== this.layout.bins || layout.labelled !== this.layout.labelled) {
      throw new TypeError(
        `Cannot write cell type "${cellType}": it has ${describeLayout(layout)}, ` +
          `those before have ${describeLayout(this.layout)}`,
      );
    }
    const genes = this.#takeGenes(block.genes);
    checkGenes(cellType, genes);
    this.#names.add(cellType, genes);
    const rows = signalRows(block, {
      genes,
      width: layout.bins * marks.length,
      marks,
      missing: missingMarks?.get(cellType) ?? [],
    });
    for await (const piece of rows) await this.#signal.append(piece);
    await this.#appendToFrame(block, genes);
  }

  /** Identifiers of genes; the array of the cell type before if it has the same, as most have. */
  #takeGenes(given: CompetitionBlock["genes"]): readonly string[] {
    const { length } = given;
    const idOf = (i: number) => typeof given[i] === "number" ? ensemblGeneId(given[i]) : given[i]!;
    let isSame = length === this.#genes.length;
    for (let i = 0; i < length && isSame; i++) isSame = this.#genes[i] === idOf(i);
    if (!isSame) this.#genes = Array.from({ length }, (_, i) => idOf(i));
    return this.#genes;
  }

  async #appendToFrame(
    { cellType, labels = [] }: Pick<CompetitionBlock, "cellType" | "labels">,
    genes: readonly string[],
  ): Promise<void> {
    const { geneDetails, cellTypeGroups } = this.#options;
    const details = genes.map((gene) => geneDetails?.get(gene) ?? {});
    await this.#frame.append({
      sample: genes.map((gene) => sampleName(cellType, gene)),
      cell_type: genes.map(() => cellType),
      group: genes.map(() => cellTypeGroups?.get(cellType) ?? cellType),
      gene_id: genes,
      ...geneCells(details),
      label: Array.from(labels),
    });
  }

  /**
   * Writes what is left.
   *
   * @throws {RangeError} If a group or a missing mark is of a cell type that there was not.
   */
  async finish(): Promise<void> {
    const { record: { marks }, cellTypeGroups, missingMarks } = this.#options;
    const cellTypes = this.#names.cellTypes;
    makeCellTypeGroups(cellTypes, cellTypeGroups);
    const markMask = makeMarkMask(missingMarks, { cellTypes, marks });
    await this.#signal.finish(markMask);
    await this.#frame.finish();
  }
}

function checkGenes(cellType: string, genes: readonly string[]): void {
  const seen = new Set<string>();
  for (const gene of genes) {
    if (gene === "" || seen.has(gene)) {
      throw new RangeError(
        `Cannot write cell type "${cellType}": ${
          gene === "" ? "a gene id is empty" : `gene "${gene}" appears twice`
        }`,
      );
    }
    seen.add(gene);
  }
}

/** Writes `var`. */
async function writeFeatures(
  store: ZarrStore,
  { marks, binSizeBp }: DataRecord,
  bins: number,
): Promise<void> {
  const first = Math.floor(-bins * binSizeBp / 2);
  const places = Array.from({ length: bins }, (_, bin) => marks.map(() => bin)).flat();
  const offsets = places.map((bin) => first + bin * binSizeBp);
  const names = places.map((_, i) => marks[i % marks.length]!);
  const frame = new Frame(store, "/var", {
    index: "feature",
    columns: { mark: "category", bin: "integer", offset_bp: "integer" },
  });
  await frame.append({
    feature: names.map((mark, i) => `${mark}:${offsets[i]}`),
    mark: names,
    bin: places,
    offset_bp: offsets,
  });
  await frame.finish();
}
