/**
 * The code of the grouped path, loaded when a session first asks for that path: a fifth of the engine's modules, which
 * a program that predicts one sample does not wait for.
 *
 * @module
 */

/** The exports of `grouped/code.ts`. */
export type GroupedCode = typeof import("./grouped/code.ts");

let loaded: GroupedCode | undefined;

/** Loads the code on this thread. */
export async function loadGroupedCode(): Promise<GroupedCode> {
  return loaded ??= await import("./grouped/code.ts");
}

/** Sets the code on a thread that has it anyway, such as a worker, whose start nobody waits for. */
export function setGroupedCode(code: GroupedCode): void {
  loaded = code;
}

/** The code, on a thread that has a grouped path and so has loaded it. */
export function groupedCode(): GroupedCode {
  if (loaded === undefined) throw new Error("Cannot predict in groups: their code was not loaded");
  return loaded;
}
