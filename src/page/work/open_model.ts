/** Opens a model from the files that the page was given. */

import { ContractError, NotFoundError } from "../../errors.ts";
import { blobSource, bytesSource } from "../../files/byte_source.ts";
import { listZip, readZipMembers } from "../../io/zip.ts";
import { loadModel, type NamedModelFiles, type TrainedModel } from "../../model/mod.ts";

/** Files that a zip file is unpacked for. */
const MODEL_FILES = ["model.json", "weights.bin", "panel.npz"];
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
  const named = files.length === 1 && first !== undefined && await isZip(first)
    ? await unpackModel(first)
    : new Map(files.map((file) => [file.name, file]));
  try {
    return await loadModel(named);
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    const found = files.map(({ name }) => name).join(", ") || "no file";
    throw new ContractError(
      `Cannot open model: found ${found}, expected model.json and weights.bin of a saved model, or a zip file of them`,
      { cause },
    );
  }
}

async function isZip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return head[0] === 0x50 && head[1] === 0x4b && !/\.npz$/i.test(file.name);
}

/** The files of the only model in a zip file, whichever folder it is in. */
async function unpackModel(file: File): Promise<NamedModelFiles> {
  const source = blobSource(file, file.name);
  const paths = (await listZip(source)).map(({ path }) => path);
  const models = paths.filter((path) => nameOf(path) === "model.json");
  if (models.length > 1) {
    throw new ContractError(
      `Cannot open ${file.name}: it holds ${models.length} models, expected one; unpack it, and add the files of one`,
    );
  }
  const names = paths.filter((path) => MODEL_FILES.includes(nameOf(path)));
  const members = await readZipMembers(source, { names, mostBytes: MOST_BYTES });
  return new Map([...members].map(([path, content]) => [path, bytesSource(content, path)]));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
