/**
 * The code that training and models with other layers than convolutions, poolings and dense ones need, loaded when a
 * session first asks for it: nearly half of the engine's modules, which a program that predicts one sample of a plain model
 * does not wait for.
 *
 * @module
 */

/** The exports of `extended/code.ts`. */
export type ExtendedCode = typeof import("./extended/code.ts");

let loaded: ExtendedCode | undefined;

/** Loads the code on this thread. */
export async function loadExtendedCode(): Promise<ExtendedCode> {
  return loaded ??= await import("./extended/code.ts");
}

/** Sets the code on a thread that has it anyway, such as a worker, whose start nobody waits for. */
export function setExtendedCode(code: ExtendedCode): void {
  loaded = code;
}

/** The code, on a thread that has kernels which need it and so has loaded it. */
export function extendedCode(): ExtendedCode {
  if (loaded === undefined) throw new Error("Cannot train or predict: the code was not loaded");
  return loaded;
}
