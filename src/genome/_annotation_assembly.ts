/** Compares the assembly of the genes with that of the files. */

import { ContractError } from "../errors.ts";
import { ucscName } from "./_known_assemblies.ts";
import { assemblyName, BY_LENGTHS } from "./assembly.ts";
import type { PrepareOptions } from "./prepare_options.ts";

/** A file, its assembly, and what shows that. */
export interface AssemblyEvidence {
  readonly file: string;
  readonly assembly: string;
  /** How messages name the source, such as `by its header`. */
  readonly by: string;
}

/**
 * Returns the assembly, or the annotation's assembly if no other source has one.
 *
 * @param evidence A file of that assembly, and what shows it.
 * @throws {ContractError} If the annotation contradicts the file and the user did not name the assembly.
 */
export function compareWithAnnotation(
  assembly: string,
  evidence: AssemblyEvidence | undefined,
  { assembly: named, annotationAssembly, onWarning }: PrepareOptions,
): string {
  if (annotationAssembly === undefined) return assembly;
  const ofGenes = assemblyName(annotationAssembly);
  if (assembly === "unknown") return ofGenes;
  const [knowsGenes, knowsAssembly] = [ofGenes, assembly].map(ucscName);
  // Lengths identify few species, of which all names are known. What is said may be of others, with names of both kinds.
  const isTelling = evidence?.by === BY_LENGTHS || knowsGenes !== undefined;
  const { file, by } = isTelling && evidence !== undefined ? evidence : {};
  if (named !== undefined && knowsAssembly === undefined && knowsGenes !== undefined) {
    onWarning?.(
      `the genes are of ${ofGenes} by what their file says, and "${named}" is not the name of a known assembly: ` +
        "if it is another assembly, all windows are at the wrong places",
    );
  }
  // Two names may stand for one assembly, unless both are known.
  const mayAgree = knowsAssembly === undefined || (knowsGenes === undefined && file === undefined);
  if (ofGenes === assembly || mayAgree) return assembly;
  const found = `the genes are of ${ofGenes} by what their file says`;
  if (named === undefined && file !== undefined && knowsGenes !== undefined) {
    throw new ContractError(
      `Cannot use ${file}: ${by} it is ${assembly}, but ${found}. ` +
        `Use an annotation of ${assembly}; if this is one, name the assembly`,
    );
  }
  const sources = [
    named === undefined ? [] : `${assembly} was named`,
    file === undefined ? [] : `${file} is of ${assembly}`,
  ];
  onWarning?.(
    `${found}, but ${
      sources.flat().join(" and ")
    }: if these differ, all windows are at the wrong places`,
  );
  return assembly;
}
