/** Opens a model from the files that the page was given. */

import type { Bytes } from "../../base/bytes.ts";
import { ContractError } from "../../errors.ts";
import { blobSource, type ByteSource, bytesSource } from "../../files/byte_source.ts";
import { listZip, type ZipEntry } from "../../io/zip.ts";
import { loadModel, type TrainedModel } from "../../model/mod.ts";

/** Larger files in a zip file are no model's. */
const MOST_BYTES = 2 ** 30;

/**
 * Opens a model: a zip file of a saved model's directory, or its files.
 *
 * @throws {ContractError} If the files are not those of one model.
 * @throws {FormatError} If they are damaged.
 */
export async function openModelFiles(files: readonly File[]): Promise<TrainedModel> {
  const [first] = files;
  const sources = files.length === 1 && first !== undefined && await isZip(first)
    ? await sourcesInZip(first)
    : new Map(files.map((file): [string, ByteSource] => [file.name, blobSource(file, file.name)]));
  const json = sources.get("model.json");
  const weights = sources.get("weights.bin");
  if (json === undefined || weights === undefined) {
    const found = files.map(({ name }) => name).join(", ");
    throw new ContractError(
      `Cannot open model: found ${found}, expected model.json and weights.bin of a saved model, or a zip file of them`,
    );
  }
  return await loadModel({ json, weights, panel: sources.get("panel.npz") });
}

async function isZip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return head[0] === 0x50 && head[1] === 0x4b && !/\.npz$/i.test(file.name);
}

/** The files of the only model in a zip file, whichever folder it is in. */
async function sourcesInZip(file: File): Promise<Map<string, ByteSource>> {
  const entries = await listZip(blobSource(file, file.name));
  const models = entries.filter(({ path }) => nameOf(path) === "model.json");
  if (models.length > 1) {
    throw new ContractError(
      `Cannot open ${file.name}: it holds ${models.length} models, expected one; unpack it, and add the files of one`,
    );
  }
  const sources = new Map<string, ByteSource>();
  for (const entry of entries) {
    const name = nameOf(entry.path);
    if (!["model.json", "weights.bin", "panel.npz"].includes(name)) continue;
    sources.set(name, bytesSource(await readEntry(entry, file.name), name));
  }
  return sources;
}

async function readEntry(entry: ZipEntry, file: string): Promise<Bytes> {
  if (entry.bytes <= MOST_BYTES) return await entry.read();
  throw new ContractError(
    `Cannot open ${file}: ${entry.path} has ${entry.bytes} bytes, expected at most ${MOST_BYTES}`,
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
