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
  const madeOf = findSourceLists(links);
  return new Map(marks.map((mark) => {
    const found = mark.control !== ""
      ? controls.filter(({ accession }) => accession === mark.control)
      : [controlsOfReads(mark, controls, links), controlsOfTracks(mark, controls, madeOf)]
        .find((some) => some.length > 0) ?? [];
    const [control, other] = found;
    if (control === undefined) return failNone(mark, file);
    return other === undefined ? [mark, control] as const : failSeveral(mark, found, file);
  }));
}

/** The controls that were made from reads that control the reads of a mark. */
function controlsOfReads(
  mark: EncodeFile,
  controls: readonly EncodeFile[],
  links: FileLinks,
): readonly EncodeFile[] {
  const files = [mark.accession, ...links.sourcesOf(mark.accession)];
  const ofReads = new Set(files.flatMap((accession) => links.controlsOf(accession)));
  return takeCurrent(
    controls.filter(({ accession }) =>
      ofReads.has(accession) || links.sourcesOf(accession).some((source) => ofReads.has(source))
    ),
  );
}

/**
 * The controls that a signal track was made from together with a mark. The track of the fewest files is that of the
 * mark's own replicate; others pool replicates and their controls.
 */
function controlsOfTracks(
  mark: EncodeFile,
  controls: readonly EncodeFile[],
  madeOf: ReadonlyMap<string, readonly (readonly string[])[]>,
): readonly EncodeFile[] {
  const lists = (madeOf.get(mark.accession) ?? [])
    .filter((sources) => controls.some(({ accession }) => sources.includes(accession)));
  const fewest = Math.min(...lists.map(({ length }) => length));
  const used = new Set(lists.filter(({ length }) => length === fewest).flat());
  return controls.filter(({ accession }) => used.has(accession));
}

/** What is made from more files than this was pooled of many replicates, and tells nothing of one. */
const MOST_SOURCES = 20;

/** The lists of files from which others were made, by each of the files. */
function findSourceLists(links: FileLinks): Map<string, (readonly string[])[]> {
  const lists = new Map<string, (readonly string[])[]>();
  for (const [, sources] of links.entries()) {
    if (sources.length > MOST_SOURCES) continue;
    for (const accession of sources) {
      const own = lists.get(accession);
      if (own === undefined) lists.set(accession, [sources]);
      else own.push(sources);
    }
  }
  return lists;
}

/** Leaves out the files of analyses that later ones replaced, if there are files of others. */
function takeCurrent(files: readonly EncodeFile[]): readonly EncodeFile[] {
  const current = files.filter(({ analysisStatus }) => /\breleased\b/.test(analysisStatus));
  return current.length > 0 ? current : files;
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

function failNone(mark: EncodeFile, file: string): never {
  throw new FormatError(
    mark.control === ""
      ? `Cannot read sample sheet: the table does not say what controls ${mark.accession} (${mark.mark} of ` +
        `"${mark.cellType}"). It can if it has the rows of controls, of FASTQ files and of signal tracks too; else ` +
        'add a column "control" with the accession of the control\'s file'
      : `Cannot read sample sheet: control "${mark.control}" of ${mark.accession} has no row of the same output ` +
        "type and assembly, expected one",
    { file, line: mark.line },
  );
}
