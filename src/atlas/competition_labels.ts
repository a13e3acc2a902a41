/**
 * The competition's labels, made of Roadmap's table of expression.
 *
 * @module
 */

import { formatCountOf } from "../base/count.ts";
import { ContractError, FormatError } from "../errors.ts";
import { ensemblGeneId, ensemblGeneNumber } from "../gene_id.ts";
import { type ExpressionTable, readExpressionTable } from "../genome/expression/table.ts";
import { competitionGenes } from "./competition_genes.ts";
import { listGenes } from "./gene_info.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** The sample whose expression the labels subtract: Universal Human Reference RNA. */
export const REFERENCE_SAMPLE = "E000";

/**
 * Computes the competition's label of a gene in a cell type: with d the difference of RPKM from the reference sample,
 * E000, sign(d) · ln(1 + |d|), rounded to float32.
 *
 * @param rpkm Expression in the cell type, in reads per kilobase and million reads (RPKM).
 * @param reference Expression in the reference sample, in RPKM.
 * @returns The label, a float32.
 *
 * @example Gene 3 in cell type E065, whose label is printed in public
 * ```ts
 * import { competitionLabel } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(competitionLabel(5.605, 23.265), Math.fround(-2.9263823));
 * ```
 */
export function competitionLabel(rpkm: number, reference: number): number {
  const difference = rpkm - reference;
  return Math.fround(Math.sign(difference) * Math.log1p(Math.abs(difference)));
}

/** Roadmap's table of expression, ready to give labels. */
export interface CompetitionLabels {
  /** Name of the table. */
  readonly file: string;
  /** The cell types that the table has, besides the reference. */
  readonly cellTypes: ReadonlySet<string>;
  /**
   * Computes the labels of a cell type, `[gene]` in the order of `competitionGenes`, as {@linkcode competitionLabel}.
   *
   * @throws {ContractError} If the table does not have the cell type.
   * @throws {FormatError} If the table lacks a gene or has it twice, or a value is not a number >= 0.
   */
  labelsOf(cellType: string): Float32Array<ArrayBuffer>;
  /**
   * Returns the RPKM of a cell type or of the reference, `[gene]` in the same order.
   *
   * @throws {ContractError} If the table does not have the cell type.
   * @throws {FormatError} If a value is not a number >= 0.
   */
  rpkmOf(cellType: string): Float64Array<ArrayBuffer>;
}

/**
 * Reads Roadmap's table of expression, `57epigenomes.RPKM.pc.gz`: a header with `gene_id`, `E000` and the cell types, then
 * a row for each gene.
 *
 * @param input Path of the table, or a source of its bytes.
 * @param options How to give the reading up.
 * @returns The labels of each cell type.
 * @throws {FormatError} If the file is not a table, or lacks genes of the competition or has some twice.
 * @throws {ContractError} If the table lacks the reference sample.
 *
 * @example Every gene expressed as in the reference has label 0
 * ```ts
 * import { competitionGenes, readCompetitionLabels } from "@waka/histone/atlas";
 * import { ensemblGeneId } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { ok } from "node:assert";
 *
 * const rows = competitionGenes().map(({ number }) => `${ensemblGeneId(number)}\t1.5\t1.5\n`);
 * const text = new TextEncoder().encode(`gene_id\tE000\tE003\n${rows.join("")}`);
 * const labels = await readCompetitionLabels(bytesSource(text, "RPKM"));
 * ok(labels.labelsOf("E003").every((label) => label === 0));
 * ```
 */
export async function readCompetitionLabels(
  input: BinarySource,
  options: AbortOptions = {},
): Promise<CompetitionLabels> {
  const table = await readExpressionTable(input, options);
  const { file, cellTypes } = table;
  if (!cellTypes.includes(REFERENCE_SAMPLE)) {
    throw new ContractError(
      `Cannot make labels: ${file} has no column ${REFERENCE_SAMPLE}, the reference, which they subtract`,
    );
  }
  const rows = findRows(table);
  const refuse = (cellType: string): never => {
    throw new ContractError(`Cannot make labels: ${file} has no column of cell type ${cellType}`);
  };
  return {
    file,
    cellTypes: new Set(cellTypes.filter((name) => name !== REFERENCE_SAMPLE)),
    labelsOf(cellType) {
      if (cellType === REFERENCE_SAMPLE || !cellTypes.includes(cellType)) refuse(cellType);
      return Float32Array.from(rows, (row) => {
        const rpkm = readValue(table, row, cellType);
        return competitionLabel(rpkm, readValue(table, row, REFERENCE_SAMPLE));
      });
    },
    rpkmOf(cellType) {
      if (!cellTypes.includes(cellType)) refuse(cellType);
      return Float64Array.from(rows, (row) => readValue(table, row, cellType));
    },
  };
}

/** The rows of the competition's genes, `[gene]`. */
function findRows({ names: [ids], lines, file }: ExpressionTable): Uint32Array {
  const rowOf = new Map<number, number>();
  const genes = competitionGenes();
  const wanted = new Set(genes.map(({ number }) => number));
  for (const [row, id] of ids.entries()) {
    const number = ensemblGeneNumber(id);
    if (number === undefined || !wanted.has(number)) continue;
    const earlier = rowOf.get(number);
    if (earlier !== undefined) {
      throw new FormatError(
        `Cannot make labels: gene ${id} stands in line ${
          lines[earlier]
        } too, expected each gene once`,
        { file, line: lines[row] },
      );
    }
    rowOf.set(number, row);
  }
  const missing = genes.map(({ number }) => number).filter((number) => !rowOf.has(number));
  if (missing.length > 0) {
    throw new FormatError(
      `Cannot make labels: ${
        formatCountOf(missing.length, "gene")
      } of the competition lack a row (${listGenes(missing)})`,
      { file },
    );
  }
  return Uint32Array.from(genes, ({ number }) => rowOf.get(number)!);
}

function readValue(table: ExpressionTable, row: number, cellType: string): number {
  const { cellTypes, values, invalid, ragged, width, lines, file } = table;
  const index = row * cellTypes.length + cellTypes.indexOf(cellType);
  const value = values[index]!;
  const cells = ragged.get(row);
  if (value >= 0 && value < Infinity && cells === undefined) return value;
  const found = cells === undefined
    ? `${describeValue(value, invalid.get(index))} in column ${cellType}, expected an RPKM >= 0`
    : `${formatCountOf(cells, "cell")}, expected ${width} as in the header`;
  throw new FormatError(
    `Cannot make the label of ${
      ensemblGeneId(ensemblGeneNumber(table.names[0][row]!)!)
    }: found ${found}`,
    { file, line: lines[row] },
  );
}

function describeValue(value: number, text: string | undefined): string {
  if (text !== undefined) return `"${text}"`;
  return Number.isNaN(value) ? "no value" : String(value);
}
