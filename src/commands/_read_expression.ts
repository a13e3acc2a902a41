/** Reads the labels of `prepare`: expression from one table, or from one file for each sample. */

import { formatCountOf } from "../base/count.ts";
import { ContractError, FormatError } from "../errors.ts";
import type { Gene } from "../genome/gene.ts";
import { expressionFiles, type ExpressionInput } from "../genome/expression/files.ts";
import { type LabelledGenes, matchExpression } from "../genome/expression/labels.ts";
import { type ExpressionSample, readExpressionSamples } from "../genome/expression/samples.ts";
import { type ExpressionTable, readExpressionTable } from "../genome/expression/table.ts";
import type { SampleSheet } from "../genome/sample_sheet.ts";
import { contradictionFinder } from "../genome/sheet/contradicting_names.ts";
import { listSome, showName } from "../genome/wording.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import {
  type ExpressionFlags,
  type ExpressionListeners,
  expressionScale,
} from "./_expression_flags.ts";
import { takeTranscriptGenes } from "./_transcript_genes.ts";

/** The cell types whose expression is wanted, with that of the reference, and their groups. */
interface WantedCellTypes {
  readonly cellTypes: readonly string[];
  readonly cellTypeGroups: ReadonlyMap<string, string> | undefined;
  /** Those of the sheet that are not read: their names are known, too. */
  readonly otherCellTypes: readonly string[] | undefined;
}

/** The files of expression, and the samples of each cell type. */
interface ExpressionSource {
  readonly inputs: readonly ExpressionInput[];
  readonly samples?: readonly ExpressionSample[] | undefined;
  /** Whether each file that is named for one cell type holds only that cell type. */
  readonly isFileASample: boolean;
}

/** Returns the genes with their expression, which the flags or the sheet name. */
export async function readExpression(
  genes: readonly Gene[],
  sheet: SampleSheet,
  flags: ExpressionFlags,
  listeners: ExpressionListeners,
): Promise<LabelledGenes> {
  const source = await findSource(sheet, flags, listeners);
  const { cellTypes, cellTypeGroups, otherCellTypes } = sheet;
  const wanted = { cellTypes, cellTypeGroups, otherCellTypes };
  const tables = readTables(source, flags, { ...listeners, ...wanted });
  const { transform, reference } = expressionScale(flags);
  const hasTranscripts = (flags.transcriptGenes ?? fileOfAnnotation(flags.genes)) !== undefined;
  // Rows may turn out to be no transcripts: then what is odd about those of the annotation does not matter.
  const oddTranscripts: string[] = [];
  const transcripts = hasTranscripts
    ? async () =>
      await takeTranscriptGenes(flags, (message) => oddTranscripts.push(message)) ?? new Map()
    : undefined;
  const labelled = await matchExpression(genes, tables, {
    cellTypes,
    transform,
    reference,
    transcripts,
  });
  oddTranscripts.forEach(listeners.warn);
  labelled.notes.forEach(listeners.note);
  labelled.warnings.forEach(listeners.warn);
  return labelled;
}

async function findSource(
  sheet: SampleSheet,
  flags: ExpressionFlags,
  { warn }: ExpressionListeners,
): Promise<ExpressionSource> {
  const { expression, expressionSamples, samples: sheetPath } = flags;
  const { reference = [] } = expressionScale(flags);
  const wanted = {
    cellTypes: [...sheet.cellTypes, ...[reference].flat()],
    cellTypeGroups: sheet.cellTypeGroups,
    otherCellTypes: sheet.otherCellTypes,
  };
  if (
    expression === undefined && expressionSamples !== undefined && sheet.expression !== undefined
  ) {
    throw new ContractError(
      `Cannot take expression from the samples in ${expressionSamples}: the sample sheet ${sheetPath} names ` +
        'files of expression too, expected either --expression-samples or a column "expression"',
    );
  }
  if (expression !== undefined && sheet.expression !== undefined) {
    throw new ContractError(
      `Cannot take expression from ${expression}: the sample sheet ${sheetPath} names files of ` +
        'expression too, expected either --expression or a column "expression"',
    );
  }
  const samples = expressionSamples === undefined
    ? undefined
    : await readSamples(wanted, expressionSamples, warn);
  if (expression !== undefined) {
    const inputs = [{ path: expression, cellTypes: sheet.cellTypes }];
    return { inputs, samples, isFileASample: false };
  }
  if (sheet.expression !== undefined) {
    const inputs = await expressionFiles(sheet.expression, sheetPath);
    return { inputs, isFileASample: true };
  }
  const inputs = await filesOfSamples(wanted, samples ?? [], expressionSamples ?? "");
  return { inputs, isFileASample: true };
}

async function readSamples(
  { cellTypes, cellTypeGroups, otherCellTypes = [] }: WantedCellTypes,
  file: string,
  warn: (text: string) => void,
): Promise<ExpressionSample[]> {
  const samples = await readExpressionSamples(file, { onWarning: warn });
  const known = new Set([...cellTypes, ...cellTypeGroups?.values() ?? [], ...otherCellTypes]);
  const others = new Set(samples.map(({ cellType }) => cellType)).difference(known);
  if (others.size > 0) {
    const [first] = others;
    warn(
      `${file} names ${
        formatCountOf(others.size, "cell type")
      } that the sample sheet lacks, such as "${first}": ` +
        "their samples are not used",
    );
  }
  warnOfContradictions(samples, file, warn);
  return samples;
}

/** Warns of samples that have the name of another cell type than they are listed for, as after two rows were swapped. */
function warnOfContradictions(
  samples: readonly ExpressionSample[],
  file: string,
  warn: (text: string) => void,
): void {
  const find = contradictionFinder(samples.map(({ cellType }) => cellType), {
    owned: samples.map(({ sample, cellType }) => ({ path: sample, own: cellType })),
  });
  const odd = samples.filter(({ sample, cellType }) => find(sample, cellType) !== undefined)
    .map(({ sample, cellType }) => `"${showName(sample)}" of ${cellType}`);
  if (odd.length === 0) return;
  warn(
    `${file} may have samples in wrong rows: ${
      listSome(odd)
    }. They are taken as it says: compare its columns`,
  );
}

/** Without a table, the samples themselves are files. Relative paths start at the directory of the list. */
async function filesOfSamples(
  { cellTypes, cellTypeGroups }: WantedCellTypes,
  samples: readonly ExpressionSample[],
  file: string,
): Promise<ExpressionInput[]> {
  const pathsOf = (name: string | undefined) =>
    samples.filter(({ cellType }) => cellType === name).map(({ sample }) => sample);
  const files = cellTypes.map((cellType) => {
    const own = pathsOf(cellType);
    const paths = own.length > 0 ? own : pathsOf(cellTypeGroups?.get(cellType));
    if (paths.length > 0) return [cellType, { paths }] as const;
    throw new ContractError(
      `Cannot take expression: ${file} has no sample of cell type "${cellType}", and there is no table ` +
        "(--expression) in which to find it by name",
    );
  });
  try {
    return await expressionFiles(new Map(files), file);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new ContractError(
      `${cause.message}. Without --expression the samples are files; if they are columns of a table, name ` +
        "the table with --expression",
      { cause },
    );
  }
}

/** Reads one file after another, each only when it is needed. */
async function* readTables(
  { inputs, samples, isFileASample }: ExpressionSource,
  flags: ExpressionFlags,
  { warn, cellTypes, cellTypeGroups, otherCellTypes = [] }: ExpressionListeners & WantedCellTypes,
): AsyncGenerator<ExpressionTable, void, undefined> {
  const { expressionValue: value, expressionSamples: samplesFile } = flags;
  const { reference } = expressionScale(flags);
  const all = [...cellTypes, ...otherCellTypes];
  const groupOf = (name: string) => cellTypeGroups?.get(name) ?? name;
  for (const { path, cellTypes } of inputs) {
    const names = new Set(cellTypes.map(groupOf));
    const others = all.filter((name) => !names.has(groupOf(name)));
    const isOfOneCellType = isFileASample && names.size === 1;
    yield await readExpressionTable(path, {
      cellTypes,
      cellTypeGroups,
      reference,
      samples,
      samplesFile,
      value,
      isOfOneCellType,
      otherCellTypes: [...new Set(others.flatMap((name) => [name, groupOf(name)]))],
      onWarning: warn,
    });
  }
}
