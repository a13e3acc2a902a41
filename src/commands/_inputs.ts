/** What a run was made of: each file that it read, by which a later command tells whether it is still the same. */

import { createHash } from "node:crypto";
import { basename, relative, resolve } from "node:path";
import { ContractError } from "../errors.ts";
import { listSplitFiles } from "../io/deepchrome_csv.ts";
import { pathKind } from "../files/file.ts";
import { checkpointsOf, COMMAND_FILE } from "./_checkpoints.ts";
import { readJson } from "./_json.ts";
import { ProgressLine } from "./_progress.ts";

/** A file, or a folder, that a command read. */
export interface InputFile {
  /** As the user gave it. */
  readonly path: string;
  readonly absolutePath: string;
  /** Size; of all its files together, if it is a folder. */
  readonly bytes: number;
  /** Digest of its bytes, in hexadecimal digits; of a folder that of its files' names and digests. */
  readonly sha256: string;
}

/** Files by what they are to the command: `data`, `test`, …. */
export type Inputs = Readonly<Record<string, InputFile>>;

/**
 * Digests the files that a command is about to read. What is not there, or is no regular file, is left out: whoever
 * reads it says what is wrong with it.
 *
 * @param paths Their paths by what they are; those of flags that were not given are left out.
 */
export async function describeInputs(
  paths: Readonly<Record<string, string | undefined>>,
): Promise<Inputs> {
  const inputs: Record<string, InputFile> = {};
  for (const [name, path] of Object.entries(paths)) {
    const found = path === undefined ? undefined : await describeInput(path);
    if (found !== undefined) inputs[name] = found;
  }
  return inputs;
}

/** Digests a file, or of a folder the files that are read as data; nothing if there is none. */
export async function describeInput(path: string): Promise<InputFile | undefined> {
  const kind = await pathKind(path).catch(() => undefined);
  if (kind === undefined) return undefined;
  if (kind === "directory") {
    const files = await dataFilesIn(path);
    return files.length === 0 ? undefined : await describeFolder(path, files);
  }
  return (await Deno.stat(path)).isFile ? await describeFolder(path, [path]) : undefined;
}

/**
 * Digests files of a folder as one, or a file alone.
 *
 * @param path What they are together.
 * @param files Their paths, in an order that does not depend on the folder's own.
 */
export async function describeFolder(
  path: string,
  files: readonly string[],
): Promise<InputFile> {
  const progress = new ProgressLine();
  const found: { readonly name: string; readonly bytes: number; readonly sha256: string }[] = [];
  for (const file of files) {
    const name = relative(path, file).replaceAll("\\", "/");
    const onProgress = (done: number, total: number) =>
      progress.update({ done, total, label: `digesting ${basename(file)}` });
    found.push({ name, ...await digestFile(file, onProgress) });
  }
  progress.clear();
  const list = found.map(({ name, bytes, sha256 }) => `${name}\t${bytes}\t${sha256}\n`).join("");
  const isOneFile = files.length === 1 && files[0] === path;
  return {
    path,
    absolutePath: resolve(path),
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: isOneFile ? found[0].sha256 : createHash("sha256").update(list).digest("hex"),
  };
}

/** Files of DeepChrome cell types, if a folder holds such. */
async function dataFilesIn(folder: string): Promise<string[]> {
  return (await listSplitFiles(folder, "train").catch(() => [])).map(String);
}

const PIECE_BYTES = 2 ** 20;

async function digestFile(
  path: string,
  onProgress: (done: number, total: number) => void,
): Promise<Pick<InputFile, "bytes" | "sha256">> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const hash = createHash("sha256");
  const piece = new Uint8Array(PIECE_BYTES);
  let bytes = 0;
  for (let count = await file.read(piece); count !== null; count = await file.read(piece)) {
    hash.update(piece.subarray(0, count));
    bytes += count;
    onProgress(bytes, size);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Whether two descriptions are of the same content, wherever it lies. */
export function isSameInput(a: InputFile, b: InputFile): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}

/** Size and digest in a few words. */
export function describeContent({ bytes, sha256 }: InputFile): string {
  return `${bytes.toLocaleString("en-US")} bytes, SHA-256 ${sha256.slice(0, 16)}…`;
}

/**
 * Refuses to go on with a run whose files are no longer what it was begun with.
 *
 * @param directory The run.
 * @param files What it was begun with, if it kept that, and what is there now.
 * @throws {ContractError} With the first file that is another.
 */
function refuseOtherInputs(
  directory: string,
  { begun, now }: { readonly begun: Inputs | undefined; readonly now: Inputs },
): void {
  if (begun === undefined) {
    console.error(
      `warning: ${directory} was begun by a version that kept no digests of its files, so it cannot be told ` +
        "whether they are still the same",
    );
    return;
  }
  for (const [name, file] of Object.entries(now)) {
    const former = begun[name];
    if (former === undefined) {
      throw new ContractError(
        `Cannot resume ${directory}: the run was begun without --${name}, expected none now`,
      );
    }
    if (isSameInput(former, file)) continue;
    throw new ContractError(
      `Cannot resume ${directory}: ${file.path} (--${name}) is not the file that the run was begun with: ` +
        `found ${describeContent(file)}, expected ${describeContent(former)}. Put that file back ` +
        "there, or begin a run with another --out",
    );
  }
}

/**
 * Refuses to go on with a run one of whose files is no longer where it was.
 *
 * @throws {ContractError} With the first file that is not there.
 */
async function refuseLostInputs(
  directory: string,
  paths: Parameters<typeof describeInputs>[0],
): Promise<void> {
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined || await pathKind(path).catch(() => undefined) !== undefined) continue;
    throw new ContractError(
      `Cannot resume ${directory}: ${path} (--${name}), which the run was begun with, is not there. Put it ` +
        `back there, or say where it is now by --${name} PATH beside --resume`,
    );
  }
}

/** What was kept of files, as it stands in JSON; nothing of runs that kept none, or where it is damaged. */
export function parseInputs(value: unknown): Inputs | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const isInput = (file: InputFile | null) =>
    typeof file?.path === "string" && typeof file.absolutePath === "string" &&
    typeof file.bytes === "number" && typeof file.sha256 === "string";
  return Object.values(value).every(isInput) ? value as Inputs : undefined;
}

/**
 * Digests the files that a run reads, and with `--resume` compares them with those that it was begun with.
 *
 * @param paths As those of `describeInputs`.
 * @param resume Directory of the run that goes on, if one does.
 * @throws {ContractError} If one of them is another.
 */
export async function inputsOfRun(
  paths: Parameters<typeof describeInputs>[0],
  resume: string | undefined,
): Promise<Inputs> {
  const now = await describeInputs(paths);
  if (resume === undefined) return now;
  await refuseLostInputs(resume, paths);
  // A finished search can be resumed too, and has its own file.
  for (const path of [`${checkpointsOf(resume)}/${COMMAND_FILE}`, `${resume}/search.json`]) {
    if (await pathKind(path) === undefined) continue;
    const begun = parseInputs(Object(await readJson(path, "resume")).inputs);
    refuseOtherInputs(resume, { begun, now });
    break;
  }
  return now;
}
