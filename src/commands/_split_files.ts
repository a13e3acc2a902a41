/** The files that hold the parts of a split. */

import { datasetBlocks, describeDataset } from "../data/dataset_blocks.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { writeCompetition } from "../io/competition_writer.ts";
import { writeAnndata } from "../io/zarr/anndata_writer.ts";
import { SPLIT_PARTS, type SplitPart } from "../validation/mod.ts";
import { openOutputDirectory } from "./_output_directory.ts";
import { openOutput } from "./_outputs.ts";
import { SPLIT_FORMATS } from "./_split_flags.ts";
import { VERSION } from "./version.ts";

/** How the files are written. */
export interface SplitFileOptions {
  readonly format: (typeof SPLIT_FORMATS)[number];
  readonly compress: boolean;
  readonly overwrite: boolean;
}

/** The files; no other process writes them meanwhile. */
export interface SplitFiles extends AsyncDisposable {
  /** Writes a part. */
  write(part: SplitPart, data: Dataset): Promise<void>;
}

/**
 * Opens the files of a split in a folder.
 *
 * @throws {ContractError} If the folder holds parts of another split that would not be replaced.
 */
export async function openSplitFiles(
  folder: string,
  parts: readonly SplitPart[],
  options: SplitFileOptions,
): Promise<SplitFiles> {
  await refuseOtherParts(folder, parts, options);
  const outputs = new Map<SplitPart, Awaited<ReturnType<typeof openPart>>>();
  const close = async () => {
    for (const output of outputs.values()) await output[Symbol.asyncDispose]();
  };
  try {
    for (const part of parts) {
      outputs.set(part, await openPart(`${folder}/${part}.${options.format}`, options));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    write: (part, data) => outputs.get(part)!.write(data),
    [Symbol.asyncDispose]: close,
  };
}

async function openPart(
  path: string,
  { format, compress, overwrite }: SplitFileOptions,
): Promise<AsyncDisposable & { write(data: Dataset): Promise<void> }> {
  if (format === "zarr") {
    const folder = await openOutputDirectory(path, { overwrite });
    return {
      write: (data) =>
        folder.write((store) =>
          writeAnndata(store, datasetBlocks(data), {
            ...describeDataset(data),
            about: { version: VERSION },
          })
        ),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  }
  const file = await openOutput(path, { usual: null, overwrite });
  return {
    write: (data) =>
      file.write((sink) =>
        writeCompetition(sink, datasetBlocks(data), { ...describeDataset(data), compress })
      ),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Refuses a folder whose files would be taken for parts of this split. */
async function refuseOtherParts(
  folder: string,
  parts: readonly SplitPart[],
  { format, overwrite }: SplitFileOptions,
): Promise<void> {
  for (const part of SPLIT_PARTS) {
    for (const other of SPLIT_FORMATS) {
      const path = `${folder}/${part}.${other}`;
      if (await pathKind(path).catch(() => undefined) === undefined) continue;
      if (overwrite && other === format && parts.includes(part)) continue;
      throw new ContractError(
        `Cannot write to ${folder}: it holds ${part}.${other} of another split. Name another --out${
          other === format && parts.includes(part) ? ", or add --overwrite" : ", or remove it"
        }`,
      );
    }
  }
}
