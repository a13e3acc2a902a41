/**
 * Roadmap's files, on their server or in a local copy.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { modificationTime, openFile, pathKind } from "../files/file.ts";

/** A file that is there. */
export interface RoadmapFile {
  /** Where it is: a path or an address. */
  readonly name: string;
  /** Its length in bytes. */
  readonly size: number;
  /** What changes when the file's content does: its entity tag, or when it was last changed. */
  readonly version: string;
  /**
   * Opens the file, to be read once in order.
   *
   * @param from Where reading will begin; 0 by default.
   */
  open(from?: number): Promise<ByteSource>;
}

/** Roadmap's tree, or a part of it. */
export interface RoadmapFiles {
  /** Where the tree is: a directory, or the address that the paths follow. */
  readonly place: string;
  /** Whether it is on a server, so that reading a file again may give other bytes. */
  readonly isRemote: boolean;
  /**
   * Looks for a file.
   *
   * @param path Its path in the tree, as `roadmapPath` gives it.
   * @returns The file, or `undefined` if it is not there.
   */
  find(path: string): Promise<RoadmapFile | undefined>;
}

/**
 * Uses a local copy of Roadmap's tree. A file is found by its path in the tree or, if all files were put into one
 * directory, by its name; and by that name with `.gz` added or removed, since it may be compressed or not.
 *
 * @param directory Path of the copy's root.
 * @returns The files that are there.
 * @throws {ContractError} If the directory is not there.
 *
 * @example A copy that lacks what is asked for
 * ```ts
 * import { localRoadmap, roadmapPath } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const files = await localRoadmap(directory);
 * strictEqual(await files.find(roadmapPath("expression")), undefined);
 * await Deno.remove(directory);
 * ```
 */
export async function localRoadmap(directory: string): Promise<RoadmapFiles> {
  if (await pathKind(directory) !== "directory") {
    throw new ContractError(
      `Cannot use ${directory} as a copy of Roadmap's files: expected a directory`,
    );
  }
  const root = directory.replace(/(?<=.)[/\\]+$/, "");
  return {
    place: directory,
    isRemote: false,
    async find(path: string): Promise<RoadmapFile | undefined> {
      for (const candidate of candidatesFor(path)) {
        const name = `${root}/${candidate}`;
        if (await pathKind(name) === "file") return await describeFile(name);
      }
      return undefined;
    },
  };
}

/** The paths at which a local copy may have a file, the best first. */
function candidatesFor(path: string): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const otherOf = (path: string) =>
    path.endsWith(".gz") ? path.slice(0, -".gz".length) : `${path}.gz`;
  return [path, otherOf(path), name, otherOf(name)];
}

async function describeFile(name: string): Promise<RoadmapFile> {
  const source = await openFile(name);
  source.close();
  const modified = await modificationTime(name).then((time) => time.toISOString(), () => "unknown");
  return { name, size: source.size, version: `changed ${modified}`, open: () => openFile(name) };
}
