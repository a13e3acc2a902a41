/**
 * Names of genome assemblies, and the assembly of a file of reads or signal.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { CHROMOSOMES } from "./_accessions.ts";
import { assembliesOf, KNOWN_ASSEMBLIES, knownAssembly } from "./_known_assemblies.ts";
import type { ChromosomeAliases } from "./chromosome_aliases.ts";
import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/**
 * Returns the name of an assembly in records: UCSC's name if it is known, any other name unchanged. Patches,
 * decoys and masked bases do not change coordinates, so `GRCh38.p14` and `GRCh38_no_alt_analysis_set` are `hg38`, and
 * `b37` and `hs37d5` are `hg19`. Accession numbers such as `GCF_000001405.40` are recognised too.
 *
 * @param name Any name of an assembly.
 * @returns UCSC's name of the assembly, or `name` if that is not known.
 *
 * @example Names of one assembly
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
 * Identifies a file's assembly by the lengths of its chromosomes, which differ between all human and mouse assemblies
 * in use. Those of chromosomes 1 to 22, X and Y that the file has must all belong to one assembly; one chromosome is
 * enough.
 *
 * @param contigs The file's sequences, with lengths in base pairs.
 * @param aliases Further names of the sequences.
 * @returns UCSC's name of the assembly, or `undefined` for other genomes and for files without lengths.
 *
 * @example The lengths of two chromosomes
 * ```ts
 * import { identifyAssembly } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * const contigs = [{ name: "1", length: 248_956_422 }, { name: "2", length: 242_193_529 }];
 * strictEqual(identifyAssembly(contigs), "hg38");
 * ```
 */
export function identifyAssembly(
  contigs: readonly Contig[],
  aliases?: ChromosomeAliases,
): string | undefined {
  const lengths = new Map(contigs.map(({ name, length }) => [name, length]));
  const match = chromosomeMatcher(lengths.keys(), aliases);
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

/** A file and the assembly that its chromosomes' lengths identify. */
export interface FileAssembly {
  /** Name of the file. */
  readonly file: string;
  /** The result of {@linkcode identifyAssembly} for the file's sequences. */
  readonly assembly: string | undefined;
}

/** How messages name what {@linkcode identifyAssembly} goes by. */
export const BY_LENGTHS = "by the lengths of its chromosomes";

/**
 * Finds the common assembly of several files: the assembly that the files identify, or else the one that the user
 * named.
 *
 * @param files The files.
 * @param named The user's name for the assembly, if any.
 * @returns UCSC's name of the assembly, the user's name if UCSC's is not known, or `unknown` if neither the files nor
 * the user give it.
 * @throws {ContractError} If two files, or a file and the user, contradict each other.
 *
 * @example A file that identifies its assembly, and one that does not
 * ```ts
 * import { agreeOnAssembly } from "@waka/histone/genome";
 * import { strictEqual, throws } from "node:assert";
 *
 * const files = [{ file: "a.bam", assembly: "hg38" }, { file: "b.bed", assembly: undefined }];
 * strictEqual(agreeOnAssembly(files), "hg38");
 * strictEqual(agreeOnAssembly(files, "GRCh38"), "hg38");
 * throws(() => agreeOnAssembly(files, "hg19"), /a\.bam: by the lengths of its chromosomes it is hg38/);
 * ```
 */
export function agreeOnAssembly(files: readonly FileAssembly[], named?: string): string {
  const first = files.find(({ assembly }) => assembly !== undefined);
  const meant = assembliesOf(named ?? "").find((name) => name === first?.assembly);
  const wanted = named === undefined ? undefined : meant ?? assemblyName(named);
  const agreed = wanted ?? first?.assembly;
  const other = files.find(({ assembly }) => assembly !== undefined && assembly !== agreed);
  if (other === undefined) return agreed ?? "unknown";
  const source = wanted === undefined && first !== undefined
    ? `which is that of ${first.file}`
    : "as named";
  const isKnown = wanted === undefined || knownAssembly(wanted) !== undefined;
  const hint = isKnown
    ? ""
    : `. That name is not known; if it stands for ${other.assembly}, name that`;
  throw new ContractError(
    `Cannot use ${other.file}: ${BY_LENGTHS} it is ${other.assembly}, ` +
      `expected ${agreed}, ${source}${hint}`,
  );
}
