import { writeFileAtomic } from "../files/file.ts";
import type { ReportInput } from "./input.ts";
import { renderPage, reportFigures } from "./page.ts";
import { renderFigure } from "./render.ts";

/** A file of a report. */
export interface ReportFile {
  /** Path below the report's directory. */
  readonly path: string;
  /** Its content. */
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/**
 * A report as files: `report.html`, and each figure as `figures/NAME.svg` and `figures/NAME.png`.
 *
 * @param input The run.
 */
export async function renderReport(input: ReportInput): Promise<ReportFile[]> {
  const files: ReportFile[] = [{ path: "report.html", content: await renderPage(input) }];
  for (const { name, spec } of reportFigures(input)) {
    const { svg, png } = await renderFigure(spec);
    files.push({ path: `figures/${name}.svg`, content: svg });
    files.push({ path: `figures/${name}.png`, content: png });
  }
  return files;
}

/**
 * Writes a report's files.
 *
 * @param directory Where to; it is created.
 * @param input The run.
 * @returns Paths of the files, below the directory.
 * @throws {WriteError} If a file cannot be written.
 */
export async function writeReport(directory: string, input: ReportInput): Promise<string[]> {
  const files = await renderReport(input);
  for (const { path, content } of files) await writeFileAtomic(`${directory}/${path}`, content);
  return files.map(({ path }) => path);
}
