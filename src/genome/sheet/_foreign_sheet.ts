/** Recognises tables that people take for sample sheets, by their headers. */

/** The columns of a sheet. */
interface Columns {
  /** Their names as they are written. */
  readonly names: readonly string[];
  /** Their names without case, blanks and punctuation. */
  readonly keys: readonly string[];
}

/** Says what a header is of and what to do about it; `undefined` if it is not recognised. */
export function describeForeignSheet({ names, keys }: Columns): string | undefined {
  const has = (...wanted: readonly string[]) => wanted.every((key) => keys.includes(key));
  if (names.some((name) => /^https?:\/\/[^/]*encode[^/]*\/[\w-]*report/i.test(name))) return REPORT;
  if (has("id", "accession", "assayname")) return REPORT;
  if (names.length === 1 && /^https?:\/\//i.test(names[0]!)) {
    return "it is a list of addresses, as ENCODE's files.txt, expected the metadata.tsv to which its first line leads";
  }
  if (has("sampleid", "bamreads")) {
    return "it is a sheet of DiffBind: in a copy, name column Tissue (or Condition) cell_type, Factor mark, bamReads path, " +
      "bamControl control and Replicate replicate";
  }
  return undefined;
}

const REPORT =
  "it is a report of ENCODE's portal, which does not name files, expected the metadata.tsv of a download: " +
  'its address is the first line of the files.txt that "Download" gives';
