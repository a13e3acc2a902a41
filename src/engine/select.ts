/**
 * From a name, or `auto`, to an engine. Engines load when they are chosen, not before.
 *
 * @module
 */

import { UnsupportedModelError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { Engine } from "./engine.ts";
import { describeGpu } from "./gpu.ts";

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

/** What a run computes on. */
export interface EngineReport {
  /** Name of the engine. */
  readonly engine: string;
  /** The hardware in words. */
  readonly device: string;
  /** Why this engine. */
  readonly reason: string;
}

/** An engine and why it was taken. */
export interface EngineChoice {
  /** The engine. */
  readonly engine: Engine;
  /** Half a sentence for the user. */
  readonly reason: string;
}

/**
 * Finds the engine to run a model on. `auto` takes a hardware GPU if there is one, else WebAssembly on all cores,
 * else, for a model that this refuses, tf.js. A software adapter is taken only by name.
 *
 * @param name Which engine.
 * @param spec The model it must support.
 * @throws {RangeError} If there is no engine of that name.
 * @throws {UnsupportedModelError} If the named engine cannot run the model.
 */
export async function selectEngine(name: EngineName, spec: ModelSpec): Promise<EngineChoice> {
  if (!ENGINE_NAMES.includes(name)) {
    throw new RangeError(
      `Cannot find engine "${name}": expected one of ${ENGINE_NAMES.join(", ")}`,
    );
  }
  if (name === "auto") return await chooseEngine(spec);
  const engine = await loadEngine(name);
  const support = engine.supports(spec);
  if (!support.supported) {
    throw new UnsupportedModelError(
      `Cannot run "${spec.name}" on engine ${engine.name}: ${support.reason}`,
    );
  }
  return { engine, reason: "asked for by name" };
}

async function chooseEngine(spec: ModelSpec): Promise<EngineChoice> {
  const gpu = await describeGpu();
  if (gpu !== undefined && !gpu.software) {
    const engine = await loadEngine("webgpu");
    const support = engine.supports(spec);
    if (support.supported) return { engine, reason: "this machine has a GPU" };
    const reason = `engine webgpu cannot run the model: ${support.reason}`;
    return { engine: await loadEngine("tfjs-webgpu"), reason };
  }
  const noGpu = gpu === undefined
    ? "this machine has no GPU"
    : `${gpu.device} is a software adapter, not a GPU`;
  const engine = await loadEngine("wasm");
  const support = engine.supports(spec);
  if (support.supported) return { engine, reason: noGpu };
  const reason = `${noGpu}, and engine wasm cannot run the model: ${support.reason}`;
  return { engine: await loadEngine("tfjs-cpu"), reason };
}

async function loadEngine(name: Exclude<EngineName, "auto">): Promise<Engine> {
  if (name === "webgpu") return (await import("./webgpu/engine.ts")).createWebgpuEngine();
  if (name === "wasm") return (await import("./wasm/engine.ts")).createWasmEngine();
  const { createTfjsEngine } = await import("./tfjs/engine.ts");
  return createTfjsEngine(name === "tfjs-webgpu" ? "webgpu" : "cpu");
}
