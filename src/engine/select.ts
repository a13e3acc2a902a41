/**
 * Finds an engine by its name, or by `auto`. Engines load when they are chosen, not before.
 *
 * @module
 */

import { checkIsSpec } from "../model/check_is_spec.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { Engine } from "./engine.ts";
import { ENGINE_NAMES, type EngineName } from "./engine_names.ts";
import { describeGpu, type GpuDescription } from "./gpu.ts";

export { ENGINE_NAMES, type EngineName };

/** The engine and the hardware that a run computes on. */
export interface EngineReport {
  /** Name of the engine. */
  readonly engine: string;
  /** The hardware in words. */
  readonly device: string;
  /** Why this engine. */
  readonly reason: string;
  /** How it rounds, in words; see `Engine.arithmetic`. */
  readonly arithmetic: string;
}

/** An engine and why it was chosen. */
export interface EngineChoice {
  /** The engine. */
  readonly engine: Engine;
  /** Half a sentence for the user. */
  readonly reason: string;
}

/**
 * Finds the engine to run a model on. `auto` takes a hardware GPU if the machine has one. Without a GPU, or for a model
 * that engine webgpu refuses, it takes WebAssembly on all cores, and tf.js for a model that WebAssembly refuses too. A
 * software adapter is taken only by name.
 *
 * @param name Which engine.
 * @param spec The model it must support.
 * @returns The engine and the reason for it.
 * @throws {RangeError} If no engine has that name.
 * @throws {TypeError} If `spec` is something else than a model's spec, such as the name of a preset.
 * @throws {UnsupportedModelError} If the named engine cannot run the model.
 *
 * @example The slow engine that runs everywhere
 * ```ts
 * import { selectEngine } from "@waka/histone/engine";
 * import { presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * const { engine, reason } = await selectEngine("tfjs-cpu", presetSpec("wakawaka"));
 * strictEqual(engine.name, "tfjs-cpu");
 * strictEqual(reason, "asked for by name");
 * ```
 */
export async function selectEngine(name: EngineName, spec: ModelSpec): Promise<EngineChoice> {
  if (!ENGINE_NAMES.includes(name)) {
    throw new RangeError(
      `Cannot find engine "${name}": expected one of ${ENGINE_NAMES.join(", ")}`,
    );
  }
  checkIsSpec(spec, "select an engine");
  if (name === "auto") {
    // The engine of most machines loads while the driver of a GPU, if there is one, takes its time.
    const [gpu] = await Promise.all([describeGpu(), loadEngine("wasm")]);
    return await chooseEngine(spec, gpu);
  }
  const engine = await loadEngine(name);
  const support = engine.supports(spec);
  if (!support.supported) {
    throw new UnsupportedModelError(
      `Cannot run "${spec.name}" on engine ${engine.name}: ${support.reason}`,
    );
  }
  return { engine, reason: "asked for by name" };
}

/**
 * Chooses the engine for `auto`.
 *
 * @param spec The model it must support.
 * @param gpu The machine's GPU, if it has one.
 * @returns The engine and the reason for it.
 * @throws {UnsupportedModelError} If no engine can run the model.
 */
export async function chooseEngine(
  spec: ModelSpec,
  gpu: GpuDescription | undefined,
): Promise<EngineChoice> {
  const isHardware = gpu !== undefined && !gpu.software;
  const names = isHardware
    ? ["webgpu", "wasm", "tfjs-webgpu"] as const
    : ["wasm", "tfjs-cpu"] as const;
  const reasons = [describeChoice(gpu)];
  for (const name of names) {
    const engine = await loadEngine(name);
    const support = engine.supports(spec);
    if (support.supported) return { engine, reason: reasons.join(", ") };
    reasons.push(`engine ${name} cannot run the model: ${support.reason}`);
  }
  throw new UnsupportedModelError(`Cannot run "${spec.name}": ${reasons.join(", ")}`);
}

function describeChoice(gpu: GpuDescription | undefined): string {
  if (gpu === undefined) return "this machine has no GPU";
  return gpu.software ? `${gpu.device} is a software adapter, not a GPU` : "this machine has a GPU";
}

async function loadEngine(name: Exclude<EngineName, "auto">): Promise<Engine> {
  if (name === "webgpu") return (await import("./webgpu/engine.ts")).createWebgpuEngine();
  if (name === "wasm") return (await import("./wasm/engine.ts")).createWasmEngine();
  const { createTfjsEngine } = await import("./tfjs/engine.ts");
  return createTfjsEngine(name === "tfjs-webgpu" ? "webgpu" : "cpu");
}
