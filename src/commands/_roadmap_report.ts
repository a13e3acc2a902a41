/** Says what a rebuilding of the competition's files does. */

import type { RebuildPlan, RebuildProgress } from "../atlas/mod.ts";
import { formatBytes } from "../base/byte_count.ts";
import { formatCountOf } from "../base/count.ts";
import { ProgressLine } from "./_progress.ts";
import { warn } from "./_warn.ts";

const BYTES_PER_MEGABYTE = 1e6;

/** Prints lines and the progress bar of a rebuilding. */
export class RebuildReport {
  readonly #place: string;
  readonly #progress = new ProgressLine("MB");
  #plan: RebuildPlan | undefined;
  #files = 0;
  #finished = 0;

  /** `place` is where the files come from. */
  constructor(place: string) {
    this.#place = place;
  }

  /** Says what will be read, and what is left out. */
  announce(plan: RebuildPlan): void {
    this.#plan = plan;
    for (const [cellType, lacked] of plan.leftOut) {
      this.warn(`${cellType} is left out: it lacks ${lacked.join(", ")}`);
    }
    const todo = plan.files.filter(({ isCounted }) => !isCounted);
    const counted = plan.files.length - todo.length;
    this.#files = counted;
    const isFinished = (name: string) => !todo.some(({ cellType }) => cellType === name);
    this.#finished = plan.cellTypes.filter(isFinished).length;
    const bytes = todo.reduce((sum, { size }) => sum + size, 0);
    const resumed = counted === 0
      ? ""
      : `, after ${formatCountOf(counted, "file")} that a stopped run has counted`;
    console.info(
      `Counting ${formatCountOf(todo.length, "file")} (${formatBytes(bytes)}) of ${
        formatCountOf(plan.cellTypes.length, "cell type")
      } from ${this.#place}${resumed}`,
    );
  }

  /** Redraws the bar, and prints a line for each cell type that is finished. */
  show({ files, totalFiles, done: bytes, total: totalBytes, finished }: RebuildProgress): void {
    this.#files = files;
    if (finished !== undefined) {
      this.#progress.clear();
      const total = this.#plan?.cellTypes.length ?? 0;
      console.info(
        `${finished} is counted: ${++this.#finished} of ${formatCountOf(total, "cell type")}`,
      );
    }
    this.#progress.update({
      done: bytes / BYTES_PER_MEGABYTE,
      total: totalBytes / BYTES_PER_MEGABYTE,
      label: `${files} of ${formatCountOf(totalFiles, "file")}`,
      note: `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
    });
  }

  /** Says which output is being written. */
  showWriting(file: string): void {
    this.#progress.clear();
    console.info(`Writing ${file}`);
  }

  /** Prints a warning. */
  warn(message: string): void {
    this.#progress.clear();
    warn(message);
  }

  /** Removes the bar. */
  clear(): void {
    this.#progress.clear();
  }

  /** Says what a stopped run leaves for the next one. */
  describeKept(): string {
    return this.#plan === undefined
      ? "nothing was counted yet"
      : `the counts of ${this.#files} of ${
        formatCountOf(this.#plan.files.length, "file")
      } are kept`;
  }
}
