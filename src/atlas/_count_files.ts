/** Counts all files of a plan, several at a time. */

import { formatCountOf } from "../base/count.ts";
import { freeArray } from "../base/free.ts";
import { ContractError, FormatError, RemoteError } from "../errors.ts";
import type { Gene } from "../genome/gene.ts";
import type { CountStore } from "./_count_store.ts";
import { countFile, type FileReading } from "./_file_counter.ts";
import { type FilePlan, originOf, type PlannedFile } from "./_plan_files.ts";
import { type Failure, runAll } from "./_pool.ts";
import type { RebuildOptions } from "./rebuild_options.ts";
import type { RoadmapFile } from "./roadmap_files.ts";

/** How many failures a message describes. */
const MOST_DESCRIBED = 5;

/** Options of {@linkcode countFiles}. */
export interface CountFilesOptions
  extends Pick<RebuildOptions, "files" | "concurrency" | "onProgress" | "signal"> {
  readonly genes: readonly Gene[];
  readonly store: CountStore;
  readonly reading: FileReading;
}

/**
 * Counts the files that are not counted yet, and keeps the counts of each as soon as it is finished.
 *
 * @throws {ContractError} If some files could not be counted; the others are. An error that is not about one file is
 * thrown as it is.
 */
export async function countFiles(plan: FilePlan, options: CountFilesOptions): Promise<void> {
  const { store, reading, genes, signal, concurrency = 3 } = options;
  const watch = new ProgressWatch(plan, options.onProgress);
  const todo = plan.files.filter(({ isCounted }) => !isCounted);
  const run = async (planned: PlannedFile) => {
    const task = {
      path: planned.path,
      file: planned.file,
      findAgain: () => findAgain(planned, options),
      onBytes: (read: number) => watch.see(planned, read),
    };
    const { file, result } = await countFile(task, { ...reading, genes });
    planned.file = file;
    planned.origin = originOf(planned.path, file, planned.origin.genes);
    await store.write(planned.origin, result);
    freeArray(result);
    watch.finish(planned);
  };
  const { failures, left } = await runAll(todo, run, {
    limit: concurrency,
    mayContinue: isAboutOneFile,
    signal,
  });
  const foreign = failures.find(({ error }) => !isAboutOneFile(error));
  if (foreign !== undefined) throw foreign.error;
  if (failures.length > 0) refuse(failures, left, plan);
}

/** Whether an error is about one file, so that others may be sound; a host that may not be reached has all of them. */
function isAboutOneFile(error: unknown): boolean {
  if (error instanceof RemoteError) return error.deniedHost === undefined;
  return error instanceof FormatError || error instanceof ContractError;
}

async function findAgain(
  { path, file }: PlannedFile,
  { files }: CountFilesOptions,
): Promise<RoadmapFile> {
  const found = await files.find(path);
  if (found !== undefined) return found;
  throw new ContractError(`Cannot read ${file.name}: it is not there any more`);
}

function refuse(
  failures: readonly Failure<PlannedFile>[],
  left: readonly PlannedFile[],
  plan: FilePlan,
): never {
  const described = failures.slice(0, MOST_DESCRIBED).map(({ error }) => (error as Error).message);
  const more = failures.length > MOST_DESCRIBED ? "; …" : "";
  const rest = left.length === 0
    ? ""
    : ` After three failures in a row ${formatCountOf(left.length, "file")} were not tried.`;
  throw new ContractError(
    `Cannot rebuild the competition's files: ${failures.length} of ${
      formatCountOf(plan.files.length, "file")
    } could not be counted: ${
      described.join("; ")
    }${more}.${rest} The counts of the others are kept`,
    { cause: failures[0]?.error },
  );
}

/** Adds up what is done. */
class ProgressWatch {
  readonly #plan: FilePlan;
  readonly #onProgress: RebuildOptions["onProgress"];
  readonly #read = new Map<PlannedFile, number>();
  readonly #open: Map<string, number>;
  readonly #totalBytes: number;
  #bytes = 0;
  #files: number;

  constructor(plan: FilePlan, onProgress: RebuildOptions["onProgress"]) {
    const todo = plan.files.filter(({ isCounted }) => !isCounted);
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#files = plan.files.length - todo.length;
    this.#totalBytes = todo.reduce((sum, { size }) => sum + size, 0);
    this.#open = new Map(plan.cellTypes.map((name) => [
      name,
      todo.filter(({ cellType }) => cellType === name).length,
    ]));
  }

  /** Sees how much of a file was read. */
  see(planned: PlannedFile, read: number): void {
    this.#bytes += read - (this.#read.get(planned) ?? 0);
    this.#read.set(planned, read);
    this.#report();
  }

  /** Sees that a file is finished. */
  finish(planned: PlannedFile): void {
    this.#files++;
    const open = this.#open.get(planned.cellType)! - 1;
    this.#open.set(planned.cellType, open);
    this.#report(open === 0 ? planned.cellType : undefined);
  }

  #report(finished?: string): void {
    this.#onProgress?.({
      files: this.#files,
      totalFiles: this.#plan.files.length,
      done: this.#bytes,
      total: this.#totalBytes,
      unit: "bytes",
      finished,
    });
  }
}
