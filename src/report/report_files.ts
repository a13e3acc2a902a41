/**
 * Files that pages and figures are made with, where they cannot be had as on Deno: the packages of npm cannot be read in a
 * browser, and in a bundle the text of a function does not fit that of others, since the bundler has renamed them.
 */

import type { Bytes } from "../base/bytes.ts";
import { scriptText } from "./viewer/embed.ts";
import { GENE_FUNCTIONS } from "./viewer/functions.ts";
import { startGenePage } from "./viewer/gene_script.ts";

/** Inter, Latin, regular weight, as WOFF2; and the script of a gene's page. */
export type ReportFile = "inter-400.woff2" | "gene_script.js";

let read: ((name: ReportFile) => Promise<Bytes>) | undefined;

/**
 * Says how these files are read from now on.
 *
 * @param reader Gives a file by its name; `undefined` for the usual way.
 */
export function useReportFiles(
  reader: ((name: ReportFile) => Promise<Bytes>) | undefined,
): void {
  read = reader;
}

/** Reads a file, if it was said how. */
export async function readReportFile(name: ReportFile): Promise<Bytes | undefined> {
  return await read?.(name);
}

/** The text of `gene_script.js`, for a build to write. */
export function geneScriptText(): string {
  return scriptText({ functions: GENE_FUNCTIONS, start: startGenePage, data: undefined });
}
