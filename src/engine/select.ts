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
export type EngineName = "auto" | "tfjs-cpu" | "tfjs-webgpu";

/** Every {@linkcode EngineName}. */
export const ENGINE_NAMES: readonly EngineName[] = ["auto", "tfjs-cpu", "tfjs-webgpu"];

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
 * Finds the engine to run a model on. `auto` takes a hardware GPU if there is one, else the processor; a
 * software adapter is taken only by name.
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
  const choice = name === "auto" ? await chooseEngine() : { name, reason: "asked for by name" };
  const engine = await loadEngine(choice.name);
  const support = engine.supports(spec);
  if (!support.supported) {
    throw new UnsupportedModelError(
      `Cannot run "${spec.name}" on engine ${engine.name}: ${support.reason}`,
    );
  }
  return { engine, reason: choice.reason };
}

async function chooseEngine(): Promise<{ name: EngineName; reason: string }> {
  const gpu = await describeGpu();
  if (gpu === undefined) return { name: "tfjs-cpu", reason: "this machine has no GPU" };
  if (gpu.software) {
    return { name: "tfjs-cpu", reason: `${gpu.device} is a software adapter, not a GPU` };
  }
  return { name: "tfjs-webgpu", reason: "this machine has a GPU" };
}

async function loadEngine(name: EngineName): Promise<Engine> {
  const { createTfjsEngine } = await import("./tfjs/engine.ts");
  return createTfjsEngine(name === "tfjs-webgpu" ? "webgpu" : "cpu");
}
