/**
 * A gene as this package needs it: where its transcription starts, and in which direction.
 *
 * @module
 */

/** `+` where transcription runs with the coordinates, `-` where against them. */
export type Strand = "+" | "-";

/** A gene of an annotation. */
export interface Gene {
  /** Gene id as the file has it, a version such as `.12` included. */
  readonly id: string;
  /** Name of the chromosome as the file has it. */
  readonly chromosome: string;
  /** Transcription start site: the 0-based position of the first transcribed base. */
  readonly tss: number;
  /** Strand of the gene. */
  readonly strand: Strand;
  /** Line of the file it was read from, counted from 1; for messages. */
  readonly line: number;
}

/**
 * What two ids of the same gene have in common. An Ensembl gene id loses its prefix, its version
 * and the zeros that lead its number, so `ENSG00000000003.15`, `ENSG00000000003` and the
 * competition's `000003` are all `3`. Any other id stands as it is: in names such as `RP11-34P13.7`
 * what follows the dot is no version.
 *
 * @param id Gene id of an annotation, an expression table or a data set.
 *
 * @example
 * ```ts
 * import { geneKey } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(geneKey("ENSG00000000003.15"), geneKey("000003"));
 * strictEqual(geneKey("RP11-34P13.7"), "RP11-34P13.7");
 * ```
 */
export function geneKey(id: string): string {
  return /^(?:ENS[A-Z]*G)?0*(\d+)(?:\.\d+)?$/.exec(id)?.[1] ?? id;
}
