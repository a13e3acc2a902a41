/**
 * Names and lengths of chromosomes, where genes and signal come from different files.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { listSome } from "./_wording.ts";
import type { Gene } from "./gene.ts";

/** A sequence that a file of reads or signal names. */
export interface Contig {
  /** The file's own name of it. */
  readonly name: string;
  /** Length in base pairs, where the file tells. */
  readonly length?: number;
}

/** What {@linkcode checkAssembly} compares genes with. */
export interface CheckAssemblyOptions {
  /** Name of the file that the contigs are of, for messages. */
  readonly file: string;
}

const MITOCHONDRIAL = ["chrM", "MT", "M", "chrMT"];

/**
 * Makes a function that finds a chromosome among the names of a file: by the same name, else with
 * `chr` put before it or taken away, else, for the mitochondrial genome, as `chrM`, `MT`, `M` or
 * `chrMT`.
 *
 * @param names The names that the file has.
 * @returns A function from any name to the file's own, or `undefined` if the file has no such
 * chromosome.
 *
 * @example
 * ```ts
 * import { chromosomeMatcher } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * const match = chromosomeMatcher(["1", "X", "MT"]);
 * strictEqual(match("chr1"), "1");
 * strictEqual(match("chrM"), "MT");
 * strictEqual(match("chrY"), undefined);
 * ```
 */
export function chromosomeMatcher(names: Iterable<string>): (name: string) => string | undefined {
  const known = new Set(names);
  return (name) => candidates(name).find((candidate) => known.has(candidate));
}

function candidates(name: string): string[] {
  const other = name.startsWith("chr") ? name.slice(3) : `chr${name}`;
  return [name, other, ...(MITOCHONDRIAL.includes(name) ? MITOCHONDRIAL : [])];
}

/**
 * Looks for signs that genes and a file of reads or signal are of different assemblies.
 *
 * @param genes The genes.
 * @param contigs The file's sequences.
 * @returns Warnings to show: one if some genes are on chromosomes that the file lacks, where all
 * signal is zero.
 * @throws {ContractError} If the file has none of the genes' chromosomes, or a TSS lies past its
 * chromosome's end; with the number of such genes and the first.
 *
 * @example
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
  contigs: readonly Contig[],
  options: CheckAssemblyOptions,
): string[] {
  const { file } = options;
  const lengths = new Map(contigs.map(({ name, length }) => [name, length ?? Infinity]));
  const match = chromosomeMatcher(lengths.keys());
  const missing: Gene[] = [];
  const outside: Gene[] = [];
  for (const gene of genes) {
    const contig = match(gene.chromosome);
    if (contig === undefined) missing.push(gene);
    else if (gene.tss >= lengths.get(contig)!) outside.push(gene);
  }
  if (genes.length > 0 && missing.length === genes.length) {
    throw new ContractError(
      `Cannot use ${file}: it has none of the chromosomes of the genes, such as ` +
        `${describe(missing[0])}; it has ${listSome([...lengths.keys()]) || "none"}. ` +
        "Are they named otherwise, or of another assembly?",
    );
  }
  if (outside.length > 0) {
    const [first] = outside;
    const length = lengths.get(match(first.chromosome)!);
    throw new ContractError(
      `Cannot use ${file}: ${outside.length} of ${genes.length} genes start past the end of their ` +
        `chromosome, such as ${describe(first)} where ${first.chromosome} has ${length} bp. ` +
        "Is it of another assembly?",
    );
  }
  return missing.length === 0 ? [] : [describeMissing(missing, genes.length, file)];
}

function describeMissing(missing: readonly Gene[], genes: number, file: string): string {
  const names = new Set(missing.map(({ chromosome }) => chromosome));
  return `${file} lacks the chromosomes of ${missing.length} of ${genes} genes (${
    listSome([...names])
  }), such as ${describe(missing[0])}: their signal is zero. Is it of another assembly?`;
}

function describe({ id, chromosome, tss, line }: Gene): string {
  return `"${id}" at ${chromosome}:${tss} (line ${line} of the genes)`;
}
