/** The chromosomes on which the genes of a data set lie. */

import { askedNow } from "../base/asked_now.ts";
import { formatCountOf } from "../base/count.ts";
import { showValue } from "../base/show_value.ts";
import { listSome } from "../base/wording.ts";
import { ContractError } from "../errors.ts";
import { type GeneDetails, geneKey } from "../gene_id.ts";
import { geneGroupsOf } from "../io/item_groups.ts";
import { checkDataset } from "./check_dataset.ts";
import { Dataset } from "./dataset.ts";
import { geneGroupIndices } from "./sample_groups.ts";

/** Alternative sequences of a chromosome, and those whose place on it is unknown: `chr6_GL000250v2_alt`, `chr6_apd_hap1`. */
const SEQUENCE_OF_CHROMOSOME = /^(.+?)_.*(?:alt|fix|random|hap\d+)$/i;

/**
 * Makes a key that the spellings of a chromosome's name share, `chr8` and `8`. Alternative sequences of a chromosome,
 * which hold copies of its genes, have the chromosome's key.
 *
 * @param name Name of a chromosome or of another sequence.
 * @returns The key.
 */
export function chromosomeKey(name: string): string {
  const whole = SEQUENCE_OF_CHROMOSOME.exec(name)?.[1] ?? name;
  const plain = whole.replace(/^chr(?=.)/i, "").toUpperCase();
  return plain === "M" ? "MT" : plain;
}

/** The chromosomes of a data set's genes. */
export interface GeneChromosomes {
  /** The chromosomes that have samples, as the data name them, in order of their numbers. */
  readonly names: readonly string[];
  /** The place in `names` of each sample's chromosome, `[position]`. */
  readonly ofRow: Uint32Array<ArrayBuffer>;
}

/**
 * Finds the chromosome of each sample's gene. Transcripts of one gene are on one chromosome: that of the first of them
 * whose chromosome is known.
 *
 * @param data The samples.
 * @returns The chromosomes.
 * @throws {ContractError} If the chromosome of a gene is unknown; the message has the first of them.
 */
export function findChromosomes(data: Dataset): GeneChromosomes {
  const genes = geneGroupIndices(data);
  const known = chromosomesOfGroups(data);
  refuseUnknown(data, genes, known);
  const shown = new Map<string, string>();
  for (const gene of new Set(genes)) {
    const name = known[gene]!;
    const key = chromosomeKey(name);
    // A chromosome's own name, rather than that of an alternative sequence.
    if (!shown.has(key) || chromosomeName(name) === name) shown.set(key, chromosomeName(name));
  }
  const keys = [...shown.keys()].sort(compareChromosomes);
  const places = new Map(keys.map((key, place) => [key, place]));
  const placeOfGene = known.map((name) =>
    name === undefined ? undefined : places.get(chromosomeKey(name))
  );
  return {
    names: keys.map((key) => shown.get(key)!),
    ofRow: genes.map((gene) => placeOfGene[gene]!),
  };
}

function chromosomeName(name: string): string {
  return SEQUENCE_OF_CHROMOSOME.exec(name)?.[1] ?? name;
}

/** The name of the chromosome of each gene, `[gene group]`. */
function chromosomesOfGroups({ columns }: Dataset): (string | undefined)[] {
  const { names, ofItem } = geneGroupsOf(columns);
  const chromosomes: (string | undefined)[] = Array.from(names, () => undefined);
  for (const [gene, details] of (columns.geneDetails ?? []).entries()) {
    chromosomes[ofItem[gene]!] ??= details.chromosome;
  }
  return chromosomes;
}

function refuseUnknown(
  { columns }: Dataset,
  genes: Uint32Array,
  known: readonly (string | undefined)[],
): void {
  const present = [...new Set(genes)];
  const unknown = present.filter((gene) => known[gene] === undefined);
  if (unknown.length === 0) return;
  const { names } = geneGroupsOf(columns);
  throw new ContractError(
    `Cannot split by chromosome: it is unknown for ${unknown.length.toLocaleString("en-US")} of ${
      formatCountOf(present.length, "gene")
    }, ${
      listSome(unknown.map((gene) => names[gene]!))
    }. Name an annotation, or a table with the columns gene_id, chrom, tss and strand, that has them with --genes ` +
      "(in the library: placeGenes)",
  );
}

/** Orders chromosomes 2 before 10, and numbers before names. */
function compareChromosomes(a: string, b: string): number {
  const [first, second] = [a, b].map((key) => /^\d+/.exec(key)?.[0]);
  const byNumber = Number(first ?? Infinity) - Number(second ?? Infinity);
  if (first !== undefined && second !== undefined && byNumber !== 0) return byNumber;
  if ((first === undefined) !== (second === undefined)) return first === undefined ? 1 : -1;
  return a < b ? -1 : Number(a > b);
}

/**
 * Adds the places of genes to a data set whose file does not have them. What the data know already is kept.
 *
 * @param data The samples.
 * @param placeOf Returns what is known about a gene, by its identifier as the data spell it: its chromosome and, if they
 * are known, TSS (0-based, in bp) and strand; `undefined` for a gene that it does not know. A transcript that it does not
 * know has the chromosome of its gene.
 * @returns The same samples. The signal is shared, not copied.
 * @throws {TypeError} If the data are no `Dataset`, or `placeOf` is no function.
 *
 * @example A chromosome for a gene of the competition
 * ```ts
 * import { humanGeneChromosome } from "@waka/histone/atlas";
 * import { Dataset, placeGenes } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Uint8Array.of(4, 6),
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0),
 *   genes: ["ENSG00000000003"],
 *   geneIndex: Uint32Array.of(0),
 *   bins: 2,
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * const placed = placeGenes(data, (gene) => ({ chromosome: humanGeneChromosome(gene) }));
 * strictEqual(placed.geneDetailsOf(0)?.chromosome, "chrX");
 * ```
 */
export function placeGenes(
  data: Dataset,
  placeOf: (gene: string) => GenePlace | undefined,
): Dataset {
  checkDataset(data, "place genes");
  if (typeof placeOf !== "function") {
    throw new TypeError(
      `Cannot place genes: found ${showValue(placeOf)} as placeOf, expected a function`,
    );
  }
  const { genes, geneDetails } = data.columns;
  const placed = genes.map((gene, index): GeneDetails => {
    const known = geneDetails?.[index] ?? {};
    if (known.chromosome !== undefined) return known;
    const own = askedNow(placeOf(gene), { action: "place genes", name: "placeOf" });
    const { chromosome, tss, strand } = own?.chromosome === undefined && known.gene !== undefined
      ? { chromosome: placeOf(known.gene)?.chromosome }
      : own ?? {};
    return {
      ...known,
      ...(chromosome !== undefined && { chromosome }),
      ...(chromosome !== undefined && tss !== undefined && { tss }),
      ...(chromosome !== undefined && strand !== undefined && { strand }),
    };
  });
  return new Dataset({ ...data.columns, geneDetails: placed }, data.rows);
}

/** Where a gene lies. */
export type GenePlace = Pick<GeneDetails, "chromosome" | "tss" | "strand">;

/**
 * Makes a function for {@linkcode placeGenes} from places by identifier, whose versions do not matter.
 *
 * @param places Each gene's identifier with its chromosome and, if they are known, TSS (0-based, in bp) and strand.
 * @returns A function that finds a gene's place by its identifier.
 *
 * @example A gene under another version
 * ```ts
 * import { placesByGene } from "@waka/histone/data";
 * import { strictEqual } from "node:assert";
 *
 * const placeOf = placesByGene([["ENSG00000000003.15", { chromosome: "chrX" }]]);
 * strictEqual(placeOf("ENSG00000000003")?.chromosome, "chrX");
 * ```
 */
export function placesByGene(
  places: Iterable<readonly [gene: string, place: GenePlace]>,
): (gene: string) => GenePlace | undefined {
  const byKey = new Map(Array.from(places, ([gene, place]) => [geneKey(gene), place]));
  return (gene) => byKey.get(geneKey(gene));
}
