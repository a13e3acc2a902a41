/** Compares the assembly of files with what their headers and the sample sheet say. */

import { ContractError } from "../errors.ts";
import { assembliesOf, ucscName } from "./_known_assemblies.ts";
import { agreeOnAssembly, assemblyName, BY_LENGTHS, type FileAssembly } from "./assembly.ts";
import { type AssemblyEvidence, compareWithAnnotation } from "./_annotation_assembly.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import type { SignalTrack } from "./signal/track.ts";

const BY_SHEET = "by its row of the sample sheet";
const BY_HEADER = "by its header";

/** Lists what a file's row of the sheet, and its header, say. */
export function listSaid(
  { name: file, assembly: ofSheet }: Pick<SignalInput, "name" | "assembly">,
  { assembly: ofHeader }: Pick<SignalTrack, "assembly">,
): AssemblyEvidence[] {
  return [{ by: BY_SHEET, name: ofSheet }, { by: BY_HEADER, name: ofHeader }].flatMap((
    { by, name },
  ) => name === undefined ? [] : [{ file, assembly: assemblyName(name), by }]);
}

/**
 * Finds the assembly of the data.
 *
 * @param measured What the lengths of chromosomes show of each file.
 * @param said What the sheet and headers say.
 * @returns Its name, or `unknown`.
 * @throws {ContractError} If two sources contradict each other, unless the user named the assembly and lengths do not
 * contradict that: words may be out of date.
 */
export function agreeOnData(
  measured: readonly FileAssembly[],
  said: readonly AssemblyEvidence[],
  options: PrepareOptions,
): string {
  const agreed = takeMeant(agreeOnAssembly(measured, options.assembly), said, options);
  const evidence = compareWithSaid(agreed, { measured, said }, options);
  const known = agreed === "unknown" ? evidence?.assembly ?? agreed : agreed;
  const assembly = compareWithAnnotation(known, evidence, options);
  // A name that is not known is no contradiction to any other, and better than none.
  return assembly === "unknown" ? said[0]?.assembly ?? assembly : assembly;
}

/** Of a name that two assemblies have, returns the one that anything else says. Throws if nothing does. */
function takeMeant(
  agreed: string,
  said: readonly AssemblyEvidence[],
  { annotationAssembly = "" }: PrepareOptions,
): string {
  const assemblies = assembliesOf(agreed);
  if (assemblies.length === 0) return agreed;
  const others = [...said.map(({ assembly }) => assembly), annotationAssembly].map(assemblyName);
  const meant = others.find((name) => assemblies.includes(name));
  if (meant !== undefined) return meant;
  throw new ContractError(
    `Cannot take the assembly "${agreed}": it is a name of ${
      assemblies.join(" and of ")
    }, and neither the files nor the ` +
      "genes show which. Name one of these",
  );
}

/** Returns what shows the assembly of the files, if anything does. */
function compareWithSaid(
  agreed: string,
  { measured, said }: {
    readonly measured: readonly FileAssembly[];
    readonly said: readonly AssemblyEvidence[];
  },
  { assembly: named, onWarning }: PrepareOptions,
): AssemblyEvidence | undefined {
  const known = said.filter(({ assembly }) => ucscName(assembly) !== undefined);
  const byLengths = measured.flatMap(({ file, assembly }) =>
    assembly === undefined ? [] : [{ file, assembly, by: BY_LENGTHS }]
  );
  if (named !== undefined) {
    const other = known.find(({ assembly }) => assembly !== agreed);
    if (other !== undefined) onWarning?.(describeNamed(other, agreed));
    return [...byLengths, ...known].find(({ assembly }) => assembly === agreed);
  }
  const evidence = byLengths[0] ?? known[0];
  const other = known.find(({ assembly }) => assembly !== evidence?.assembly);
  if (evidence === undefined || other === undefined) return evidence;
  throw new ContractError(
    `Cannot use ${other.file}: ${other.by} it is ${other.assembly}, expected ${evidence.assembly}, which is that of ` +
      `${evidence.file} ${evidence.by}. ${adviceOn(other.by)}`,
  );
}

function describeNamed({ file, assembly, by }: AssemblyEvidence, named: string): string {
  return `${file} is of ${assembly} ${by}, but ${named} was named: if these differ, all windows are at the wrong places`;
}

function adviceOn(by: string): string {
  return by === BY_SHEET
    ? "Use files of one assembly; if they are, correct the sheet"
    : "Use files of one assembly; if they are, and the header is out of date, name the assembly";
}
