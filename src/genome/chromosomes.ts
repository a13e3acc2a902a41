/**
 * Matches names and lengths of chromosomes between files of genes and files of signal.
 *
 * @module
 */

import { formatCount } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { plainChromosome, readAccession } from "./_accessions.ts";
import type { ChromosomeAliases } from "./chromosome_aliases.ts";
import { warnOfTwins } from "./_twin_chromosomes.ts";
import { listSome } from "./wording.ts";
import type { Gene } from "./gene.ts";

/** A sequence that a file of reads or signal names. */
export interface Contig {
  /** The file's name for the sequence. */
  readonly name: string;
  /** Length in base pairs, if the file has it. */
  readonly length?: number;
}

/** Options of {@linkcode checkAssembly}. */
export interface CheckAssemblyOptions {
  /** Name of the file with these sequences, for messages. */
  readonly file: string;
  /** Further names of the sequences. */
  readonly aliases?: ChromosomeAliases | undefined;
}

const MITOCHONDRIAL = ["chrM", "MT", "M", "chrMT"];
const SPECIES = ["human", "mouse"] as const;

/**
 * Makes a function that finds a chromosome among the names in a file: by the same name, else with `chr` added or
 * removed, else, for the mitochondrial genome, as `chrM`, `MT`, `M` or `chrMT`. Human and mouse chromosomes are also
 * found by their accession numbers in RefSeq and GenBank, whatever the version, and scaffolds by the accession numbers
 * that UCSC's names contain.
 *
 * A table of aliases goes before these rules: a sequence that it lists has the table's names, and the rules find it only
 * among the names that the table does not list.
 *
 * @param names The names of the file's sequences.
 * @param aliases The table.
 * @returns A function that turns any name into the file's name, or into `undefined` if the file lacks the chromosome.
 *
 * @example Names of Ensembl, UCSC and RefSeq
 * ```ts
 * import { chromosomeMatcher } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * const match = chromosomeMatcher(["1", "X", "MT"]);
 * strictEqual(match("chr1"), "1");
 * strictEqual(match("NC_000023.11"), "X");
 * strictEqual(match("chrM"), "MT");
 * strictEqual(match("chrY"), undefined);
 * ```
 */
export function chromosomeMatcher(
  names: Iterable<string>,
  aliases?: ChromosomeAliases,
): (name: string) => string | undefined {
  const known = new Set(names);
  const match = aliases === undefined ? ruleMatcher(known) : aliasMatcher(known, aliases);
  // Genes by the thousand ask for the same few names.
  const found = new Map<string, string | undefined>();
  return (name) => {
    if (!found.has(name)) found.set(name, match(name));
    return found.get(name);
  };
}

/** Makes a matcher by a table, and by rules for what the table does not list. */
function aliasMatcher(
  known: ReadonlySet<string>,
  aliases: ChromosomeAliases,
): (name: string) => string | undefined {
  const unlisted = new Set([...known].filter((name) => aliases.namesOf(name).length === 0));
  const byRules = ruleMatcher(unlisted);
  const byTable = (name: string) => aliases.namesOf(name).find((other) => known.has(other));
  return (name) => {
    if (known.has(name)) return name;
    const listed = aliases.namesOf(name);
    if (listed.length > 0) {
      return byTable(name) ?? listed.map(byRules).find((found) => found !== undefined);
    }
    // The table may have the name with or without `chr`.
    const other = candidates(name).find((candidate) => aliases.namesOf(candidate).length > 0);
    return byRules(name) ?? (other === undefined ? undefined : byTable(other));
  };
}

/** Makes a matcher by the rules for `chr`, the mitochondrial genome and accession numbers. */
function ruleMatcher(known: ReadonlySet<string>): (name: string) => string | undefined {
  const byKey = new Map<string, string>();
  for (const name of known) {
    const key = sequenceKey(name);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, name);
  }
  return (name) =>
    candidates(name).find((candidate) => known.has(candidate)) ?? findByKey(byKey, name);
}

function candidates(name: string): string[] {
  const chromosome = readAccession(name)?.chromosome;
  if (chromosome !== undefined) return [name, ...candidates(chromosome)];
  const other = name.startsWith("chr") ? name.slice(3) : `chr${name}`;
  return [name, other, ...(MITOCHONDRIAL.includes(name) ? MITOCHONDRIAL : [])];
}

/** Makes a key that is equal for all spellings of a sequence's accession number; `undefined` for names without one. */
function sequenceKey(name: string): string | undefined {
  const accession = readAccession(name);
  if (accession !== undefined) return `${accession.species} ${accession.chromosome}`;
  // GL000191.1 is chr1_gl000191_random at UCSC, KI270742.1 is chrUn_KI270742v1.
  const scaffold = /^(?:chr[^_]+_)?([A-Za-z]{2}\d{6})(?:[.v]\d+)?(?:_(?:random|alt|fix))?$/.exec(
    name,
  );
  return scaffold?.[1]?.toUpperCase();
}

/** Finds the only sequence with an accession number of the named chromosome. */
function findByKey(byKey: ReadonlyMap<string, string>, name: string): string | undefined {
  if (byKey.size === 0) return undefined;
  const key = sequenceKey(name);
  if (key !== undefined) return byKey.get(key);
  const chromosome = MITOCHONDRIAL.includes(name) ? "MT" : name.replace(/^chr/, "");
  const found = SPECIES.map((species) => byKey.get(`${species} ${chromosome}`))
    .filter((name) => name !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * Looks for signs that genes and a file of reads or signal belong to different assemblies.
 *
 * @param genes The genes.
 * @param sequences The file's sequences, with lengths in base pairs if it has them.
 * @param options Name of the file.
 * @returns Warnings to show: one if some genes are on chromosomes that the file lacks, where the signal is zero, and one if
 * the file has a chromosome of genes under a second name, such as `chr1` and `1`.
 * @throws {ContractError} If the file lacks all of the genes' chromosomes, a TSS lies past the end of its chromosome,
 * genes of two species lie on the same sequence, or two sequences are one by the table of aliases. The message has the number of such genes and the first one.
 *
 * @example A chromosome of the right length, and a shorter one
 * ```ts
 * import { checkAssembly } from "@waka/histone/genome";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * const genes = [{ id: "a", chromosome: "chr1", tss: 248_000_000, strand: "+", line: 1 }] as const;
 * deepStrictEqual(checkAssembly(genes, [{ name: "1", length: 248_956_422 }], { file: "a.bam" }), []);
 * throws(() => checkAssembly(genes, [{ name: "1", length: 195_471_971 }], { file: "b.bam" }), /past the end/);
 * ```
 */
export function checkAssembly(
  genes: readonly Gene[],
  sequences: readonly Contig[],
  options: CheckAssemblyOptions,
): string[] {
  const { file, aliases } = options;
  const lengths = new Map(sequences.map(({ name, length }) => [name, length ?? Infinity]));
  const match = chromosomeMatcher(lengths.keys(), aliases);
  const contigs = genes.map((gene) => matchChromosome(match, gene));
  const missing = genes.filter((_, i) => contigs[i] === undefined);
  const outside = genes.filter((gene, i) =>
    gene.tss >= (lengths.get(contigs[i] ?? "") ?? Infinity)
  );
  checkSpecies(genes, contigs, file);
  if (aliases !== undefined) {
    checkAliases(genes, contigs, { file, aliases, names: new Set(lengths.keys()) });
  }
  const [firstMissing] = missing;
  if (firstMissing !== undefined && missing.length === genes.length) {
    throw new ContractError(
      `Cannot use ${file}: it has none of the chromosomes of the genes, such as ` +
        `${describeTss(firstMissing)}; it has ${listSome([...lengths.keys()]) || "none"}. ` +
        `Are they named differently${adviseAliases(aliases)}, or of another assembly?`,
    );
  }
  const [firstOutside] = outside;
  if (firstOutside !== undefined) {
    const length = lengths.get(matchChromosome(match, firstOutside) ?? "");
    throw new ContractError(
      `Cannot use ${file}: ${formatCount(outside.length)} of ${
        formatCount(genes.length)
      } genes start past the end of their ` +
        `chromosome, such as ${describeTss(firstOutside)} where ${firstOutside.chromosome} has ` +
        `${length} bp. Is it of another assembly?`,
    );
  }
  return [
    ...firstMissing === undefined ? [] : [describeMissing(missing, genes.length, options)],
    ...warnOfTwins(new Set(contigs), { file, lengths }),
  ];
}

/**
 * Finds the sequence of a file on which genes lie, by the name of their chromosome or else by its other name.
 *
 * @param match A function that `chromosomeMatcher` made.
 */
export function matchChromosome(
  match: (name: string) => string | undefined,
  { chromosome, chromosomeAlias }: {
    readonly chromosome: string;
    readonly chromosomeAlias?: string | undefined;
  },
): string | undefined {
  const found = match(chromosome);
  return found === undefined && chromosomeAlias !== undefined ? match(chromosomeAlias) : found;
}

/** Throws if the table of aliases makes one of several sequences: of the file's, or of those on which genes lie. */
function checkAliases(
  genes: readonly Gene[],
  contigs: readonly (string | undefined)[],
  { file, aliases, names }: {
    readonly file: string;
    readonly aliases: ChromosomeAliases;
    readonly names: ReadonlySet<string>;
  },
): void {
  const owners = new Map<string, Gene>();
  for (const [i, gene] of genes.entries()) {
    const contig = contigs[i];
    if (contig === undefined) continue;
    const owner = owners.get(contig);
    if (owner?.chromosome === gene.chromosome) continue;
    const where = `${aliases.file}, line ${
      aliases.lineOf(gene.chromosome) ?? aliases.lineOf(contig)
    }`;
    if (owner !== undefined && plainChromosome(owner) !== plainChromosome(gene)) {
      throw new ContractError(
        `Cannot use ${file}: its ${contig} would be the chromosome of ${
          describeTss(owner)
        } and of ` +
          `${describeTss(gene)} by ${where}, expected one. Is the table of another assembly?`,
      );
    }
    owners.set(contig, gene);
    const other = aliases.namesOf(contig).find((name) => name !== contig && names.has(name));
    if (other === undefined) continue;
    throw new ContractError(
      `Cannot use ${file}: its ${contig} and its ${other} are one sequence by ${where}, expected one of them. ` +
        "Is the table of another assembly?",
    );
  }
}

/** Throws if a sequence matches chromosomes that have accession numbers of two species. */
function checkSpecies(
  genes: readonly Gene[],
  contigs: readonly (string | undefined)[],
  file: string,
): void {
  const owners = new Map<string, Gene>();
  for (const [i, gene] of genes.entries()) {
    const contig = contigs[i];
    if (contig === undefined) continue;
    const owner = owners.get(contig);
    if (owner === undefined) owners.set(contig, gene);
    if (owner === undefined || owner.chromosome === gene.chromosome) continue;
    const [one, other] = [owner, gene].map(({ chromosome }) => readAccession(chromosome)?.species);
    if (one === undefined || other === undefined || one === other) continue;
    throw new ContractError(
      `Cannot use ${file}: its ${contig} would be the chromosome of ${
        describeTss(owner)
      }, which is ${one}, and of ` +
        `${
          describeTss(gene)
        }, which is ${other}. Remove the genes of one species from the annotation`,
    );
  }
}

function describeMissing(
  missing: readonly Gene[],
  genes: number,
  { file, aliases }: CheckAssemblyOptions,
): string {
  const names = new Set(missing.map(({ chromosome }) => chromosome));
  const [example] = missing.map(describeTss);
  return `${file} lacks the chromosomes of ${formatCount(missing.length)} of ${
    formatCount(genes)
  } genes (${
    listSome([...names])
  }), such as ${example}: their signal is zero. Are they named differently${
    adviseAliases(aliases)
  }, or is it of another assembly?`;
}

/** Says what to do about chromosomes that are named differently. The page, which has no flags, leaves brackets out. */
export function adviseAliases(aliases: ChromosomeAliases | undefined): string {
  return aliases === undefined ? " (then join their names with --chromosome-aliases)" : "";
}

function describeTss({ id, chromosome, tss, line }: Gene): string {
  return `"${id}" at ${chromosome}:${tss} (line ${line} of the genes)`;
}
