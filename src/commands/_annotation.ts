/** Reads the annotation that a flag names: a file, or the genes that come with the package. */

import { bundledGenes, isBundledGenes } from "../atlas/bundled_genes.ts";
import { type Annotation, readAnnotation, type ReadGenesOptions } from "../genome/genes.ts";
import { assemblyName } from "../genome/assembly.ts";
import { speciesOfAssembly } from "../assembly_species.ts";
import { ContractError } from "../errors.ts";
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

/**
 * Throws if a flag names genes that come with the package and another assembly is named. Of a file's header that could be
 * out of date; of these genes it is certain.
 *
 * @param value The value of `--genes`.
 * @param assembly The value of `--assembly`.
 */
export function checkAssemblyOfBundled(
  value: string | undefined,
  assembly: string | undefined,
): void {
  if (value === undefined || assembly === undefined || !isBundledGenes(value)) return;
  const named = assemblyName(assembly);
  // A name that is not known may stand for the genes' assembly.
  if (named === value || speciesOfAssembly(named) === undefined) return;
  throw new ContractError(
    `Cannot use the genes of ${value}: --assembly is ${assembly}, expected genes and files of one assembly. ` +
      `Name genes of ${named} with --genes, or leave --assembly out if the files are of ${value}`,
  );
}

/** Reads what {@linkcode checkAnnotation} accepts. */
export function takeAnnotationOf(value: string, options: ReadGenesOptions): Promise<Annotation> {
  return isBundledGenes(value) ? bundledGenes(value, options) : readAnnotation(value, options);
}

/** The file of an annotation in which transcripts may be looked up; bundled genes have none. */
export function fileOfAnnotation(value: string | undefined): string | undefined {
  return value === undefined || isBundledGenes(value) ? undefined : value;
}
