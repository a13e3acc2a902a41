/** Checks the assembly that the accession numbers of a file's sequences show. */

import { ContractError } from "../errors.ts";
import { readAccession } from "./_accessions.ts";
import { knownAssembly } from "./_known_assemblies.ts";
import type { Contig } from "./chromosomes.ts";

/** What {@linkcode checkAccessions} compares sequences with. */
interface CheckAccessionsOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** The assembly of the data, or `unknown`. */
  readonly assembly: string;
}

/**
 * Refuses sequences whose accession numbers belong to another assembly: `NC_000001.10` is chromosome 1 of hg19, and the
 * signal that would be counted there for a gene of hg38 would come from another place.
 *
 * @throws {ContractError} If a sequence is of another assembly, or two sequences are of different assemblies.
 */
export function checkAccessions(
  contigs: readonly Contig[],
  { file, assembly }: CheckAccessionsOptions,
): void {
  let wanted = knownAssembly(assembly);
  for (const { name } of contigs) {
    const found = readAccession(name)?.assembly;
    wanted ??= found;
    if (found === undefined || found === wanted) continue;
    throw new ContractError(
      `Cannot use ${file}: by its accession number ${name} is of ${found}, expected ${wanted}, as the other ` +
        "sequences, the annotation or the named assembly have it",
    );
  }
}
