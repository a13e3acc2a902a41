/** Checks and locks the folder, such as one of Zarr, that a command writes before its work, which may take hours. */

import { ContractError } from "../errors.ts";
import {
  type DirectoryWriter,
  recoverDirectory,
  writeDirectoryAtomic,
} from "../files/atomic_directory.ts";
import { checkDirectory } from "../files/directory.ts";
import { listDirectory, pathKind, type WriteFileOptions } from "../files/file.ts";
import { isSpecial } from "../files/path_kind.ts";
import { dirname } from "node:path";
import { openLocked, type OutputOf, type OverwriteFlag } from "./_outputs.ts";

/** A kind of folder that a command may replace. */
export interface FolderKind {
  /** Files by which it is recognised: one of them must be there. The first is named in messages. */
  readonly files: readonly [string, ...string[]];
}

/** Folders of models. */
export const MODEL_FOLDER: FolderKind = { files: ["model.json"] };

/** Folders of Zarr, of version 3 or 2. */
const ZARR: FolderKind = { files: ["zarr.json", ".zgroup", ".zarray"] };

/**
 * Opens the folder that a command writes when its work is done.
 *
 * @param path Path of the folder; slashes at its end do not matter.
 * @param options Whether a folder that is there may be replaced, and what is called before the new one has its name.
 * @param kind The kind of folder that may be: Zarr by default.
 * @throws {ContractError} If another command is writing it, something is there that may not be replaced, or no folder can
 * have this path.
 * @throws {WriteError} If the system lets nothing be written there.
 */
export async function openOutputDirectory(
  path: string,
  options: OverwriteFlag & WriteFileOptions,
  kind: FolderKind = ZARR,
): Promise<OutputOf<DirectoryWriter>> {
  const folder = path.replace(/(?<=[^/\\])[/\\]+$/, "");
  return await openLocked(folder, {
    check: async () => {
      await recoverDirectory(folder);
      return await checkOutputDirectory(folder, options, kind);
    },
    write: (content: (store: DirectoryWriter) => Promise<void>) =>
      writeDirectoryAtomic(folder, content, options),
  });
}

/** Refuses a path at which no folder may be written; returns whether there is one to replace. */
async function checkOutputDirectory(
  folder: string,
  { overwrite }: OverwriteFlag,
  { files }: FolderKind,
): Promise<boolean> {
  await checkDirectory(dirname(folder));
  const kind = await pathKind(folder);
  if (kind === "file" || await isSpecial(folder)) {
    throw new ContractError(
      `Cannot write to ${folder}: it is a ${
        kind === "file" ? "file" : "link"
      }, expected a folder, or a name that is free`,
    );
  }
  if (kind === undefined) return false;
  if (!overwrite) {
    throw new ContractError(
      `Cannot write to ${folder}: it is there already. Name another --out, or add --overwrite`,
    );
  }
  const names = await listDirectory(folder);
  if (names.length > 0 && !names.some((name) => files.includes(name))) {
    throw new ContractError(
      `Cannot write to ${folder}: a folder of another kind is there, found no ${
        files[0]
      } in it. Name another --out`,
    );
  }
  return true;
}
