/**
 * Writes files in the competition's format.
 *
 * @module
 */

import { checkObject } from "../base/check_object.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { DataRecord } from "../record.ts";
import {
  checkFloat32,
  type CompetitionBlock,
  layOut,
  makeConverter,
  signalLengthOf,
  type StreamedBlock,
} from "./_competition_rows.ts";
import { GENE_TABLE_MEMBER } from "./_gene_table.ts";
import { GeneTableBuilder, type SequencesByGene } from "./_gene_table_builder.ts";
import { sampleMembers, textMembers } from "./_sample_members.ts";
import { checkSequencesToWrite, sequenceMembers } from "./_sequence_members.ts";
import { checkMarks } from "./mark_mask.ts";
import { faultOfCellType } from "./names.ts";
import { type NpzMemberData, writeNpz } from "./npz_writer.ts";

export type { SequencesByGene } from "./_gene_table_builder.ts";
export {
  type BlockPart,
  type CompetitionBlock,
  partsOf,
  type StreamedBlock,
} from "./_competition_rows.ts";

/** The cell types of a file, in its order. */
export type BlockSource =
  | Iterable<CompetitionBlock | StreamedBlock>
  | AsyncIterable<CompetitionBlock | StreamedBlock>;

/** Options of {@linkcode writeCompetition}. */
export interface WriteCompetitionOptions {
  /** What the numbers in the file are; its marks name the last axis of the signal. Kept in the zip comment. */
  readonly record: DataRecord;
  /**
   * Whether the signal of the blocks is counts, to which the record's transform is applied while they are written, each
   * value rounded to float32 as in the competition's files.
   *
   * @default {false}
   */
  readonly fromCounts?: boolean | undefined;
  /**
   * Type of the members. Float32 holds the gene numbers of human Ensembl ids, but not those that are made from other
   * identifiers, and rounds labels to 7 digits.
   *
   * @default {"float64"}
   */
  readonly dtype?: "float32" | "float64" | undefined;
  /**
   * What is known about genes besides their identifiers, by identifier; kept in the file's table of genes.
   *
   * @default {An empty map}
   */
  readonly geneDetails?: ReadonlyMap<string, GeneDetails> | undefined;
  /**
   * The group of each cell type that is one of several replicates, by the cell type's name; kept in the file, so that no
   * split of the data separates them.
   *
   * @default {Each cell type is a group by itself}
   */
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  /**
   * The marks that were not measured, by the cell type's name; kept in the file. Their signal is 0.
   *
   * @default {Every mark was measured in every cell type}
   */
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
  /**
   * The DNA of genes; what it is, the record's `sequence` says. Genes that no block has are left out.
   *
   * @default {The file has no sequences}
   */
  readonly sequences?: SequencesByGene | undefined;
  /**
   * Whether to deflate the members.
   *
   * @default {false}
   */
  readonly compress?: boolean | undefined;
}

/** The layout that all blocks of a file share. */
export interface Layout {
  readonly bins: number;
  readonly labelled: boolean;
}

/**
 * Writes a file in the competition's format, which `readCompetition` and `numpy.load` read: for each cell type
 * `[gene, bin, column]` with the columns gene id, marks and expression. Blocks are taken one at a time.
 *
 * A human Ensembl id is stored as its number, any other as a number of 13 to 16 digits made from the whole identifier.
 * Unless the numbers alone identify the genes and nothing else is known about them, as in the competition's own files,
 * the last member, `__genes__`, is a table of the genes.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param blocks The cell types, in the order of the file.
 * @param options What the numbers are, and how to write them.
 * @throws {TypeError} If the lengths of a block contradict each other, or blocks differ in bins or in having labels.
 * @throws {RangeError} If the record and the sequences contradict each other, a block has no genes or a gene twice, a cell type's name starts with `__`, a group or a missing
 * mark is of a cell type or mark that the file lacks, a mark that was not measured has signal, the dtype cannot hold a
 * gene's number, or the reader would refuse a value: a negative count, or a count or label that is not finite.
 *
 * @example The competition's own form, from counts
 * ```ts
 * import { bytesSource, readCompetition, writeCompetition } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const record = { ...COMPETITION_RECORD, marks: ["H3K4me3"] }; // its transform is log1p
 * const counts = Uint16Array.of(0, 1, 7); // [gene, bin, mark]
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: counts, labels: [0.5] };
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const [bytes] = await Promise.all([
 *   new Response(readable).bytes(),
 *   writeCompetition(writable, [block], { record, fromCounts: true, dtype: "float32" }),
 * ]);
 * const { signal, signalValues } = await readCompetition(bytesSource(bytes));
 * deepStrictEqual([...signal], [0, 1, 7]);
 * deepStrictEqual(signalValues?.[7], Math.fround(Math.log(8)));
 * ```
 *
 * @example A block whose lengths contradict each other
 * ```ts
 * import { writeCompetition } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { rejects } from "node:assert";
 *
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: new Float64Array(499) };
 * await rejects(
 *   writeCompetition(new WritableStream(), [block], { record: COMPETITION_RECORD }),
 *   /499 values of signal/,
 * );
 * ```
 */
export async function writeCompetition(
  sink: WritableStream<Uint8Array>,
  blocks: BlockSource,
  options: WriteCompetitionOptions,
): Promise<void> {
  checkObject(options?.record, {
    action: "write competition file",
    as: "the record",
    expected: "a data record, such as { record: data.record }",
  });
  const { record, compress } = options;
  const comment = JSON.stringify({ histone: record });
  await writeNpz(sink, toMembers(blocks, options), { compress, comment });
}

async function* toMembers(
  blocks: BlockSource,
  options: WriteCompetitionOptions,
): AsyncGenerator<NpzMemberData> {
  const { record, fromCounts = false, dtype = "float64", geneDetails, missingMarks } = options;
  const { sequences } = options;
  checkSequencesToWrite(record, sequences);
  const marks = record.marks.length;
  for (const names of missingMarks?.values() ?? []) checkMarks(names, record.marks);
  const convert = fromCounts ? makeConverter(record.transform) : undefined;
  const table = new GeneTableBuilder(geneDetails);
  const cellTypes: string[] = [];
  let shared: Layout | undefined;
  for await (const block of blocks) {
    const layout = checkBlock(block, marks);
    shared ??= layout;
    if (layout.bins !== shared.bins || layout.labelled !== shared.labelled) {
      throw new TypeError(
        `Cannot write cell type "${block.cellType}": it has ${describeLayout(layout)}, ` +
          `those before have ${describeLayout(shared)}`,
      );
    }
    cellTypes.push(block.cellType);
    const ids = table.add(block);
    if (dtype === "float32") checkFloat32(block, ids);
    yield {
      name: block.cellType,
      dtype,
      shape: [block.genes.length, layout.bins, marks + (layout.labelled ? 2 : 1)],
      data: layOut(block, {
        ids,
        bins: layout.bins,
        marks: record.marks,
        missing: missingMarks?.get(block.cellType) ?? [],
        dtype,
        convert,
      }),
    };
  }
  yield* textMembers({ [GENE_TABLE_MEMBER]: table.finish() });
  yield* sampleMembers(cellTypes, options);
  if (sequences !== undefined) yield* sequenceMembers(table.choose(sequences));
}

/** A layout in words, for messages. */
export function describeLayout({ bins, labelled }: Layout): string {
  return `${bins} bins ${labelled ? "and labels" : "and no labels"}`;
}

/** The layout of a block; throws if its lengths contradict each other, or its cell type cannot be named so. */
export function checkBlock(block: CompetitionBlock | StreamedBlock, marks: number): Layout {
  const { cellType, genes, labels } = block;
  const length = signalLengthOf(block);
  const action = `Cannot write cell type "${cellType}"`;
  const fault = faultOfCellType(cellType);
  if (fault !== undefined) throw new RangeError(`Cannot write cell type: ${fault}`);
  if (genes.length === 0) throw new RangeError(`${action}: it has no genes`);
  const bins = length / (genes.length * marks);
  if (!Number.isInteger(bins) || bins === 0) {
    throw new TypeError(
      `${action}: ${length} values of signal, expected [gene, bin, mark] ` +
        `for ${genes.length} genes and ${marks} marks`,
    );
  }
  if (labels !== undefined && labels.length !== genes.length) {
    throw new TypeError(
      `${action}: ${labels.length} labels, expected ${genes.length}, one for each gene`,
    );
  }
  return { bins, labelled: labels !== undefined };
}
