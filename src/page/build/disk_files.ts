/**
 * What the script for pages on a disk carries in itself, since such pages cannot read the files beside them. The build
 * writes it before the programs of the window and of the worker, as the global {@linkcode CARRIED}.
 *
 * @module
 */

import type { Bytes } from "../../base/bytes.ts";
import type { ReportFile } from "../../report/report_files.ts";
import { fromBase64 } from "../../base/platform.ts";

/** The name of the global. */
export const CARRIED = "histoneCarried";

/** What stands there. */
export interface CarriedParts {
  /** The program of the page's worker, for the window. */
  readonly work?: string;
  /** The example's files by their names, in base64, for the worker. */
  readonly example?: Readonly<Record<string, string>>;
  /** What pages that are saved are made with, in base64, for the worker. */
  readonly report?: Readonly<Record<ReportFile, string>>;
}

function carried(): CarriedParts {
  return (globalThis as { [CARRIED]?: CarriedParts })[CARRIED] ?? {};
}

/**
 * Starts the worker that the script carries.
 *
 * @param name The worker's name, for debuggers.
 * @returns The worker; it inherits the policy of the page.
 */
export function carriedWorker(name: string): Worker {
  const program = new Blob([carried().work ?? ""], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(program), { name });
}

/** Makes files of the example that the script carries. */
export function carriedFiles(): File[] {
  return Object.entries(carried().example ?? {}).map(([name, text]) =>
    new File([fromBase64(text)], name, { lastModified: 0 })
  );
}

/** A file for pages that are saved. */
export function carriedReportFile(name: ReportFile): Bytes {
  return fromBase64(carried().report?.[name] ?? "");
}
