/**
 * Names of genome assemblies, and how files of reads or signal tell theirs.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { CHROMOSOMES } from "./_accessions.ts";
import { KNOWN_ASSEMBLIES, knownAssembly } from "./_known_assemblies.ts";
import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/**
 * The name by which records call an assembly: that of UCSC where it is known, any other as it is. Patches change no
 * coordinates, nor do decoys and masked bases, so `GRCh38.p14` and `GRCh38_no_alt_analysis_set` are `hg38`, and `b37`
 * and `hs37d5` are `hg19`; accession numbers such as `GCF_000001405.40` are known too.
 *
 * @example
 * ```ts
 * import { assemblyName } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(assemblyName("GRCh37"), "hg19");
 * strictEqual(assemblyName("GRCh38.p14"), "hg38");
 * strictEqual(assemblyName("susScr11"), "susScr11");
 * ```
 */
export function assemblyName(name: string): string {
  return knownAssembly(name) ?? name;
}

/**
 * Tells a file's assembly from the lengths of its chromosomes, which differ between all human and mouse assemblies in
 * use. Those of its chromosomes 1 to 22, X and Y that the file has must all be of one assembly; one is enough.
 *
 * @param contigs The file's sequences.
 * @returns Its name at UCSC, or `undefined` for other genomes and for files without lengths.
 *
 * @example
 * ```ts
 * import { identifyAssembly } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * const contigs = [{ name: "1", length: 248_956_422 }, { name: "2", length: 242_193_529 }];
 * strictEqual(identifyAssembly(contigs), "hg38");
 * ```
 */
export function identifyAssembly(contigs: readonly Contig[]): string | undefined {
  const lengths = new Map(contigs.map(({ name, length }) => [name, length]));
  const match = chromosomeMatcher(lengths.keys());
  const found = CHROMOSOMES.human.map((name) => lengths.get(match(`chr${name}`) ?? ""));
  const known = KNOWN_ASSEMBLIES.find(({ species, lengths }) => {
    const wanted = CHROMOSOMES.human.map((name) => lengths[CHROMOSOMES[species].indexOf(name)]);
    const present = found.flatMap((length, i) =>
      length === undefined ? [] : [length === wanted[i]]
    );
    return present.length > 0 && present.every((agrees) => agrees);
  });
  return known?.name;
}

/** A file and what its lengths say. */
export interface FileAssembly {
  /** Name of the file. */
  readonly file: string;
  /** What {@linkcode identifyAssembly} says of it. */
  readonly assembly: string | undefined;
}

/**
 * The assembly of all files: what they say, or else what the user says.
 *
 * @param files The files.
 * @param named The user's name of it, if any.
 * @returns Its name, or `unknown` if neither tells.
 * @throws {ContractError} If two files, or a file and the user, contradict each other.
 */
export function agreeOnAssembly(files: readonly FileAssembly[], named?: string): string {
  const wanted = named === undefined ? undefined : assemblyName(named);
  const first = files.find(({ assembly }) => assembly !== undefined);
  const agreed = wanted ?? first?.assembly;
  const other = files.find(({ assembly }) => assembly !== undefined && assembly !== agreed);
  if (other === undefined) return agreed ?? "unknown";
  const source = wanted === undefined ? first!.file : "what was named";
  const isKnown = wanted === undefined || knownAssembly(wanted) !== undefined;
  const hint = isKnown
    ? ""
    : `. That name is not known; if it stands for ${other.assembly}, name that`;
  throw new ContractError(
    `Cannot use ${other.file}: by the lengths of its chromosomes it is ${other.assembly}, ` +
      `expected ${agreed}, which is that of ${source}${hint}`,
  );
}
