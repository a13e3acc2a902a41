/**
 * Writes samples as AnnData.
 *
 * @module
 */

import { ensemblGeneId, type GeneDetails } from "../../gene_id.ts";
import type { DataRecord } from "../../record.ts";
import {
  checkBlock,
  type CompetitionBlock,
  describeLayout,
  type Layout,
} from "../competition_writer.ts";
import { type AnndataValue, ARRAY } from "./anndata.ts";
import { ZarrArray } from "./array.ts";
import { Frame } from "./frame.ts";
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
   * What else `uns["histone"]` says, such as the version of the program.
   *
   * @default {Nothing}
   */
  readonly about?: Readonly<Record<string, AnndataValue | undefined>> | undefined;
}

/** Rows are laid out in pieces of about this many values. */
const PIECE_VALUES = 2 ** 17;
/** Values of a chunk of `X`: 2 MB before compression. */
const CHUNK_VALUES = 2 ** 19;

/**
 * Writes samples as AnnData in Zarr v3, which `anndata.read_zarr` of Python opens. A sample is one gene in one cell type;
 * blocks are taken one at a time, and nothing of them is kept but the names.
 *
 * - `X` is the signal as float32, `[sample, bin × mark]`: `X.reshape(-1, bins, marks)` is `[sample, bin, mark]`.
 * - `obs` has `cell_type gene_id symbol chrom tss strand` and, where the blocks have it, `label`; its names are
 *   `cell type:gene`. `tss` is 0-based.
 * - `var` has `mark`, `bin` from 0, and `offset_bp`, from the TSS to the first base of the bin; its names are
 *   `mark:offset`.
 * - `uns["histone"]` has `bins` and `record`.
 *
 * @param store Where to write; a `Map` will do.
 * @param blocks The cell types, in the order of the samples.
 * @param options What the numbers are.
 * @throws {TypeError} If the lengths of a block contradict each other, or blocks differ in bins or in having labels.
 * @throws {RangeError} If there are no blocks, a block has no genes or a gene twice, a cell type appears twice or its
 * name starts with `__`, a count is negative, not finite or an integer that float32 does not hold, or a label is not
 * finite.
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
  blocks: Iterable<CompetitionBlock> | AsyncIterable<CompetitionBlock>,
  { record, geneDetails = new Map(), about = {} }: WriteAnndataOptions,
): Promise<void> {
  let samples: SampleWriter | undefined;
  for await (const block of blocks) {
    samples ??= new SampleWriter(store, record, checkBlock(block, record.marks.length));
    await samples.add(block, geneDetails);
  }
  if (samples === undefined) {
    throw new RangeError("Cannot write AnnData: there are no cell types, expected some");
  }
  await samples.finish();
  await writeFeatures(store, record, samples.layout.bins);
  const { marks, ...rest } = record;
  const histone = { ...about, bins: samples.layout.bins, record: { ...rest, marks } };
  await finishAnndata(store, { histone });
}

/** Writes `X` and `obs`. */
class SampleWriter {
  readonly layout: Layout;
  readonly #marks: number;
  readonly #signal: ZarrArray;
  readonly #frame: Frame;
  readonly #names = new SampleNames();

  constructor(store: ZarrStore, { marks }: DataRecord, layout: Layout) {
    this.layout = layout;
    this.#marks = marks.length;
    const width = layout.bins * this.#marks;
    this.#signal = new ZarrArray(store, "/X", {
      type: "float32",
      rowShape: [width],
      chunkRows: Math.max(1, Math.floor(CHUNK_VALUES / width)),
      attributes: ARRAY,
    });
    this.#frame = new Frame(store, "/obs", {
      index: "sample",
      columns: {
        cell_type: "category",
        gene_id: "category",
        symbol: "category",
        chrom: "category",
        tss: "nullable integer",
        strand: "category",
        ...(layout.labelled && { label: "number" }),
      },
    });
  }

  async add(
    block: CompetitionBlock,
    geneDetails: ReadonlyMap<string, GeneDetails>,
  ): Promise<void> {
    const { bins, labelled } = checkBlock(block, this.#marks);
    if (bins !== this.layout.bins || labelled !== this.layout.labelled) {
      throw new TypeError(
        `Cannot write cell type "${block.cellType}": it has ${
          describeLayout({ bins, labelled })
        }, those before have ${describeLayout(this.layout)}`,
      );
    }
    const genes = Array.from(
      block.genes as ArrayLike<string | number>,
      (gene) => typeof gene === "number" ? ensemblGeneId(gene) : gene,
    );
    checkGenes(block.cellType, genes);
    this.#names.add(block.cellType, genes);
    for (const piece of layOut(block, genes, bins * this.#marks)) await this.#signal.append(piece);
    const details = genes.map((gene) => geneDetails.get(gene) ?? {});
    await this.#frame.append({
      sample: genes.map((gene) => sampleName(block.cellType, gene)),
      cell_type: genes.map(() => block.cellType),
      gene_id: genes,
      symbol: details.map(({ symbol }) => symbol),
      chrom: details.map(({ chromosome }) => chromosome),
      tss: details.map(({ tss }) => tss),
      strand: details.map(({ strand }) => strand),
      label: Array.from(block.labels ?? []),
    });
  }

  async finish(): Promise<void> {
    await this.#signal.finish();
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

/** The signal of a block as float32, some genes at a time; checks counts and labels. */
function* layOut(
  { cellType, signal, labels }: CompetitionBlock,
  genes: readonly string[],
  width: number,
): Generator<Float32Array> {
  const pieceGenes = Math.max(1, Math.floor(PIECE_VALUES / width));
  for (let start = 0; start < genes.length; start += pieceGenes) {
    const end = Math.min(start + pieceGenes, genes.length);
    const piece = new Float32Array((end - start) * width);
    for (let gene = start; gene < end; gene++) {
      let isValid = labels === undefined || Number.isFinite(labels[gene]);
      for (let i = gene * width; i < (gene + 1) * width; i++) {
        const count = signal[i]!;
        const stored = Math.fround(count);
        isValid &&= stored >= 0 && stored < Infinity &&
          (stored === count || !Number.isInteger(count));
        piece[i - start * width] = stored;
      }
      if (!isValid) {
        throw new RangeError(
          `Cannot write cell type "${cellType}": gene ${
            genes[gene]
          } has a count or label that is not ` +
            "finite, a count below zero, or a count that float32 does not hold",
        );
      }
    }
    yield piece;
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
