/** The pages that `explain` writes: one for each named gene, and one over all genes. */

import { basename, resolve } from "node:path";
import { ALL_GENES } from "./_explained_samples.ts";
import { writeAllGenesPage } from "./_all_genes_page.ts";
import type { Feature } from "./_attribution_features.ts";
import type { WholeModel } from "../explain/nulls/whole_model.ts";
import type { ExplanationDirectory } from "./_explanation_directory.ts";
import type { NullTest } from "./_explanation_null.ts";
import { type ExplanationWork, readBlocks } from "./_explanation_work.ts";
import { MOST_PAGES, writeGenePages } from "./_gene_pages.ts";
import { methodOf, showsBins } from "./_page_method.ts";
import { VERSION } from "./version.ts";

const FOLDER = "pages";
const ALL_GENES_FILE = "all_genes.html";
/** Means over fewer genes say little. */
const LEAST_GENES = 10;

/** What pages are made of besides the work. */
export interface PagesOptions {
  /** The directory of the run or model. */
  readonly model: string;
  readonly features: readonly Feature[];
  /** Expression of each sample by its position. */
  readonly expression: ReadonlyMap<number, number>;
  readonly test: NullTest | undefined;
  /** The model as a whole, beside models of shuffled labels if they are the null. */
  readonly whole: WholeModel | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes the pages.
 *
 * @returns Names of the files, relative to the output's directory.
 */
export async function writePages(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { model, features, expression, test, whole, signal }: PagesOptions,
): Promise<readonly string[]> {
  const { flags: { out, genes, pages }, chosen, data } = work;
  if (!pages) return [];
  const notes = data.hasCounts
    ? []
    : [`Signal is shown as the data have it, after ${data.record.transform}.`];
  const shared = {
    run: basename(resolve(model)),
    method: methodOf(work, { test, whole, notes }),
    versions: { "@waka/histone": VERSION },
  };
  const blocks = () => readBlocks(work, directory, signal);
  const hasGenePages = genes !== ALL_GENES || chosen.genes.length <= MOST_PAGES;
  const hasAllGenes = chosen.genes.length >= LEAST_GENES && showsBins(features, work);
  const files: string[] = [];
  if (hasAllGenes) {
    const indexFile = hasGenePages ? "index.html" : undefined;
    await writeAllGenesPage(work, `${out}/${FOLDER}/${ALL_GENES_FILE}`, {
      blocks: blocks(),
      shared,
      expression,
      test,
      indexFile,
    });
    files.push(ALL_GENES_FILE);
  }
  if (hasGenePages) {
    const allGenesFile = hasAllGenes ? ALL_GENES_FILE : undefined;
    files.push(
      ...await writeGenePages(work, `${out}/${FOLDER}`, {
        blocks: blocks(),
        shared,
        allGenesFile,
        signal,
      }),
    );
  }
  return files.map((name) => `${FOLDER}/${name}`);
}
