/** The names of engines, apart from the engines, since commands need them before they load one. */

/** Engines by name; `auto` picks the fastest that the machine has. */
export type EngineName = "auto" | "webgpu" | "wasm" | "tfjs-cpu" | "tfjs-webgpu";

/** Every {@linkcode EngineName}. */
export const ENGINE_NAMES: readonly EngineName[] = [
  "auto",
  "webgpu",
  "wasm",
  "tfjs-cpu",
  "tfjs-webgpu",
];
