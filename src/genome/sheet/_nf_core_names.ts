/** Tells the cell type and the mark of a sample of nf-core from the names in its sheet. */

import { FormatError } from "../../errors.ts";
import { checkName } from "../../io/names.ts";
import type { Library } from "./_nf_core_library.ts";

/** The cell type and the mark of a sample. */
export interface SampleNames {
  readonly cellType: string;
  readonly mark: string;
}

/** A modification of a histone, however it is capitalised: the histone, the residue and what it carries. */
const HISTONE_MARK = /^h(1|2a|2b|3|4)([krst])(\d+)(me[1-3]?|ac|ub|cr|ph)$/i;

/**
 * Tells the cell type and the mark of a sample: from the columns `cell_type` and `mark`, if the sheet has them; else the
 * mark is the antibody, or the histone mark in the sample's name, and the cell type is the rest of that name.
 *
 * @throws {FormatError} With the line, if neither tells them.
 */
export function nameSample(library: Library, file: string): SampleNames {
  const { sample, antibody, line } = library;
  const parts = sample.split(/[_.-]+/).filter((part) => part !== "");
  const place = findMark(parts, library.mark || antibody);
  const written = library.mark || antibody ||
    (place === undefined ? "" : parts.slice(place.from, place.to).join(""));
  const rest = place === undefined ? [] : [...parts.slice(0, place.from), ...parts.slice(place.to)];
  const cellType = library.cellType || rest.filter((part) => !/^(ip|chip)$/i.test(part)).join("_");
  if (written === "" || cellType === "") {
    const lacking = written === "" ? "which mark it is" : "of which cell type it is";
    throw new FormatError(
      `Cannot read samplesheet: the name of sample "${sample}" does not tell ${lacking}, expected such as ` +
        '"liver_H3K4me3", or columns "cell_type" and "mark" that say it: add them to a copy of the sheet, or remove the rows of a ' +
        "control that no other row names",
      { file, line },
    );
  }
  const mark = plainMark(written);
  checkName(cellType, { what: "cell type", file, line });
  checkName(mark, { what: "mark", file, line });
  return { cellType, mark };
}

/** The usual way of writing a histone mark: `H3K4me3` for `h3k4ME3`. Other names stay as they are. */
function plainMark(name: string): string {
  const match = HISTONE_MARK.exec(name.replace(/[_.-]/g, ""));
  if (match === null) return name;
  const [, histone, residue, position, change] = match;
  return `H${histone!.toUpperCase()}${residue!.toUpperCase()}${position}${change!.toLowerCase()}`;
}

/** Finds the parts of a name that are the mark: those that the antibody has, or the only histone mark. */
function findMark(
  parts: readonly string[],
  antibody: string,
): { readonly from: number; readonly to: number } | undefined {
  const wanted = antibody.replace(/[_.-]/g, "").toLowerCase();
  const found: { readonly from: number; readonly to: number }[] = [];
  for (let from = 0; from < parts.length; from++) {
    for (let to = from + 1; to <= Math.min(parts.length, from + 4); to++) {
      const text = parts.slice(from, to).join("").toLowerCase();
      if (wanted === "" ? HISTONE_MARK.test(text) : text === wanted) found.push({ from, to });
    }
  }
  return found.length === 1 ? found[0] : undefined;
}
