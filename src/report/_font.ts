import { openFile } from "../files/file.ts";
import { readReportFile } from "./report_files.ts";

const INTER = "@fontsource/inter/files/inter-latin-400-normal.woff2";

/**
 * Reads Inter, Latin, regular weight, from the npm package `@fontsource/inter`. The SVG renderer in WebAssembly has no
 * access to the system's fonts, a server may have none, and a page that needs no network must contain its font.
 *
 * @returns The font as WOFF2.
 */
export async function readInter(): Promise<Uint8Array<ArrayBuffer>> {
  const given = await readReportFile("inter-400.woff2");
  if (given !== undefined) return given;
  // A package is on disk only after one of its files is imported.
  await import("@fontsource/inter/package.json", { with: { type: "json" } });
  const file = await openFile(new URL(import.meta.resolve(INTER)));
  try {
    return await file.read(0, file.size);
  } finally {
    file.close();
  }
}
