import { pathOf, writeFileAtomic } from "../files/file.ts";
import type { ReportInput } from "./input.ts";
import { renderPage, reportFigures } from "./page.ts";
import { renderFigure } from "./render.ts";

/** A file of a report. */
export interface ReportFile {
  /** Path below the report's directory. */
  readonly path: string;
  /** The file's content. */
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/**
 * Renders a report as files: `report.html`, and each figure as `figures/NAME.svg` and `figures/NAME.png`.
 *
 * @param input The run.
 * @returns The files.
 *
 * @example A run without figures
 * ```ts
 * import { renderReport } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * const files = await renderReport({ run: "first", configuration: { seed: 7 } });
 * deepStrictEqual(files.map(({ path }) => path), ["report.html"]);
 * ```
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
 * @param directory The directory to write to; it is created.
 * @param input The run.
 * @returns Paths of the files, below the directory.
 * @throws {WriteError} If a file cannot be written.
 * @throws {TypeError} If the directory is empty or an address.
 *
 * @example A run without figures
 * ```ts
 * import { writeReport } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const paths = await writeReport(directory, { run: "first", configuration: { seed: 7 } });
 * deepStrictEqual(paths, ["report.html"]);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeReport(directory: string, input: ReportInput): Promise<string[]> {
  const files = await renderReport(input);
  for (const { path, content } of files) {
    await writeFileAtomic(`${pathOf(directory)}/${path}`, content);
  }
  return files.map(({ path }) => path);
}
