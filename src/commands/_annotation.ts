/** Reads the annotation that a flag names: a file, or the genes that come with the package. */

import { bundledGenes, isBundledGenes } from "../atlas/bundled_genes.ts";
import { type Annotation, readAnnotation, type ReadGenesOptions } from "../genome/genes.ts";
import { checkInputFile } from "./_input_file.ts";

/**
 * Throws, naming the flag, unless its value is a file that can be read or names bundled genes.
 *
 * @param flag The flag as users type it.
 * @param value Its value; a file named as bundled genes are is `./hg19`.
 */
export async function checkAnnotation(flag: string, value: string): Promise<void> {
  if (!isBundledGenes(value)) await checkInputFile(flag, value);
}

/** Reads what {@linkcode checkAnnotation} accepts. */
export function takeAnnotationOf(value: string, options: ReadGenesOptions): Promise<Annotation> {
  return isBundledGenes(value) ? bundledGenes(value, options) : readAnnotation(value, options);
}

/** The file of an annotation in which transcripts may be looked up; bundled genes have none. */
export function fileOfAnnotation(value: string | undefined): string | undefined {
  return value === undefined || isBundledGenes(value) ? undefined : value;
}
