/**
 * Rebuilds the competition's files from Roadmap's alignments and expression.
 *
 * @module
 */

import { withWatchedHooks } from "../base/watched_hook.ts";
import { pathKind } from "../files/file.ts";
import { makeWarnOnce } from "../genome/file_messages.ts";
import type { Gene } from "../genome/gene.ts";
import { digestOf } from "../genome/kept_numbers.ts";
import { CountStore } from "./_count_store.ts";
import { countFiles } from "./_count_files.ts";
import type { FileReading } from "./_file_counter.ts";
import { digestGenes } from "./_part.ts";
import { type FilePlan, planFiles } from "./_plan_files.ts";
import { readTables } from "./_read_tables.ts";
import { countRows, writeOutputs } from "./_write_outputs.ts";
import { EVAL_CELL_TYPES } from "./competition_cell_types.ts";
import { competitionLayout } from "./competition_layout.ts";
import { type RebuildOptions, REBUILT_FILES, type RebuiltCompetition } from "./rebuild_options.ts";

/**
 * Rebuilds the competition's `train.npz`, `eval.npz` and `eval_labels.csv` in their exact layout: features ln(1 + count)
 * as float32, where the counts are of reads of Roadmap's consolidated alignments in 100 bins of 100 bp around the TSS, as
 * `bedtools multicov` counts them, and labels by {@linkcode competitionLabel}. The competition's own files may differ
 * from these in the last digits.
 *
 * Each file of alignments is read once, three at a time, and takes some twenty megabytes of memory. Its counts are kept
 * in the folder `roadmap-counts` until the outputs are written, so that a stopped run resumes with the next file. Only
 * one process may work in a directory at a time; the caller sees to that.
 *
 * @param directory Path of the directory to write to. Files of these names are replaced.
 * @param options Where the files are, and which cell types are wanted.
 * @returns What was written.
 * @throws {ContractError} If a cell type is unknown or, with `refuse`, lacks a file or its expression; if files could
 * not be counted, after all others were.
 * @throws {FormatError} If a table is damaged or lacks genes.
 * @throws {RemoteError} If the server cannot be reached.
 * @throws {WriteError} If the disk is full or must not be written to.
 *
 * @example A copy without the tables
 * ```ts
 * import { localRoadmap, rebuildCompetition } from "@waka/histone/atlas";
 * import { rejects } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const files = await localRoadmap(directory);
 * await rejects(rebuildCompetition(`${directory}/out`, { files, cellTypes: ["E003"] }), /gene_info/);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function rebuildCompetition(
  directory: string,
  options: RebuildOptions,
): Promise<RebuiltCompetition> {
  return await withWatchedHooks(options, (watched) => rebuild(directory, watched));
}

async function rebuild(directory: string, options: RebuildOptions): Promise<RebuiltCompetition> {
  const { files, cellTypes = EVAL_CELL_TYPES, keep = false, onWarning, signal } = options;
  // Unknown names are refused before anything is asked of a server.
  competitionLayout(cellTypes);
  const warnOnce = makeWarnOnce(onWarning);
  const store = new CountStore(directory);
  const reading: FileReading = {
    directory,
    folder: store.folder,
    keep,
    isRemote: files.isRemote,
    signal,
    onWarning: (message, file) => warnOnce(message, file),
  };
  const wanted = await digestOf(cellTypes.toSorted());
  await store.open();
  try {
    const earlier = await finishEarlier(directory, { wanted, store });
    if (earlier !== undefined) return earlier;
    const { genes, plan, labels } = await readAndPlan(cellTypes, { ...options, store, reading });
    await options.onPlan?.(plan);
    await countFiles(plan, { ...options, genes, store, reading });
    await store.startWriting(wanted);
    const rows = await writeOutputs(directory, { ...options, plan, labels, store });
    const paths = plan.files.map(({ path }) => path);
    await store.finishWriting(wanted, { cellTypes: plan.cellTypes, paths });
    await store.remove(paths);
    return { cellTypes: plan.cellTypes, rows };
  } finally {
    await store.close();
  }
}

/** Finishes for a run that wrote all outputs and was killed before it had removed its counts, if there was one. */
async function finishEarlier(
  directory: string,
  { wanted, store }: { readonly wanted: string; readonly store: CountStore },
): Promise<RebuiltCompetition | undefined> {
  const written = await store.readWritten(wanted);
  const kinds = await Promise.all(REBUILT_FILES.map((name) => pathKind(`${directory}/${name}`)));
  if (written === undefined || kinds.some((kind) => kind !== "file")) return undefined;
  const { cellTypes, paths } = written;
  await store.remove(paths);
  return { cellTypes, rows: countRows(competitionLayout(cellTypes)) };
}

/** What is known before any alignments are read. */
interface Preparation {
  readonly genes: readonly Gene[];
  readonly plan: FilePlan;
  /** The labels of all genes, by cell type. */
  readonly labels: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** Reads the tables, looks for all files, and makes the labels, so that faults of the tables show before hours pass. */
async function readAndPlan(
  cellTypes: readonly string[],
  options: RebuildOptions & { readonly store: CountStore; readonly reading: FileReading },
): Promise<Preparation> {
  const { genes, labels } = await readTables(options.files, options.reading);
  const genesDigest = await digestGenes(genes);
  const plan = await planFiles(cellTypes, { ...options, labels, genesDigest });
  const own = plan.cellTypes.map((name) => [name, labels.labelsOf(name)] as const);
  return { genes, plan, labels: new Map(own) };
}

/**
 * Whether a stopped run has started to write its outputs into a directory, so that those which are there are its own and
 * may be replaced.
 *
 * @param directory Path of the directory.
 * @param cellTypes The cell types of the run; all 56 by default.
 * @returns Whether it has.
 *
 * @example A directory in which nothing was done
 * ```ts
 * import { hasStartedWriting } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(await hasStartedWriting("a-new-directory"), false);
 * ```
 */
export async function hasStartedWriting(
  directory: string,
  cellTypes: readonly string[] = EVAL_CELL_TYPES,
): Promise<boolean> {
  return await new CountStore(directory).hadStartedWriting(await digestOf(cellTypes.toSorted()));
}
