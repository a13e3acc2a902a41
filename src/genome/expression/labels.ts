/**
 * Genes and measured expression brought together.
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
import { GeneIndex } from "./_gene_index.ts";
import { describeLostRows, describeNaming, findRowGenes } from "./_join.ts";
import { Replicates } from "./_replicates.ts";
import { examineScale } from "./_scale.ts";
import type { ExpressionTable } from "./table.ts";
import { VALUE_KIND_NAMES, type ValueKind } from "./value_kinds.ts";

/** What {@linkcode matchExpression} needs besides genes and tables. */
export interface MatchExpressionOptions {
  /** The cell types whose expression is wanted. */
  readonly cellTypes: readonly string[];
  /**
   * Applied to each value, after replicates were averaged.
   *
   * Default: `"none"`.
   */
  readonly transform?: ExpressionTransform;
  /**
   * Gives the gene of each transcript, as `readTranscriptGenes` does; called if the rows of a table are transcripts.
   *
   * Default: transcripts are of no gene.
   */
  readonly transcripts?: () => Promise<ReadonlyMap<string, string>>;
}

/** The genes that have expression, and it. */
export interface LabelledGenes {
  /** The genes that have expression in a cell type or more, in their order. */
  readonly genes: readonly Gene[];
  /** For each cell type the expression of those genes, `[gene]`; NaN where it has none. */
  readonly labels: ReadonlyMap<string, Float64Array<ArrayBuffer>>;
  /** What was chosen where there was a choice: the kind of values, the names that genes were found by. */
  readonly notes: readonly string[];
  /** What may be wrong, or was left out: each kind once, with a count and an example. */
  readonly warnings: readonly string[];
}

/**
 * Takes the expression of genes from tables. Cell types that stand in several tables get the mean. A gene that one of
 * these tables lacks has no expression in that cell type, since a mean over fewer replicates is another statistic. A gene
 * without expression anywhere is left out, for annotations hold many more genes than tables do; one that lacks it in some
 * cell types has NaN there. Warnings tell how many genes no table has, and how many values some replicates lack.
 *
 * Rows are joined with genes by whole identifiers, versions aside (see `geneKey`). Where hardly any fits, they are by
 * symbol or by Entrez number, if the annotation tells these; a note says so. Numbers are Entrez numbers only where no other
 * column names the genes, or their title says so. Of several genes of one name that on a primary chromosome is meant, X
 * before Y. Rows that are transcripts are added up.
 *
 * @param genes Genes of an annotation.
 * @param tables A table, or several, which may be read one by one as they are asked for.
 * @throws {ContractError} If a cell type has no table, or no expression of any gene; if a table has none of the genes, or
 * other kinds of values than the others.
 * @throws {FormatError} With the line, if a gene, or a transcript of it, stands in a table twice, values of genes are
 * repeated for their transcripts, a value of a gene is no finite number, its row has not the header's columns, or a value
 * is negative where `log2p1` is asked for.
 *
 * @example
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
  const collector = new LabelCollector(genes, options);
  const isOne = "lines" in tables;
  for await (const table of isOne ? [tables] : tables) await collector.add(table);
  return collector.finish();
}

class LabelCollector {
  readonly #genes: readonly Gene[];
  readonly #options: MatchExpressionOptions;
  readonly #index: GeneIndex;
  readonly #replicates = new Map<string, Replicates>();
  readonly #files: string[] = [];
  readonly #notes = new FileMessages({ ignoresExamples: true });
  readonly #warnings = new FileMessages({ ignoresExamples: true });
  #transcripts: ReadonlyMap<string, string> | undefined;
  #kind: ValueKind | undefined;

  constructor(genes: readonly Gene[], options: MatchExpressionOptions) {
    this.#genes = genes;
    this.#options = options;
    this.#index = new GeneIndex(genes);
  }

  async add(table: ExpressionTable): Promise<void> {
    const { file } = table;
    this.#checkKind(table);
    const { transform, transcripts: load } = this.#options;
    const genes = this.#genes;
    const found = await findRowGenes(table, {
      genes,
      index: this.#index,
      transcripts: load && (async () => this.#transcripts ??= await load()),
    });
    const { columns, repeated, added } = collectRows(table, found, { genes, transform });
    for (const [i, cellType] of table.cellTypes.entries()) {
      const replicates = this.#replicates.get(cellType) ?? new Replicates(genes.length);
      replicates.add(columns[i], file);
      this.#replicates.set(cellType, replicates);
    }
    this.#files.push(file);
    const naming = describeNaming(found, { table, genes });
    this.#notes.add(file, [...table.notes, ...naming, ...added]);
    this.#warnings.add(file, [...describeLostRows(found, file), ...repeated]);
  }

  finish(): LabelledGenes {
    const { cellTypes, transform = "none" } = this.#options;
    const replicates = cellTypes.map((cellType) => this.#replicatesOf(cellType));
    const columns = replicates.map((files) => files.mean());
    const places = [...this.#genes.keys()];
    const kept = places.filter((gene) => columns.some((values) => !Number.isNaN(values[gene])));
    const file = nameFiles(this.#files);
    const place = { genes: this.#genes, cellTypes, file };
    const apply = TRANSFORMS[transform];
    const labels = columns.map((values) => takePlaces(values, kept));
    const scale = examineScale(labels, { kind: this.#kind, transform, file });
    return {
      genes: kept.map((gene) => this.#genes[gene]),
      labels: new Map(cellTypes.map((cellType, i) => [cellType, labels[i].map(apply)])),
      notes: this.#notes.list().map(({ message }) => message),
      warnings: [
        ...describeUnlabelled(replicates, {
          ...place,
          kept: kept.length,
          files: this.#files.length,
        }),
        ...describePartial(replicates, { ...place, kept }),
        ...describeMissing(columns, { ...place, replicates, kept }),
        ...this.#warnings.list().map(({ message }) => message),
        ...scale,
      ],
    };
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

  /** The files of a cell type; throws if they hold no expression of any gene. */
  #replicatesOf(cellType: string): Replicates {
    const replicates = this.#replicates.get(cellType);
    if (replicates?.mean().some((value) => !Number.isNaN(value))) return replicates;
    const example = replicates?.example;
    const found = replicates === undefined
      ? "no table has it"
      : example === undefined
      ? "all its values are missing, or of symbols that stand in several rows"
      : `none of its genes has a value in all of its ${replicates.files} files`;
    throw new ContractError(
      `Cannot take expression of cell type "${cellType}" from ${nameFiles(this.#files)}: ${found}`,
    );
  }
}

const TRANSFORMS: Readonly<Record<ExpressionTransform, (value: number) => number>> = {
  none: (value) => value,
  log2p1: (value) => Math.log2(value + 1),
  asinh: Math.asinh,
};

function takePlaces(values: Float64Array, places: readonly number[]): Float64Array<ArrayBuffer> {
  const taken = new Float64Array(places.length);
  for (let i = 0; i < taken.length; i++) taken[i] = values[places[i]];
  return taken;
}

function nameFiles(files: readonly string[]): string {
  const others = files.length - 1;
  if (others < 0) return "no file";
  return others === 0 ? files[0] : `${files[0]} and ${formatCountOf(others, "other")}`;
}
