/** Genomes: 2bit, and FASTA with its index. */

import type { ByteSource } from "../../files/byte_source.ts";
import { modificationTime, openFile, pathKind } from "../../files/file.ts";
import { readFastaNames } from "../../genome/sequence/fasta_names.ts";
import type { Contig } from "../../genome/chromosomes.ts";
import { openGenome } from "../../genome/sequence/open_genome.ts";
import { contigFacts } from "./_contigs.ts";
import { type Description, listFacts } from "./facts.ts";

/** Sequences of more than these have lengths that are not looked up. */
const MOST_MEASURED = 1000;

/** Describes a 2bit file by its index, and by the lengths of its sequences. */
export async function describeTwoBit(source: ByteSource): Promise<Description> {
  const genome = await openGenome(source);
  const contigs: Contig[] = [];
  for (const name of genome.names.slice(0, MOST_MEASURED)) {
    contigs.push({ name, length: (await genome.chromosome(name)).length });
  }
  return {
    kind: "twobit",
    what: "a genome's sequence (2bit)",
    facts: contigFacts(genome.names, contigs),
  };
}

/** Describes FASTA by its index, if it has one. */
export async function describeFasta(path: string): Promise<Description> {
  const name = `${path}.fai`;
  const kind = "fasta";
  const what = "FASTA: sequences";
  if (await pathKind(name) !== "file") {
    const missing = "none (.fai), so that it is read once where it is used";
    return { kind, what, facts: listFacts([["index", "index", null, missing]]) };
  }
  const isFresh = await modificationTime(name) >= await modificationTime(path);
  const index = await openFile(name);
  try {
    const contigs = await readFastaNames(index);
    return {
      kind,
      what,
      facts: [
        ...contigFacts(contigs.map((contig) => contig.name), contigs),
        ...listFacts([[
          "index",
          "index",
          { path: name, isFresh },
          isFresh ? name : `${name}, older than the file: make it again`,
        ]]),
      ],
    };
  } finally {
    index.close();
  }
}
