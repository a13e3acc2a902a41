/** The table of gene numbers that `prepare` writes next to data whose genes have no human Ensembl id. */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { ensemblGeneNumber, geneNumber } from "../gene_id.ts";
import type { Gene } from "../genome/gene.ts";
import { GENE_OF_SAMPLE } from "../genome/gene_of_sample.ts";
import { pathKind, realPath, removeFile, writeFileAtomic } from "../files/file.ts";
import { beginsWith, checkOutput } from "./_outputs.ts";

const GENE_NUMBERS_HEADER = "gene_id\tchrom\ttss\tstrand\toriginal_id";

/**
 * Checks the path of the table of gene numbers, which is written next to the data and must not be the file of genes.
 */
export async function checkGeneNumbers({ out, overwrite, genes, windows }: {
  readonly out: string;
  readonly overwrite: boolean;
  readonly genes?: string | undefined;
  readonly windows?: string | undefined;
}): Promise<void> {
  const path = geneNumbersPath(out);
  await checkOutput(path, { usual: null, overwrite });
  if (await pathKind(path) !== "file") return;
  for (const input of [genes, windows]) {
    if (input === undefined || await realPath(path) !== await realPath(input)) continue;
    throw new ContractError(
      `Cannot write to ${path}: the genes are read from it. Name another --out`,
    );
  }
}

function geneNumbersPath(out: string): string {
  return out.replace(/\.npz$/i, ".genes.tsv");
}

/** Whether a gene's number in the data set is made from its name. */
export function isNumberedByName({ id }: Gene): boolean {
  return ensemblGeneNumber(id) === undefined;
}

/**
 * Writes the table of gene numbers that this data set needs, or removes the table that the previous data set needed.
 */
export async function updateGeneNumbers(out: string, genes: readonly Gene[]): Promise<void> {
  if (genes.some(isNumberedByName)) await writeGeneNumbers(out, genes);
  else await removeGeneNumbers(out);
}

/** Writes a table of gene numbers and names, for programs that do not read the one inside the data set. */
async function writeGeneNumbers(out: string, genes: readonly Gene[]): Promise<void> {
  const path = geneNumbersPath(out);
  const named = genes.filter(isNumberedByName);
  const hasGenes = named.some(({ gene }) => gene !== undefined);
  const rows = named.map(({ id, gene = "", chromosome, tss, strand = "" }) =>
    [geneNumber(id), chromosome, tss, strand, id, ...hasGenes ? [gene] : []].join("\t")
  );
  const header = [GENE_NUMBERS_HEADER, ...hasGenes ? [GENE_OF_SAMPLE] : []].join("\t");
  await writeFileAtomic(path, [header, ...rows].join("\n") + "\n");
  const count = formatCountOf(named.length, "gene");
  console.info(
    `Written: ${path}, the numbers of ${count} without a human Ensembl id, for other programs`,
  );
}

/** Removes the table of a data set that was replaced, since the new data set has other numbers. */
async function removeGeneNumbers(out: string): Promise<void> {
  const path = geneNumbersPath(out);
  if (await pathKind(path) === "file" && await beginsWith(path, GENE_NUMBERS_HEADER)) {
    await removeFile(path);
    console.info(`Removed: ${path}, of the data set that was replaced`);
  }
}
