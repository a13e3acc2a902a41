/** Says where files of ENCODE are: in a folder, or at ENCODE's own addresses. */

import { ContractError, FormatError } from "../../errors.ts";
import { pathKind, realPath } from "../../files/file.ts";
import { listSome } from "../wording.ts";
import type { EncodeFile } from "./_encode_file.ts";
import type { SheetFile } from "./types.ts";

/**
 * Makes the function that says where a file is.
 *
 * @throws {ContractError} If the folder lacks files.
 * @throws {FormatError} With the line, if no folder is named and a file has no address.
 */
export async function placeFiles(
  files: readonly EncodeFile[],
  { file, results }: { readonly file: string; readonly results: string | undefined },
): Promise<(file: EncodeFile) => SheetFile> {
  const paths = results === undefined
    ? new Map(files.map((one) => [one, addressOf(one, file)]))
    : await findInFolder(files, { file, results });
  return (one) => ({
    path: paths.get(one)!,
    format: one.format,
    ...one.sizeBytes !== undefined && { sizeBytes: one.sizeBytes },
    ...one.assembly !== "" && { assembly: one.assembly },
    line: one.line,
  });
}

function addressOf({ url, accession, line }: EncodeFile, file: string): string {
  if (/^https?:\/\//i.test(url)) return url;
  throw new FormatError(
    `Cannot read sample sheet: ${accession} has no address, expected it in column "File download URL", or ` +
      "--results with the folder that has the file",
    { file, line },
  );
}

async function findInFolder(
  files: readonly EncodeFile[],
  { file, results }: { readonly file: string; readonly results: string },
): Promise<Map<EncodeFile, string>> {
  if (await pathKind(results) !== "directory") {
    throw new ContractError(
      `Cannot take files from ${results}: it is no folder, expected that of ENCODE's files`,
    );
  }
  const root = (await realPath(results)).replace(/[/\\]$/, "");
  const paths = new Map<EncodeFile, string>();
  for (const one of files) {
    for (const name of fileNames(one)) {
      if (await pathKind(`${root}/${name}`) !== "file") continue;
      paths.set(one, `${root}/${name}`);
      break;
    }
  }
  const lacking = files.filter((one) => !paths.has(one));
  const [first] = lacking;
  if (first === undefined) return paths;
  throw new ContractError(
    `Cannot take files from ${root}: it lacks ${lacking.length} of the ${files.length} files that are wanted of ` +
      `${file}, such as ${listSome(lacking.map((one) => fileNames(one)[0]!))} (line ${first.line})`,
  );
}

/** The names that a file may have in a folder: that in its address, or its accession with a usual ending. */
function fileNames({ url, accession, format }: EncodeFile): string[] {
  // Other names are not those that a download gets.
  const name = /([\w.-]{1,200})(?:[?#].*)?$/.exec(url)?.[1];
  const endings = { bam: [".bam"], bigwig: [".bigWig", ".bw"], peaks: [".bed.gz", ".bed"] };
  const usual = endings[format as keyof typeof endings].map((ending) => `${accession}${ending}`);
  return name === undefined ? usual : [name, ...usual];
}
