/**
 * The directory that `explain` writes: locked while it is written, with the attributions of finished blocks in it until all
 * is written, so that a stopped command resumes.
 */

import { listSome } from "../base/wording.ts";
import { ContractError, FormatError } from "../errors.ts";
import { recoverDirectory } from "../files/atomic_directory.ts";
import { checkDirectory, directoryEntries, removeIfEmpty } from "../files/directory.ts";
import { makeDirectory, pathKind, removeFile } from "../files/file.ts";
import { isLink } from "../files/path_kind.ts";
import { writeJson } from "../runs/json.ts";
import { UNFINISHED } from "../runs/run_files.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import { BlockStore, NULL_BLOCK, removeBlockFiles } from "./_explanation_blocks.ts";
import {
  digestOfPlan,
  findDifference,
  otherSettings,
  type Plan,
  readPlan,
  writePlan,
} from "./_explanation_plan.ts";
import { lockOutput, removeUnfinishedIn } from "./_outputs.ts";

/** The file that says what was done: it is written last. */
export const RECORD_FILE = "explain.json";
/** The folder of finished blocks, which is removed in the end. */
export const BLOCKS_FOLDER = "unfinished";
const PLAN_FILE = `${BLOCKS_FOLDER}/plan.json`;
/** Files and folders that this command writes; nothing else in the directory is ever replaced or removed. */
const OUTPUTS =
  /^(explain\.json|samples\.tsv|summary\.tsv|marks\.tsv|attributions\.(tsv|csv|jsonl|parquet|zarr)|pages|tracks)$/;
/** Files in the folders that hold nothing else of ours. */
const FILES_BELOW: Readonly<Record<string, RegExp>> = {
  tracks: /\.(bw|bedgraph|bedgraph\.gz)$|^session\.xml$/i,
  pages: /\.html$/,
};

/** How a directory is opened. */
export interface DirectoryOptions {
  readonly overwrite: boolean;
  /** Number of blocks. */
  readonly blocks: number;
}

/** What {@linkcode openExplanation} found. */
export interface ExplanationDirectory extends AsyncDisposable {
  /** Whether all outputs were there already, and the command was stopped before it had tidied up. */
  readonly isFinished: boolean;
  /** Numbers of the blocks that are kept. */
  readonly kept: ReadonlySet<number>;
  /** Keeps a block: once the promise is fulfilled, it survives a power cut. */
  readonly write: (block: number, attributions: AttributionBlock) => Promise<void>;
  /** Reads a block that was kept. */
  readonly read: (block: number) => Promise<AttributionBlock>;
  /** Keeps the attributions of the null. */
  readonly writeNull: (attributions: AttributionBlock) => Promise<void>;
  /** Reads the attributions of the null, if they were kept. */
  readonly readNull: () => Promise<AttributionBlock | undefined>;
  /** Writes the record of what was done, unless it is there already, and removes the blocks. */
  readonly finish: (record?: Readonly<Record<string, unknown>>) => Promise<void>;
}

/**
 * Locks the directory, refuses one of something else, and finds the blocks that a stopped command kept there.
 *
 * @param out The directory, which need not exist.
 * @param plan What is to be explained.
 * @param options Whether finished or unfinished work of other settings is replaced.
 * @throws {ContractError} If another process writes there, or it holds something else, or work of other settings.
 */
export async function openExplanation(
  out: string,
  plan: Plan,
  options: DirectoryOptions,
): Promise<ExplanationDirectory> {
  await refusePlace(out);
  const lock = await lockOutput(`${out}/${RECORD_FILE}`);
  try {
    return await openLockedExplanation(out, plan, { ...options, lock });
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Refuses a directory that another command or the user wrote. It is called before anything is read, and again with the lock.
 *
 * @throws {ContractError} If a file or a link is in its place, or it holds something else.
 */
export async function refusePlace(out: string): Promise<void> {
  if (out === "") throw new ContractError("Cannot write explanation: the path of --out is empty");
  await checkDirectory(out);
  if (await pathKind(out) === undefined) {
    if (!await isLink(out)) return;
    throw new ContractError(
      `Cannot write to ${out}: it is a link that leads nowhere, expected a directory`,
    );
  }
  for (const folder of [BLOCKS_FOLDER, "pages", "tracks", "attributions.zarr"]) {
    if (!await isLink(`${out}/${folder}`)) continue;
    throw new ContractError(
      `Cannot write to ${out}: ${folder} in it is a link, expected a folder of explain's own`,
    );
  }
  const isOurs = await pathKind(`${out}/${RECORD_FILE}`) === "file" ||
    await pathKind(`${out}/${PLAN_FILE}`) === "file";
  const strangers = (await directoryEntries(out)).map(({ name }) => name)
    .filter((name) => !isHarmless(name));
  if (isOurs || strangers.length === 0) return;
  throw new ContractError(
    `Cannot write to ${out}: it holds something else, found ${
      listSome(strangers)
    } and no ${RECORD_FILE}, expected a new directory, or one that explain wrote`,
  );
}

/**
 * Refuses a directory that holds a finished explanation.
 *
 * @throws {ContractError} If it does, and may not be replaced.
 */
export async function refuseHeldExplanation(
  out: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  if (overwrite || await pathKind(`${out}/${RECORD_FILE}`) !== "file") return;
  throw new ContractError(
    `Cannot write to ${out}: it already holds an explanation. Name another --out, or add --overwrite`,
  );
}

/** Whether an entry says nothing about whose directory it is. */
function isHarmless(name: string): boolean {
  return name === BLOCKS_FOLDER || name.endsWith(".lock") || UNFINISHED.test(name) ||
    name.startsWith(".");
}

async function openLockedExplanation(
  out: string,
  plan: Plan,
  { overwrite, blocks, lock }: DirectoryOptions & { readonly lock: AsyncDisposable },
): Promise<ExplanationDirectory> {
  await refusePlace(out);
  const digest = await digestOfPlan(plan);
  const former = await readPlan(`${out}/${PLAN_FILE}`).catch((error) => {
    // A damaged plan is no plan that could be resumed.
    if (overwrite && error instanceof FormatError) return {};
    throw error;
  });
  const hasRecord = await pathKind(`${out}/${RECORD_FILE}`) === "file";
  const isSame = former !== undefined && findDifference(former, plan) === undefined;
  const isFinished = hasRecord && isSame;
  if (!overwrite && !isFinished) {
    if (former !== undefined && !isSame) throw otherSettings(out, former, plan);
    await refuseHeldExplanation(out, { overwrite });
  }
  if (!isSame) await clear(out);
  await removeUnfinishedIn(out, (name) => OUTPUTS.test(name));
  await removeUnfinishedIn(`${out}/${BLOCKS_FOLDER}`, () => true);
  for (const [folder, ours] of Object.entries(FILES_BELOW)) {
    await removeUnfinishedIn(`${out}/${folder}`, (name) => ours.test(name));
  }
  await recoverDirectory(`${out}/attributions.zarr`);
  const store = new BlockStore(`${out}/${BLOCKS_FOLDER}`, digest);
  await makeDirectory(`${out}/${BLOCKS_FOLDER}`);
  await writePlan(`${out}/${PLAN_FILE}`, plan);
  const kept = new Set(isSame ? await store.list(blocks) : []);
  let hasFinished = false;
  let keepsNull = false;
  return {
    isFinished,
    kept,
    write: async (block, attributions) => {
      await store.write(block, attributions);
      kept.add(block);
    },
    read: (block) => store.read(block),
    writeNull: async (attributions) => {
      await store.write(NULL_BLOCK, attributions);
      keepsNull = true;
    },
    readNull: async () => {
      const found = isSame || keepsNull ? await store.find(NULL_BLOCK) : undefined;
      keepsNull ||= found !== undefined;
      return found;
    },
    finish: async (record) => {
      if (record !== undefined) await writeJson(`${out}/${RECORD_FILE}`, record);
      await removeBlocks(out);
      hasFinished = true;
    },
    async [Symbol.asyncDispose]() {
      // Work of which nothing was kept cannot be resumed.
      if (!hasFinished && kept.size === 0 && !keepsNull) {
        await removeBlocks(out).catch(() => undefined);
      }
      await lock[Symbol.asyncDispose]();
    },
  };
}

/** Removes what an earlier command wrote, and nothing else. */
async function clear(out: string): Promise<void> {
  // The record goes first: without it nothing that is left is taken for finished.
  await removeFile(`${out}/${RECORD_FILE}`);
  for (const { name, isDirectory } of await directoryEntries(out)) {
    if (!OUTPUTS.test(name)) continue;
    const path = `${out}/${name}`;
    if (!isDirectory) await removeFile(path);
    else if (name === "attributions.zarr") await Deno.remove(path, { recursive: true });
    else {
      for (const file of await directoryEntries(path)) {
        if (FILES_BELOW[name]?.test(file.name)) await removeFile(`${path}/${file.name}`);
      }
      await removeIfEmpty(path);
    }
  }
  await removeBlocks(out);
}

/** Removes the finished blocks; the plan goes last, so that what is left is known to be this command's. */
async function removeBlocks(out: string): Promise<void> {
  const folder = `${out}/${BLOCKS_FOLDER}`;
  if (await pathKind(folder) !== "directory") return;
  await removeBlockFiles(folder);
  await removeFile(`${out}/${PLAN_FILE}`);
  await removeIfEmpty(folder);
}
