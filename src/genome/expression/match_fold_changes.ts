/**
 * Joins tables of fold changes, and sets of genes, with the genes of a data set.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { listSome, showName } from "../../base/wording.ts";
import { ContractError } from "../../errors.ts";
import { findGenes, type FoundGenes, type NamedGene } from "./gene_finder.ts";
import type { FoldChangeTable } from "./fold_changes.ts";
import type { GeneSet } from "./gene_sets.ts";

/** Fold changes of genes, `[gene]` each. */
export interface MatchedFoldChanges {
  /** Logarithms to base 2 of the ratio of two conditions, `[gene]`; NaN for genes without one. */
  readonly log2FoldChanges: Float64Array;
  /** Adjusted p-values, `[gene]`; NaN for genes without one; absent if the table has none. */
  readonly qValues?: Float64Array | undefined;
  /** Sentences about what was found. */
  readonly notes: readonly string[];
}

/** If more than this share of the genes have several rows, the rows are something else than genes. */
const MOST_SEVERAL = 0.1;

/**
 * Finds the fold change of each gene by its id without version, its symbol or its Entrez number, whichever finds the most.
 * A gene with several rows has none, since it is not known which one is meant. All transcripts of a gene have its fold
 * change.
 *
 * @param table The table.
 * @param genes The genes.
 * @returns Fold changes and adjusted p-values by gene.
 * @throws {ContractError} If the table names none of the genes, or has several rows for more than a tenth of them.
 *
 * @example Another version of an id
 * ```ts
 * import { matchFoldChanges, readFoldChanges } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "gene_id,log2FoldChange,padj\nENSG00000000419.14,1.5,0.01\nENSG00000000938.13,NA,NA\n";
 * const table = await readFoldChanges(bytesSource(new TextEncoder().encode(text)));
 * const genes = [{ id: "ENSG00000000938" }, { id: "ENSG00000000419" }];
 * deepStrictEqual([...matchFoldChanges(table, genes).log2FoldChanges], [NaN, 1.5]);
 * ```
 */
export function matchFoldChanges(
  table: FoldChangeTable,
  genes: readonly NamedGene[],
): MatchedFoldChanges {
  const { file, log2FoldChanges, qValues } = table;
  const { places, naming, shared, joint } = findGenes(table.names, genes, { what: file });
  const rowOfGene = new Int32Array(genes.length).fill(NO_ROW);
  const several = new Set<number>();
  for (const [row, found] of places.entries()) {
    for (const place of found) {
      if (rowOfGene[place] !== NO_ROW) several.add(place);
      rowOfGene[place] = row;
    }
  }
  const found = rowOfGene.reduce((count, row) => count + Number(row !== NO_ROW), 0);
  checkSeveral(several, { found, table, genes });
  const ofGenes = (values: Float64Array) =>
    Float64Array.from(genes, (_, place) => {
      const row = rowOfGene[place]!;
      return row === NO_ROW || several.has(place) ? NaN : values[row]!;
    });
  const changes = ofGenes(log2FoldChanges);
  const known = changes.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
  if (known === 0) {
    throw new ContractError(
      `Cannot use ${file}: ${table.title} is missing for all of the ${
        formatCountOf(found, "gene")
      } that the data have, expected numbers`,
    );
  }
  return {
    log2FoldChanges: changes,
    ...(qValues && { qValues: ofGenes(qValues) }),
    notes: [
      `${file}: ${table.title} of ${formatCountOf(known, "gene")} of ${
        genes.length.toLocaleString("en-US")
      }, found by ${naming}`,
      ...noteLeftOut(several.size, { shared, joint }),
    ],
  };
}

const NO_ROW = -1;

function checkSeveral(
  several: ReadonlySet<number>,
  { found, table: { file }, genes }: {
    readonly found: number;
    readonly table: FoldChangeTable;
    readonly genes: readonly NamedGene[];
  },
): void {
  const [first] = several;
  if (first === undefined || several.size <= MOST_SEVERAL * found) return;
  throw new ContractError(
    `Cannot use ${file}: ${formatCountOf(several.size, "gene")} of ${found}, such as ${
      showName(genes[first]!.id)
    }, have several rows, expected one each: does it hold transcripts, or several comparisons?`,
  );
}

function noteLeftOut(
  several: number,
  { shared, joint }: Pick<FoundGenes, "shared" | "joint">,
): string[] {
  const notes: string[] = [];
  if (several > 0) {
    notes.push(`${formatCountOf(several, "gene")} with several rows ${are(several)} left out`);
  }
  if (shared.length > 0) {
    notes.push(
      `${formatCountOf(shared.length, "name")} that several genes share ${
        are(shared.length)
      } left out: ${listSome(shared.map(showName), 3)}`,
    );
  }
  if (joint.length > 0) {
    notes.push(
      `${formatCountOf(joint.length, "name")} of several genes together ${
        are(joint.length)
      } left out: ${listSome(joint.map(showName), 3)}`,
    );
  }
  return notes;
}

function are(count: number): string {
  return count === 1 ? "was" : "were";
}

/** A set of genes by their places. */
export interface MatchedGeneSet {
  /** Its name. */
  readonly name: string;
  /** Number of genes that the file lists. */
  readonly listed: number;
  /** The places of those that were found, ascending. */
  readonly places: readonly number[];
}

/** Sets of genes, and sentences about what was found. */
export interface MatchedGeneSets {
  /** The sets in the order of the file, those without any of the genes too. */
  readonly sets: readonly MatchedGeneSet[];
  /** Sentences about what was found. */
  readonly notes: readonly string[];
}

/**
 * Finds the genes of sets by their ids, symbols or Entrez numbers, whichever finds the most.
 *
 * @param sets The sets.
 * @param genes The genes.
 * @param options `file` names the file of the sets, for messages.
 * @returns The places of each set's genes.
 * @throws {ContractError} If no set has one of the genes.
 *
 * @example A set of symbols
 * ```ts
 * import { matchGeneSets } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const sets = [{ name: "OXYGEN", description: "", genes: ["HBB", "HBA1"] }];
 * const genes = [{ id: "ENSG00000206172", symbol: "HBA1" }];
 * const matched = matchGeneSets(sets, genes, { file: "sets.gmt" });
 * deepStrictEqual(matched.sets, [{ name: "OXYGEN", listed: 2, places: [0] }]);
 * ```
 */
export function matchGeneSets(
  sets: readonly GeneSet[],
  genes: readonly NamedGene[],
  { file }: { readonly file: string },
): MatchedGeneSets {
  const names = [...new Set(sets.flatMap((set) => set.genes))];
  const { places, naming, found, shared, joint } = findGenes([names], genes, { what: file });
  const placesOf = new Map(names.map((name, i) => [name, places[i]!]));
  return {
    sets: sets.map(({ name, genes: members }) => ({
      name,
      listed: members.length,
      places: [...new Set(members.flatMap((member) => placesOf.get(member) ?? []))]
        .sort((a, b) => a - b),
    })),
    notes: [
      `${file}: ${formatCountOf(sets.length, "gene set")}, ${
        formatCountOf(found, "gene")
      } of whose ${names.length.toLocaleString("en-US")} were found by ${naming}`,
      ...noteLeftOut(0, { shared, joint }),
    ],
  };
}
