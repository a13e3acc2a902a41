/** The folder in which a run keeps the counts of each finished file, so that a stopped run resumes. */

import { freeArray } from "../base/free.ts";
import {
  listDirectory,
  makeDirectory,
  pathKind,
  removeFile,
  writeFileAtomic,
} from "../files/file.ts";
import { readWholeFile } from "../files/whole_file.ts";
import { removeIfEmpty } from "../files/directory.ts";
import { downloadPath, removeDownload } from "./_download.ts";
import { decodePart, encodePart, type PartOrigin } from "./_part.ts";
import type { ReadCounts } from "./count_alignments.ts";

/** Name of the folder below the output's directory. */
export const STORE_FOLDER = "roadmap-counts";
/**
 * The file that says which outputs the run has started to write, in its first line, and what they were made of once all
 * of them are written.
 */
const WRITING = "writing";
/** The end of a file's name while it is being written, with eight digits before it. */
const UNFINISHED = /\.[0-9a-f]{8}\.part$/;

/** What outputs were made of. */
export interface WrittenOutputs {
  readonly cellTypes: readonly string[];
  /** Paths of the files of alignments in the tree. */
  readonly paths: readonly string[];
}

/** The counts of files, each in a file of its own. */
export class CountStore {
  readonly #folder: string;

  /** `directory` is that of the outputs. */
  constructor(directory: string) {
    this.#folder = `${directory}/${STORE_FOLDER}`;
  }

  /** Path of the folder. */
  get folder(): string {
    return this.#folder;
  }

  /** Makes the folder, and removes what killed runs left half-written. Call it with the output's lock held. */
  async open(): Promise<void> {
    await makeDirectory(this.#folder);
    for (const name of await listDirectory(this.#folder)) {
      if (UNFINISHED.test(name)) await removeFile(`${this.#folder}/${name}`);
    }
  }

  /** Removes the folder if nothing is in it. */
  async close(): Promise<void> {
    await removeIfEmpty(this.#folder);
  }

  /** Reads the counts of a file; `undefined` if they are not there, damaged, or of another origin. */
  async read(origin: PartOrigin): Promise<ReadCounts | undefined> {
    const path = this.#pathOf(origin);
    if (await pathKind(path) !== "file") return undefined;
    const part = await readWholeFile(path);
    const counts = await decodePart(part, origin);
    freeArray(part);
    return counts;
  }

  /** Whether the counts of a file are there, whole and of this origin. */
  async has(origin: PartOrigin): Promise<boolean> {
    const counts = await this.read(origin);
    if (counts === undefined) return false;
    freeArray(counts);
    return true;
  }

  /** Keeps the counts of a file: once the promise is fulfilled, they survive a power cut. */
  async write(origin: PartOrigin, counts: ReadCounts): Promise<void> {
    await writeFileAtomic(this.#pathOf(origin), await encodePart(counts, origin));
  }

  /** Records that outputs are being written from now on; `plan` says which. */
  async startWriting(plan: string): Promise<void> {
    await writeFileAtomic(`${this.#folder}/${WRITING}`, plan);
  }

  /** Whether a stopped run had started to write the outputs of this plan, so that those which are there are its own. */
  async hadStartedWriting(plan: string): Promise<boolean> {
    return (await this.#readWriting())[0] === plan;
  }

  /** Records that all outputs of a plan are written, so that only the counts of their files are left to be removed. */
  async finishWriting(plan: string, { cellTypes, paths }: WrittenOutputs): Promise<void> {
    await writeFileAtomic(
      `${this.#folder}/${WRITING}`,
      [plan, cellTypes.join(), ...paths].join("\n"),
    );
  }

  /** What {@linkcode finishWriting} recorded of this plan, if the run was killed before it had removed the counts. */
  async readWritten(plan: string): Promise<WrittenOutputs | undefined> {
    const [started, cellTypes, ...paths] = await this.#readWriting();
    if (started !== plan || cellTypes === undefined) return undefined;
    return { cellTypes: cellTypes.split(","), paths };
  }

  async #readWriting(): Promise<string[]> {
    const path = `${this.#folder}/${WRITING}`;
    if (await pathKind(path) !== "file") return [];
    return new TextDecoder().decode(await readWholeFile(path)).split("\n");
  }

  /**
   * Removes the counts of files, and what a run that was to keep them left half-downloaded. The record goes last, so that
   * a run that is killed meanwhile is known to have finished.
   */
  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await removeFile(this.#pathOf({ path }));
      await removeDownload(downloadPath(this.#folder, path));
    }
    await removeFile(`${this.#folder}/${WRITING}`);
  }

  #pathOf({ path }: Pick<PartOrigin, "path">): string {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.tagAlign\.gz$/, "");
    return `${this.#folder}/${name}.counts`;
  }
}
