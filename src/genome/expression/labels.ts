/**
 * Joins genes with measured expression.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import type { ExpressionTransform } from "../../record.ts";
import { FileMessages } from "../file_messages.ts";
import type { Gene } from "../gene.ts";
import { describeMissing, describePartial, describeUnlabelled } from "./_describe_labels.ts";
import { collectRows } from "./_collect_rows.ts";
import { describeContradictions } from "./_contradictions.ts";
import { CopiedFiles } from "./_copied_files.ts";
import { GeneIndex } from "./_gene_index.ts";
import { describeLostRows, describeNaming } from "./_describe_join.ts";
import { findRowGenes } from "./_join.ts";
import {
  checkReference,
  describeUnreferenced,
  failReference,
  transformValues,
} from "./_reference.ts";
import { Replicates } from "./_replicates.ts";
import { arePartsOfGenes, matchParts } from "./_transcript_labels.ts";
import { examineScale } from "./_scale.ts";
import type { ExpressionTable } from "./table.ts";
import { showName } from "../wording.ts";
import { VALUE_KIND_NAMES, type ValueKind } from "./value_kinds.ts";

/** Options for joining genes with expression. */
export interface MatchExpressionOptions {
  /** The cell types whose expression is wanted. */
  readonly cellTypes: readonly string[];
  /**
   * The transform of each value, applied after replicates are averaged.
   *
   * @default {"none"}
   */
  readonly transform?: ExpressionTransform | undefined;
  /**
   * The sample whose values are subtracted from those of each cell type, such as `E000`; required for
   * `signed-log-difference`. A gene without a value there has no label.
   */
  readonly reference?: string | undefined;
  /**
   * Returns the gene of each transcript, as `readTranscriptGenes` does, with what says so unless it is the annotation. It
   * is called if the rows of a table are transcripts.
   *
   * @default {Transcripts are not joined with genes.}
   */
  readonly transcripts?:
    | (() => Promise<ReadonlyMap<string, string> | TranscriptGenes>)
    | undefined;
}

/** The gene of each transcript, and what says so. */
export interface TranscriptGenes {
  /** The id of the gene by the `transcriptKey` of each transcript. */
  readonly genes: ReadonlyMap<string, string>;
  /** What notes call the source, such as the name of a file. */
  readonly source: string;
}

/** Genes with their expression. */
export interface LabelledGenes {
  /** The genes with expression in at least one cell type, in their original order. */
  readonly genes: readonly Gene[];
  /** The expression of those genes in each cell type, `[gene]`; NaN where it is missing. */
  readonly labels: ReadonlyMap<string, Float64Array<ArrayBuffer>>;
  /** Choices that were made: the kind of values, and the kind of names by which genes were found. */
  readonly notes: readonly string[];
  /** Warnings about what may be wrong or was left out: each kind once, with a count and an example. */
  readonly warnings: readonly string[];
}

/**
 * Takes the expression of genes from tables. A cell type in several tables gets their mean. A gene that one of these
 * tables lacks has no expression in that cell type, since a mean over fewer replicates is a different statistic. A gene
 * without any expression is left out, since annotations have many more genes than tables do; a gene without expression
 * in some cell types has NaN there. Warnings say how many genes are in no table, and how many values some replicates
 * lack.
 *
 * Rows are joined with genes by whole identifiers, without versions (see `geneKey`). If almost no identifier matches,
 * they are joined by symbol or by Entrez number, if the annotation has these, and a note says so. Numbers are Entrez
 * numbers only if no other column names the genes, or if their title says so. Of several genes of one name, the one on
 * a primary chromosome is meant, X before Y. Rows of transcripts are added up.
 *
 * Transcripts that are samples of their own, whose `gene` is the id of their gene, get their own value if the table has
 * rows of them, and else that of their gene; a note says which.
 *
 * @param genes The genes of an annotation.
 * @param tables One or several tables. An async iterable may read each table when it is needed.
 * @param options The wanted cell types, the transform, and the genes of transcripts.
 * @returns The genes with expression, and the expression of each cell type.
 * @throws {ContractError} If a cell type or the reference is in no table or has no expression of any gene, if the
 * reference is also a cell type, or if a table has none of the genes, or another kind of values than the other tables.
 * @throws {FormatError} With the line, if one of a gene's transcripts is in a table twice, or the gene itself with other
 * values, values of genes are repeated for their transcripts, a gene's value is not a finite number, a gene's row does
 * not have as many columns as the header, or a value is negative and the transform is `log2p1` or rows are added up.
 *
 * @example The expression of one of two genes
 * ```ts
 * import { matchExpression, readExpressionTable } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = new TextEncoder().encode("gene_id\tliver\nENSG00000000003\t7\n");
 * const table = await readExpressionTable(bytesSource(text), { cellTypes: ["liver"] });
 * const genes = ["ENSG00000000003.15", "ENSG00000000005.6"].map((id, i) => (
 *   { id, chromosome: "chrX", tss: 1000 * i, strand: "+", line: i + 1 } as const
 * ));
 * const matched = await matchExpression(genes, table, { cellTypes: ["liver"] });
 * deepStrictEqual(matched.genes, [genes[0]]);
 * deepStrictEqual([...matched.labels.get("liver")!], [7]);
 * ```
 */
export async function matchExpression(
  genes: readonly Gene[],
  tables: ExpressionTable | Iterable<ExpressionTable> | AsyncIterable<ExpressionTable>,
  options: MatchExpressionOptions,
): Promise<LabelledGenes> {
  if (genes.length === 0) throw new ContractError("Cannot take expression: there are no genes");
  checkReference(options);
  const all = "lines" in tables ? [tables] : tables;
  const match = (of: readonly Gene[], from: typeof all) => collectLabels(of, from, options);
  return arePartsOfGenes(genes) ? await matchParts(genes, all, match) : await match(genes, all);
}

async function collectLabels(
  genes: readonly Gene[],
  tables: Iterable<ExpressionTable> | AsyncIterable<ExpressionTable>,
  options: MatchExpressionOptions,
): Promise<LabelledGenes> {
  const collector = new LabelCollector(genes, options);
  for await (const table of tables) await collector.add(table);
  return collector.finish();
}

/** What says which genes transcripts are of, unless the caller names something else. */
const ANNOTATION = "the annotation";

function withSource(found: ReadonlyMap<string, string> | TranscriptGenes): TranscriptGenes {
  return "source" in found ? found : { genes: found, source: ANNOTATION };
}

class LabelCollector {
  readonly #genes: readonly Gene[];
  readonly #options: MatchExpressionOptions;
  readonly #index: GeneIndex;
  readonly #replicates = new Map<string, Replicates>();
  readonly #files: string[] = [];
  readonly #copies = new CopiedFiles();
  /** Names of columns that are of no wanted cell type. */
  readonly #otherColumns = new Set<string>();
  readonly #notes = new FileMessages({ ignoresExamples: true });
  readonly #warnings = new FileMessages({ ignoresExamples: true });
  #transcripts: TranscriptGenes | undefined;
  #kind: ValueKind | undefined;

  constructor(genes: readonly Gene[], options: MatchExpressionOptions) {
    this.#genes = genes;
    this.#options = options;
    this.#index = new GeneIndex(genes);
  }

  async add(table: ExpressionTable): Promise<void> {
    const { file } = table;
    this.#checkKind(table);
    this.#checkLogarithms(table);
    const { transform, transcripts: load } = this.#options;
    const genes = this.#genes;
    const found = await findRowGenes(table, {
      genes,
      index: this.#index,
      transcripts: load && (async () => (this.#transcripts ??= withSource(await load())).genes),
    });
    const { columns, repeated, added, scale } = collectRows(table, found, { genes, transform });
    for (const [i, cellType] of table.cellTypes.entries()) {
      const replicates = this.#replicates.get(cellType) ?? new Replicates(genes.length);
      replicates.add(columns[i]!, file);
      this.#replicates.set(cellType, replicates);
      const copied = this.#copies.see({ file, cellType }, columns[i]!);
      if (copied !== undefined) this.#warnings.add(file, [copied]);
    }
    this.#files.push(file);
    for (const name of table.otherColumns ?? []) this.#otherColumns.add(name);
    const naming = describeNaming(found, {
      table,
      genes,
      transcriptSource: this.#transcripts?.source ?? ANNOTATION,
    });
    this.#notes.add(file, [...table.notes, ...naming, ...added]);
    const odd = describeContradictions(found, { table, genes, index: this.#index });
    this.#warnings.add(file, [...describeLostRows(found, file), ...odd, ...repeated, ...scale]);
  }

  finish(): LabelledGenes {
    const { cellTypes, transform = "none" } = this.#options;
    const replicates = cellTypes.map((cellType) => this.#replicatesOf(cellType));
    const reference = this.#referenceValues();
    const columns = replicates.map((files) => files.mean());
    const places = [...this.#genes.keys()];
    const known = places.filter((gene) => columns.some((values) => !Number.isNaN(values[gene])));
    const kept = known.filter((gene) => !Number.isNaN(reference?.[gene]));
    const file = nameFiles(this.#files);
    const place = { genes: this.#genes, cellTypes, file };
    const values = columns.map((values) => takePlaces(values, kept));
    const scale = examineScale(values, { kind: this.#kind, transform, file, cellTypes });
    const subtracted = reference && takePlaces(reference, kept);
    const labels = values.map((values) => transformValues(values, transform, subtracted));
    return {
      genes: kept.map((gene) => this.#genes[gene]!),
      labels: new Map(cellTypes.map((cellType, i) => [cellType, labels[i]!])),
      notes: this.#notes.list().map(({ message }) => message),
      warnings: [
        ...describeUnlabelled(replicates, {
          ...place,
          kept: known.length,
          files: this.#files.length,
        }),
        ...describeUnreferenced(known, {
          ...place,
          reference: this.#options.reference,
          values: reference,
        }),
        ...describePartial(replicates, { ...place, kept: known }),
        ...describeMissing(columns, { ...place, replicates, kept }),
        ...this.#warnings.list().map(({ message }) => message),
        ...scale,
      ],
    };
  }

  /** Throws if a column is of logarithms by its name, and another logarithm is to be taken. */
  #checkLogarithms({ logarithms, file }: ExpressionTable): void {
    const { transform = "none" } = this.#options;
    if (logarithms === undefined || transform === "none") return;
    throw new ContractError(
      `Cannot take expression from ${file}: by its name, column "${
        showName(logarithms)
      }" has logarithms already, ` +
        `and ${transform} would take another one: expected linear values, or no transform`,
    );
  }

  #checkKind({ kind, file }: ExpressionTable): void {
    if (kind !== undefined && this.#kind !== undefined && kind !== this.#kind) {
      throw new ContractError(
        `Cannot take expression from ${file}: its values are ${VALUE_KIND_NAMES[kind]}, those of ` +
          `${nameFiles(this.#files)} are ${VALUE_KIND_NAMES[this.#kind]}, expected one kind`,
      );
    }
    this.#kind ??= kind;
  }

  /** The values of the reference, `[gene]`; `undefined` if nothing is subtracted. */
  #referenceValues(): Float64Array | undefined {
    const { reference } = this.#options;
    if (reference === undefined) return undefined;
    const values = this.#replicates.get(reference)?.mean();
    if (values?.some((value) => !Number.isNaN(value))) return values;
    return failReference(reference, {
      files: nameFiles(this.#files),
      isThere: values !== undefined,
      others: [...this.#otherColumns],
    });
  }

  /** The files of a cell type. Throws if they do not have expression of any gene. */
  #replicatesOf(cellType: string): Replicates {
    const replicates = this.#replicates.get(cellType);
    if (replicates?.mean().some((value) => !Number.isNaN(value))) return replicates;
    const example = replicates?.example;
    const found = replicates === undefined
      ? "no table has it"
      : example === undefined
      ? "all its values are missing, or of symbols that are in several rows"
      : `none of its genes has a value in all of its ${replicates.files} files`;
    throw new ContractError(
      `Cannot take expression of cell type "${cellType}" from ${nameFiles(this.#files)}: ${found}`,
    );
  }
}

function takePlaces(values: Float64Array, places: readonly number[]): Float64Array<ArrayBuffer> {
  const taken = new Float64Array(places.length);
  for (const [i, place] of places.entries()) taken[i] = values[place]!;
  return taken;
}

function nameFiles(files: readonly string[]): string {
  const [first, ...others] = files;
  if (first === undefined) return "no file";
  return others.length === 0 ? first : `${first} and ${formatCountOf(others.length, "other")}`;
}
