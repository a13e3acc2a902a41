/** The sequences that a file of reads, of signal or of a genome has. */

import { identifyAssembly } from "../../genome/assembly.ts";
import type { Contig } from "../../genome/chromosomes.ts";
import { type Fact, listFacts, someOf } from "./facts.ts";

/**
 * Says which sequences a file has, and of which assembly they are.
 *
 * @param names Names of all.
 * @param contigs Those whose lengths are known, if the file has them.
 */
export function contigFacts(names: readonly string[], contigs: readonly Contig[]): Fact[] {
  const assembly = identifyAssembly(contigs);
  return listFacts([
    ["contigs", "sequences", names.length, someOf(names)],
    [
      "assembly",
      "assembly",
      assembly ?? null,
      assembly ?? "not known by the lengths of its sequences",
    ],
  ]);
}
