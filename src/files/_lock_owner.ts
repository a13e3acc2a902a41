/**
 * Who has locked a file, where the run-time has no locks of the system: a file beside it, `NAME.owner`, which is made only
 * if it is not there, and says which process of which machine made it. A process that is killed leaves its own; the next
 * one on that machine sees that it has ended, and removes the file.
 */

import { BUILTINS } from "../base/builtins.ts";
import { parseJson } from "../base/parse_json.ts";
import { isSystemError, SYSTEM } from "./_system.ts";
import { removeFile } from "./file.ts";

/** Removing takes a few operations on files. */
const LONGEST_REMOVAL_MS = 10_000;
const GUARD_POLL_MS = 5;

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** The name of the file that says who has locked another. */
export function ownerFile(path: string): string {
  return `${path}.owner`;
}

/**
 * Whether a living process says that it has locked a file. One of another machine is believed to live.
 *
 * @param path The file that may be locked.
 */
export async function hasOwner(path: string): Promise<boolean> {
  const text = await readOwner(path);
  return text !== undefined && isAlive(text);
}

/** Says that this process has locked a file, unless another one, or this one, has. Returns whether it did. */
export async function takeOwnership(path: string): Promise<boolean> {
  for (;;) {
    if (await makeOwnerFile(path)) return true;
    const text = await readOwner(path);
    // It was removed in between.
    if (text === undefined) continue;
    if (isAlive(text)) return false;
    await removeOwner(path, text);
  }
}

/** Says that this process has not locked a file any more. */
export async function giveUpOwnership(path: string): Promise<void> {
  await removeFile(ownerFile(path));
}

async function makeOwnerFile(path: string): Promise<boolean> {
  // Written before it has its name, so that nobody reads half of it.
  const temporary = `${ownerFile(path)}.${crypto.randomUUID()}`;
  const file = await SYSTEM.open(temporary, { write: true, createNew: true });
  try {
    const own: Owner = { pid: thisProcess().pid, host: hostName() };
    await file.write(new TextEncoder().encode(JSON.stringify(own)));
  } finally {
    file.close();
  }
  try {
    await SYSTEM.link(temporary, ownerFile(path));
    return true;
  } catch (error) {
    if (isSystemError(error, "AlreadyExists")) return false;
    throw error;
  } finally {
    await removeFile(temporary);
  }
}

async function readOwner(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await SYSTEM.readFile(ownerFile(path)));
  } catch (error) {
    if (isSystemError(error, "NotFound", "NotADirectory")) return undefined;
    throw error;
  }
}

/**
 * Removes the file of a dead process. One process at a time may: another one would remove the file that the first has made
 * since.
 */
async function removeOwner(path: string, text: string): Promise<void> {
  const guard = `${ownerFile(path)}.removing`;
  try {
    (await SYSTEM.open(guard, { write: true, createNew: true })).close();
  } catch (error) {
    if (!isSystemError(error, "AlreadyExists")) throw error;
    return await waitForGuard(guard);
  }
  try {
    if (await readOwner(path) === text) await removeFile(ownerFile(path));
  } finally {
    await removeFile(guard);
  }
}

/** Waits a little for a process that removes a file; if it was killed meanwhile, what it left is removed. */
async function waitForGuard(guard: string): Promise<void> {
  const facts = await SYSTEM.stat(guard).catch(() => undefined);
  const ageMs = Date.now() - (facts?.mtime?.getTime() ?? Date.now());
  if (ageMs > LONGEST_REMOVAL_MS) return await removeFile(guard);
  await new Promise((resolve) => setTimeout(resolve, GUARD_POLL_MS));
}

function isAlive(text: string): boolean {
  const { pid, host } = readFields(text);
  try {
    // Deno may have to be allowed to ask for either.
    if (host !== hostName()) return true;
    // Signal 0 is not sent: it only asks.
    thisProcess().kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists and may not be asked.
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** What is no record of an owner is taken for one of a process that nobody knows, which is believed to live. */
function readFields(text: string): Owner {
  try {
    const { pid, host } = parseJson(text) as Partial<Owner>;
    if (typeof pid === "number" && typeof host === "string") return { pid, host };
  } catch {
    // It is refused below.
  }
  return { pid: 0, host: "" };
}

function thisProcess(): { readonly pid: number; kill(pid: number, signal: number): void } {
  return (globalThis as unknown as { process: ReturnType<typeof thisProcess> }).process;
}

function hostName(): string {
  return BUILTINS.getBuiltinModule!("node:os")!.hostname();
}
