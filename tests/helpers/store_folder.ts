/** Data sets as folders of AnnData, in several chunks. */

import { dirname } from "node:path";
import type { Dataset } from "../../src/data/dataset.ts";
import { datasetBlocks, describeDataset } from "../../src/data/dataset_blocks.ts";
import { writeAnndata } from "../../src/io/mod.ts";

/** Writes a data set into a folder, with chunks of a few samples unless the options say another number or none. */
export async function writeStore(
  path: string,
  data: Dataset,
  options: { readonly chunkSamples?: number | undefined } = { chunkSamples: 10 },
): Promise<void> {
  const files = new Map<string, Uint8Array>();
  await writeAnndata(files, datasetBlocks(data), { ...describeDataset(data), ...options });
  for (const [key, bytes] of files) {
    await Deno.mkdir(dirname(path + key), { recursive: true });
    await Deno.writeFile(path + key, bytes);
  }
}
