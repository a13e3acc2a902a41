/**
 * Writing of files in the competition's format.
 *
 * @module
 */

import type { DataRecord } from "../record.ts";
import { type NpzMemberData, writeNpz } from "./npz_writer.ts";

/** The genes of one cell type. */
export interface CompetitionBlock {
  /** Name of the cell type, such as `E003`. */
  readonly cellType: string;
  /** Gene ids, `[gene]`: numbers, or their decimal digits such as `115459`. */
  readonly genes: readonly string[] | Uint32Array;
  /** Counts, `[gene, bin, mark]` row-major. */
  readonly signal: ArrayLike<number>;
  /** Expression, `[gene]`; for all blocks of a file or for none. */
  readonly labels?: ArrayLike<number>;
}

/** How to write a competition file. */
export interface WriteCompetitionOptions {
  /** What the numbers are; its marks name the last axis of the signal. Kept in the zip comment. */
  readonly record: DataRecord;
  /**
   * Whether to deflate the members.
   *
   * Default: `false`.
   */
  readonly compress?: boolean;
}

/** Layout that all blocks of a file share. */
interface Layout {
  readonly bins: number;
  readonly labelled: boolean;
}

/** Rows are laid out in pieces of about so many values. */
const PIECE_VALUES = 2 ** 17;

/**
 * Writes a file in the competition's format, `[genes, bins, gene id + marks + expression]` as float64 for each
 * cell type, which `readCompetition` and `numpy.load` read. Blocks are taken one at a time.
 *
 * @param sink Where the bytes go; closed at the end, aborted on an error.
 * @param blocks The cell types, in the order of the file.
 * @throws {TypeError} If lengths do not fit each other, or blocks disagree in bins or in having labels.
 * @throws {RangeError} If there are no genes, an id is no number or repeated, or a value would be refused by
 * the reader: a count below zero, anything not finite.
 *
 * @example
 * ```ts
 * import { writeCompetition } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { rejects } from "node:assert";
 *
 * const block = { cellType: "E003", genes: ["115459"], signal: new Float64Array(499) };
 * await rejects(
 *   writeCompetition(new WritableStream(), [block], { record: COMPETITION_RECORD }),
 *   /499 values of signal/,
 * );
 * ```
 */
export async function writeCompetition(
  sink: WritableStream<Uint8Array>,
  blocks: Iterable<CompetitionBlock> | AsyncIterable<CompetitionBlock>,
  options: WriteCompetitionOptions,
): Promise<void> {
  const { record, compress } = options;
  const comment = JSON.stringify({ histone: record });
  await writeNpz(sink, toMembers(blocks, record.marks.length), { compress, comment });
}

async function* toMembers(
  blocks: Iterable<CompetitionBlock> | AsyncIterable<CompetitionBlock>,
  marks: number,
): AsyncGenerator<NpzMemberData> {
  let shared: Layout | undefined;
  for await (const block of blocks) {
    const layout = checkBlock(block, marks);
    shared ??= layout;
    if (layout.bins !== shared.bins || layout.labelled !== shared.labelled) {
      throw new TypeError(
        `Cannot write cell type "${block.cellType}": it has ${describe(layout)}, ` +
          `those before have ${describe(shared)}`,
      );
    }
    yield {
      name: block.cellType,
      dtype: "float64",
      shape: [block.genes.length, layout.bins, marks + (layout.labelled ? 2 : 1)],
      data: layOut(block, checkGenes(block), layout.bins, marks),
    };
  }
}

function describe({ bins, labelled }: Layout): string {
  return `${bins} bins ${labelled ? "and labels" : "and no labels"}`;
}

function checkBlock({ cellType, genes, signal, labels }: CompetitionBlock, marks: number): Layout {
  const action = `Cannot write cell type "${cellType}"`;
  if (genes.length === 0) throw new RangeError(`${action}: it has no genes`);
  const bins = signal.length / (genes.length * marks);
  if (!Number.isInteger(bins) || bins === 0) {
    throw new TypeError(
      `${action}: ${signal.length} values of signal, expected [gene, bin, mark] ` +
        `for ${genes.length} genes and ${marks} marks`,
    );
  }
  if (labels !== undefined && labels.length !== genes.length) {
    throw new TypeError(`${action}: ${labels.length} labels, expected ${genes.length}, one a gene`);
  }
  return { bins, labelled: labels !== undefined };
}

/** Gene ids as numbers, each checked to come back as it was. */
function checkGenes({ cellType, genes }: CompetitionBlock): Float64Array {
  const seen = new Set<number>();
  return Float64Array.from(genes as ArrayLike<string | number>, (gene) => {
    const id = Number(gene);
    if (!Number.isSafeInteger(id) || id < 0 || String(id) !== String(gene)) {
      throw new RangeError(
        `Cannot write cell type "${cellType}": gene id is "${gene}", expected a decimal number ` +
          "without leading zeros",
      );
    }
    if (seen.has(id)) {
      throw new RangeError(`Cannot write cell type "${cellType}": gene ${id} stands twice`);
    }
    seen.add(id);
    return id;
  });
}

/** The rows of the member, `[gene, bin, id + marks + label]`, some genes at a time. */
function* layOut(
  { cellType, signal, labels }: CompetitionBlock,
  ids: Float64Array,
  bins: number,
  marks: number,
): Generator<Float64Array> {
  const columns = marks + (labels === undefined ? 1 : 2);
  const pieceGenes = Math.max(1, Math.floor(PIECE_VALUES / (bins * columns)));
  const rows = new Float64Array(Math.min(pieceGenes, ids.length) * bins * columns);
  for (let start = 0; start < ids.length; start += pieceGenes) {
    const end = Math.min(start + pieceGenes, ids.length);
    let out = 0;
    for (let gene = start; gene < end; gene++) {
      let valid = labels === undefined || Number.isFinite(labels[gene]);
      for (let bin = gene * bins; bin < (gene + 1) * bins; bin++) {
        rows[out++] = ids[gene];
        for (let i = bin * marks; i < (bin + 1) * marks; i++) {
          const count = signal[i];
          if (!(count >= 0 && count < Infinity)) valid = false;
          rows[out++] = count;
        }
        if (labels !== undefined) rows[out++] = labels[gene];
      }
      if (!valid) {
        throw new RangeError(
          `Cannot write cell type "${cellType}": gene ${
            ids[gene]
          } has a count or label that is not ` +
            "finite, or a count below zero",
        );
      }
    }
    yield rows.subarray(0, out);
  }
}
