/**
 * Names of genome assemblies, and how files of reads or signal tell theirs.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/** An assembly that can be told from others. */
interface KnownAssembly {
  /** Name at UCSC. */
  readonly name: string;
  /** Name that the assembly's makers gave it. */
  readonly alias: string;
  /** Lengths of chromosomes 1 and 2, in base pairs. */
  readonly lengths: readonly [number, number];
}

/** From the assemblies' own reports; no two share a length. */
const KNOWN: readonly KnownAssembly[] = [
  { name: "hg18", alias: "NCBI36", lengths: [247_249_719, 242_951_149] },
  { name: "hg19", alias: "GRCh37", lengths: [249_250_621, 243_199_373] },
  { name: "hg38", alias: "GRCh38", lengths: [248_956_422, 242_193_529] },
  { name: "hs1", alias: "T2T-CHM13v2.0", lengths: [248_387_328, 242_696_752] },
  { name: "mm9", alias: "NCBI37", lengths: [197_195_432, 181_748_087] },
  { name: "mm10", alias: "GRCm38", lengths: [195_471_971, 182_113_224] },
  { name: "mm39", alias: "GRCm39", lengths: [195_154_279, 181_755_017] },
];

/**
 * The name by which records call an assembly: that of UCSC where it is known (`hg38` for `GRCh38`), any other as
 * it is.
 *
 * @example
 * ```ts
 * import { assemblyName } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(assemblyName("GRCh37"), "hg19");
 * strictEqual(assemblyName("dm6"), "dm6");
 * ```
 */
export function assemblyName(name: string): string {
  const wanted = name.toLowerCase();
  return KNOWN.find(({ alias }) => alias.toLowerCase() === wanted)?.name ?? name;
}

/**
 * Tells a file's assembly from the lengths of chromosomes 1 and 2, which differ between all human and mouse
 * assemblies in use.
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
  const found = ["chr1", "chr2"].map((name) => lengths.get(match(name) ?? ""));
  return KNOWN.find((known) => known.lengths.every((length, i) => length === found[i]))?.name;
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
  throw new ContractError(
    `Cannot use ${other.file}: by the lengths of its chromosomes it is ${other.assembly}, ` +
      `expected ${agreed}, which is that of ${source}`,
  );
}
