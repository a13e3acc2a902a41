/**
 * Prints what a run through the library finds, in JSON. The parameter is `usual`, `plain` for a run-time without shared
 * memory, or `alone` for one that starts no threads.
 */

export {};

const [way] = Deno.args;
if (way === "plain") delete (globalThis as { SharedArrayBuffer?: unknown }).SharedArrayBuffer;
if (way === "alone") delete (globalThis as { Worker?: unknown }).Worker;
if (way === "alone") Object.assign(process, { getBuiltinModule: undefined });

// After that, since modules look for it when they load.
const { PORTABLE_FILES, portableRun } = await import("./portable_run.ts");
const folder = new URL("../../fixtures/genome/", import.meta.url);
const files = new Map<string, Uint8Array<ArrayBuffer>>();
for (const name of PORTABLE_FILES) files.set(name, await Deno.readFile(new URL(name, folder)));
console.log(JSON.stringify(await portableRun((name) => Promise.resolve(files.get(name)!))));
