import { openFile } from "../files/file.ts";

const INTER = "@fontsource/inter/files/inter-latin-400-normal.woff2";

/**
 * Reads Inter, Latin, regular weight, from the npm package `@fontsource/inter`. A renderer of SVG in WebAssembly sees
 * no fonts of the system, a server has none, and a page that needs no network carries its own.
 *
 * @returns The font as WOFF2.
 */
export async function readInter(): Promise<Uint8Array<ArrayBuffer>> {
  // A package has a place on disk once something of it is imported.
  await import("@fontsource/inter/package.json", { with: { type: "json" } });
  const file = await openFile(new URL(import.meta.resolve(INTER)));
  try {
    return await file.read(0, file.size);
  } finally {
    file.close();
  }
}
