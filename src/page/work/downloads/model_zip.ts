/** The model as the files of its directory, which every command of the package takes. */

import { writeZip, type ZippedFile } from "../../../io/zip.ts";
import { serializeModel } from "../../../model/mod.ts";
import { collectStream } from "./collect_stream.ts";
import type { Download, DownloadSource } from "./download.ts";

/** Makes the zip file. */
export async function makeModelZip({ held }: DownloadSource): Promise<Download> {
  const { json, weights, panel } = await serializeModel(await held.model());
  const files: ZippedFile[] = [
    { path: "model/model.json", content: new TextEncoder().encode(json) },
    { path: "model/weights.bin", content: weights },
  ];
  if (panel !== undefined) files.push({ path: "model/panel.npz", content: panel });
  const file = await collectStream((sink) => writeZip(sink, files), "application/zip");
  return { name: "model.zip", file };
}
