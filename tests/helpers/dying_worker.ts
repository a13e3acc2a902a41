/**
 * The wasm engine's worker, but it dies while it works: the function by which threads share tasks throws after a number
 * of calls, as a fault in a kernel would. The number follows the `?` of the worker's URL.
 */

import "../../src/engine/wasm/engine_thread.ts";

type Add = (array: Int32Array, index: number, value: number) => number;

const add: Add = Atomics.add;
let left = Number(new URL(import.meta.url).search.slice(1));

Atomics.add = ((...parameters: Parameters<Add>) => {
  if (left-- === 0) throw new Error("struck by a test");
  return add(...parameters);
}) as typeof Atomics.add;
