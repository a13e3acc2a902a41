/** Data sets that are read one cell type at a time, to be written in another form. */

import { ContractError } from "../errors.ts";
import type { GeneDetails } from "../gene_id.ts";
import { pathKind } from "../files/file.ts";
import { openCompetitionParts } from "../io/competition_parts.ts";
import type { StreamedBlock } from "../io/competition_writer.ts";
import { showValue } from "../base/show_value.ts";
import { Dataset } from "./dataset.ts";
import { datasetBlocks, type DatasetDescription, describeDataset } from "./dataset_blocks.ts";
import { differingField, isSame } from "./differing_field.ts";
import { readDataset, type ReadDatasetOptions } from "./read_dataset.ts";

/** A data set that is read one cell type at a time. */
export interface DataParts {
  /** Name, for messages. */
  readonly name: string;
  readonly cellTypes: readonly string[];
  readonly description: DatasetDescription;
  /** Whether the values are logarithms of which the counts are known, at least in the first cell type. */
  readonly hasCounts: boolean;
  /**
   * The cell types with their samples.
   *
   * @throws {CountsUnknownError} If counts are asked for, and some of a later cell type are not known.
   */
  blocks(asCounts: boolean): AsyncGenerator<StreamedBlock>;
}

/** Counts were asked for, and some values are no logarithms of any. */
export class CountsUnknownError extends Error {
  override readonly name = "CountsUnknownError";
}

/**
 * Opens a data set to be read one cell type at a time. An npz file without DNA is read so, and AnnData whose signal stays
 * on disk; the rest is read into memory.
 *
 * @param path Path of the data.
 * @param options As those of `readDataset`.
 * @throws As `readDataset` does.
 */
export async function openDataParts(
  path: string,
  options: ReadDatasetOptions = {},
): Promise<DataParts> {
  if (/\.npz$/i.test(path) && await pathKind(path) === "file") {
    const { record, threads, onWarning, signal } = options;
    const parts = await openCompetitionParts(path, { record, threads, onWarning, signal });
    if (!parts.hasSequences && parts.cellTypes.length > 0) {
      return await competitionParts(path, parts, options);
    }
  }
  const data = await readDataset(path, options);
  return {
    name: path,
    cellTypes: presentCellTypes(data),
    description: describeDataset(data),
    hasCounts: data.columns.signalValues !== undefined,
    async *blocks(asCounts) {
      await Promise.resolve();
      yield* datasetBlocks(data, { asCounts });
    },
  };
}

function presentCellTypes({ columns: { cellTypes, cellTypeIndex } }: Dataset): string[] {
  const present = new Uint8Array(cellTypes.length);
  for (const cellType of cellTypeIndex) present[cellType] = 1;
  return cellTypes.filter((_, i) => present[i] === 1);
}

async function competitionParts(
  name: string,
  parts: Awaited<ReturnType<typeof openCompetitionParts>>,
  { onNote, onProgress }: ReadDatasetOptions,
): Promise<DataParts> {
  const { cellTypes, geneDetails, cellTypeGroups, missingMarks } = parts;
  const first = new Dataset(await parts.read(cellTypes[0]!, onNote));
  const { record } = first;
  return {
    name,
    cellTypes,
    description: {
      record,
      ...(geneDetails && { geneDetails }),
      ...(cellTypeGroups && { cellTypeGroups }),
      ...(missingMarks.size > 0 && { missingMarks }),
    },
    hasCounts: first.columns.signalValues !== undefined,
    async *blocks(asCounts) {
      for (const [i, cellType] of cellTypes.entries()) {
        const data = i === 0 ? first : new Dataset(await parts.read(cellType));
        if (data.record.transform !== record.transform) {
          throw new ContractError(
            `Cannot read ${name}: the values of ${cellType} are taken for transform "${data.record.transform}", those of ` +
              `${
                cellTypes[0]
              } for "${record.transform}", expected one. Name it in a data record (--record FILE)`,
          );
        }
        if (asCounts && data.columns.signalValues === undefined) throw new CountsUnknownError();
        yield* datasetBlocks(data, { asCounts });
        onProgress?.({ done: i + 1, total: cellTypes.length, unit: "cell types" });
      }
    },
  };
}

/**
 * Joins data sets to one: the cell types of the first, then those of the second, and so on.
 *
 * @param parts The data sets.
 * @throws {ContractError} If they differ in a field of their records or in what they say of a gene, or two of them have a
 * cell type of the same name.
 */
export function joinDataParts(parts: readonly DataParts[]): DataParts {
  const [first, ...others] = parts as readonly [DataParts, ...DataParts[]];
  if (others.length === 0) return first;
  const cellTypes = parts.flatMap((part) => part.cellTypes);
  const twice = cellTypes.find((name, i) => cellTypes.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ContractError(
      `Cannot join ${
        parts.map(({ name }) => name).join(" and ")
      }: cell type "${twice}" is in more than one of them`,
    );
  }
  const withDna = parts.find(({ description }) => description.sequences !== undefined);
  if (withDna !== undefined) {
    throw cannotJoin(
      first,
      withDna,
      "sequences of several files are not joined, expected data without DNA",
    );
  }
  for (const other of others) {
    checkSameRecord(first, other);
    if (other.hasCounts !== first.hasCounts) {
      throw cannotJoin(first, other, "only one of them has logarithms of counts");
    }
  }
  return {
    name: parts.map(({ name }) => name).join(","),
    cellTypes,
    description: joinDescriptions(parts),
    hasCounts: first.hasCounts,
    async *blocks(asCounts) {
      for (const part of parts) yield* part.blocks(asCounts);
    },
  };
}

/** Joins what data sets say besides their numbers. */
function joinDescriptions(parts: readonly DataParts[]): DatasetDescription {
  const geneDetails = new Map<string, GeneDetails>();
  const groups = new Map<string, string>();
  const missingMarks = new Map<string, readonly string[]>();
  for (const part of parts) {
    const { description } = part;
    for (const [gene, details] of description.geneDetails ?? []) {
      const known = geneDetails.get(gene);
      if (known !== undefined && !isSame(known, details)) {
        throw cannotJoin(parts[0]!, part, `they differ in what they say of gene ${gene}`);
      }
      geneDetails.set(gene, details);
    }
    for (const [cellType, group] of description.cellTypeGroups ?? []) groups.set(cellType, group);
    for (const [cellType, marks] of description.missingMarks ?? []) {
      missingMarks.set(cellType, marks);
    }
  }
  return {
    record: parts[0]!.description.record,
    ...(geneDetails.size > 0 && { geneDetails }),
    ...(groups.size > 0 && { cellTypeGroups: groups }),
    ...(missingMarks.size > 0 && { missingMarks }),
  };
}

function cannotJoin(first: DataParts, other: DataParts, why: string): ContractError {
  return new ContractError(`Cannot join ${first.name} and ${other.name}: ${why}`);
}

function checkSameRecord(first: DataParts, other: DataParts): void {
  const field = differingField(first.description.record, other.description.record);
  if (field === undefined) return;
  const [one, two] = [first, other].map(({ description: { record } }) => showValue(record[field]));
  throw cannotJoin(
    first,
    other,
    `${field} of their data records is ${one} and ${two}, expected the same`,
  );
}
