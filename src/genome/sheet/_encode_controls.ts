/** Finds the control of each file of ENCODE, as far as its table of files says. */

import { FormatError } from "../../errors.ts";
import { listSome } from "../wording.ts";
import type { EncodeFile, FileLinks } from "./_encode_file.ts";

/**
 * Finds controls. ENCODE names them for reads in FASTQ files (`Controlled by`), which is followed to the alignments that
 * were made of them; where it does not, a signal track that was made from both a mark's alignments and a control's tells
 * which control ENCODE itself took. Both need the rows of these other files. A column `control` with an accession says
 * it directly.
 *
 * @throws {FormatError} With the line, if a file has no control or several.
 */
export function findControls(
  marks: readonly EncodeFile[],
  { file, controls, links }: {
    readonly file: string;
    readonly controls: readonly EncodeFile[];
    readonly links: FileLinks;
  },
): Map<EncodeFile, EncodeFile> {
  const usedWith = findCompanions(links);
  return new Map(marks.map((mark) => {
    const named = mark.control === "" ? undefined : mark.control;
    const ofReads = new Set(
      [mark.accession, ...links.sourcesOf(mark.accession)].flatMap((one) => links.controlsOf(one)),
    );
    const isOfReads = ({ accession }: EncodeFile) =>
      ofReads.has(accession) || links.sourcesOf(accession).some((source) => ofReads.has(source));
    const isUsed = ({ accession }: EncodeFile) =>
      usedWith.get(mark.accession)?.has(accession) ?? false;
    const ways = named === undefined
      ? [isOfReads, isUsed]
      : [({ accession }: EncodeFile) => accession === named];
    for (const isControl of ways) {
      const [found, other] = controls.filter(isControl);
      if (found !== undefined && other === undefined) return [mark, found] as const;
      if (other !== undefined) failSeveral(mark, controls.filter(isControl), file);
    }
    return failNone(mark, named, file);
  }));
}

/** The files that some file was made from together with each. */
function findCompanions(links: FileLinks): ReadonlyMap<string, ReadonlySet<string>> {
  const companions = new Map<string, Set<string>>();
  for (const [, sources] of links.entries()) {
    // A signal track is made from a few alignments; what is made from more are pooled reads and the like.
    if (sources.length > 4) continue;
    for (const one of sources) {
      const own = companions.get(one) ?? new Set<string>();
      sources.forEach((other) => own.add(other));
      companions.set(one, own);
    }
  }
  return companions;
}

function failSeveral(mark: EncodeFile, found: readonly EncodeFile[], file: string): never {
  const names = found.map(({ accession, line }) => `${accession} (line ${line})`);
  throw new FormatError(
    `Cannot read sample sheet: ${mark.accession} has ${found.length} controls, ${
      listSome(names, 4)
    }, ` +
      'expected one: add a column "control" with its accession',
    { file, line: mark.line },
  );
}

function failNone(mark: EncodeFile, named: string | undefined, file: string): never {
  throw new FormatError(
    named === undefined
      ? `Cannot read sample sheet: the table does not say what controls ${mark.accession} (${mark.mark} of ` +
        `"${mark.cellType}"). It can if it has the rows of controls, of FASTQ files and of signal tracks too; else ` +
        'add a column "control" with the accession of the control\'s file'
      : `Cannot read sample sheet: control "${named}" of ${mark.accession} has no row of the same output type ` +
        "and assembly, expected one",
    { file, line: mark.line },
  );
}
