/** `gathered.json`, by which a plan knows how far its result was put together. */

import { field, integer, oneOf, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { relative } from "../base/paths.ts";
import { FormatError } from "../errors.ts";
import { listFilesBelow } from "../files/directory_source.ts";
import { pathKind, removeFile } from "../files/file.ts";
import { checkValue } from "../runs/check_value.ts";
import { describeInput } from "../runs/inputs.ts";
import { readJson, writeJson } from "../runs/json.ts";
import type { Plan } from "./plan.ts";
import type { MadeFile } from "./unit_folder.ts";

const HEX = field<string>(
  (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  "a digest",
);
const GATHERED = object({
  plan: HEX,
  state: oneOf("started", "done"),
  files: arrayOf(object({ path: text, bytes: integer(0), sha256: HEX })),
});

/**
 * How far a plan was gathered: not; not to the end; not to the end, with a result in its place that was written whole; or to
 * the end, with the result as it was written.
 */
export type GatheringState = "not" | "started" | "kept" | "done";

/** A plan, and the path of its result. */
export interface PlannedResult {
  readonly plan: Plan;
  readonly out: string;
}

/** Records that the result is being written from now on. */
export async function startGathering(folder: string, { id }: Plan): Promise<void> {
  await writeJson(fileOf(folder), { plan: id, state: "started", files: [] });
}

/** Records a result that is whole, before it has its place, as what may be replaced there from now on. */
export async function keepGathered(
  folder: string,
  { plan, out }: PlannedResult,
): Promise<void> {
  const files = await listFiles(out);
  await writeJson(fileOf(folder), { plan: plan.id, state: "started", files });
}

/** Records that the result is written, and its files. */
export async function finishGathering(folder: string, { plan, out }: PlannedResult): Promise<void> {
  await writeJson(fileOf(folder), { plan: plan.id, state: "done", files: await listFiles(out) });
}

/** Records that nothing of the result is written yet. */
export async function forgetGathering(folder: string): Promise<void> {
  await removeFile(fileOf(folder));
}

/**
 * Returns how far a plan was gathered; a result that was removed or changed since counts as one that is not there.
 *
 * @throws {FormatError} If the file that says so is damaged.
 */
export async function isGathered(
  folder: string,
  { plan, out }: PlannedResult,
): Promise<GatheringState> {
  const file = fileOf(folder);
  if (await pathKind(file) === undefined) return "not";
  const kept = await readGathered(file).catch((cause) => {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(`${cause.message}. Remove this file, and gather again`, { cause });
  });
  if (kept.plan !== plan.id) return "not";
  if (kept.state === "started" && kept.files.length === 0) return "started";
  const found = new Map((await listFiles(out)).map((made) => [made.path, made]));
  const isSame = kept.files.every(({ path, sha256 }) => found.get(path)?.sha256 === sha256);
  if (kept.state === "done") return isSame ? "done" : "not";
  // A folder to which somebody has added something is not replaced.
  return isSame && found.size === kept.files.length ? "kept" : "started";
}

async function readGathered(file: string) {
  const purpose = "read how far the plan was gathered";
  return checkValue(await readJson(file, purpose), GATHERED, { purpose, file });
}

/** The files of a result: those of a folder, or the one file. */
async function listFiles(out: string): Promise<MadeFile[]> {
  const kind = await pathKind(out);
  if (kind === undefined) return [];
  const paths = kind === "file" ? [out] : await listFilesBelow(out);
  const files: MadeFile[] = [];
  for (const path of paths) {
    const { bytes, sha256 } = (await describeInput(path))!;
    files.push({ path: relative(out, path).replaceAll("\\", "/"), bytes, sha256 });
  }
  return files;
}

function fileOf(folder: string): string {
  return `${folder}/gathered.json`;
}
