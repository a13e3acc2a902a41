/**
 * The WebGPU engine: trains one model, or many side by side, with fused kernels on the runtime's own GPU interface. It
 * runs wherever `navigator.gpu` is, in browsers too.
 *
 * @module
 */

import { UnsupportedModelError } from "../../errors.ts";
import { layerChains, modelGraph } from "../../model/graph.ts";
import { isRecurrent } from "../../model/layer_shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { describeGpuArithmetic } from "../gpu.ts";
import { openDevice, type OpenedDevice, USUAL_LANES } from "./device.ts";
import { MOST_UNITS } from "./ops/recurrent_steps.ts";
import { SessionRunners } from "./runners.ts";
import { areMarked } from "./states.ts";
import { WebgpuSession } from "./session.ts";

/** Enough models of wakawaka's size to keep a large GPU busy. */
const MODELS_TOGETHER = 16;
/** Options of {@linkcode createWebgpuEngine}. */
export interface WebgpuEngineOptions {
  /**
   * Bytes that a buffer may have, if fewer than the GPU allows.
   *
   * @default the GPU's own limit
   */
  readonly largestBuffer?: number | undefined;
  /**
   * Kernels that divide their work for the shared memory of a GPU, or for the lanes of an adapter on a processor.
   *
   * @default as the adapter is
   */
  readonly kernels?: "shared" | "lanes" | undefined;
}

/**
 * Makes the engine.
 *
 * @param options Limits on memory, and the choice of kernels.
 * @returns Engine `webgpu`.
 */
export function createWebgpuEngine(options: WebgpuEngineOptions = {}): Engine {
  return {
    name: "webgpu",
    supports,
    capacity: () => ({ models: MODELS_TOGETHER, sameShape: true }),
    arithmetic: () => describeGpuArithmetic("webgpu"),
    createSession: (spec, members) => openSession(spec, members, options),
  };
}

/** Does not check memory: a GPU's limits are known only once it is opened. */
function supports(spec: ModelSpec): Support {
  for (const { place, layers } of layerChains(modelGraph(spec))) {
    for (const [index, layer] of layers.entries()) {
      if (!isRecurrent(layer) || layer.units <= MOST_UNITS) continue;
      const found = `its ${layer.type} has ${layer.units} units (${place}[${index}])`;
      return { supported: false, reason: `${found}, expected at most ${MOST_UNITS}` };
    }
  }
  return { supported: true };
}

/** The device, for kernels of a choice other than its adapter's. */
function chooseKernels(
  opened: OpenedDevice,
  kernels: WebgpuEngineOptions["kernels"],
): OpenedDevice {
  if (kernels === undefined) return opened;
  return { ...opened, lanes: kernels === "shared" ? undefined : opened.lanes ?? USUAL_LANES };
}

async function openSession(
  spec: ModelSpec,
  options: SessionOptions,
  { largestBuffer = Infinity, kernels }: WebgpuEngineOptions,
): Promise<Session> {
  checkSession(spec, options);
  const support = supports(spec);
  if (!support.supported) {
    throw new UnsupportedModelError(
      `Cannot run "${spec.name}" on engine webgpu: ${support.reason}`,
    );
  }
  const opened = chooseKernels(await openDevice(), kernels);
  const { maxBufferSize, maxStorageBufferBindingSize } = opened.device.limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize, largestBuffer);
  const { members, batchSize } = options;
  try {
    const room = { opened, largest, models: members.length, marked: areMarked(members) };
    const runners = new SessionRunners({ spec, batchSize, room });
    const session = new WebgpuSession({ spec, options, opened, runners });
    // A model that the GPU has no room for is refused here rather than in the first epoch.
    await runners.training();
    return session;
  } catch (error) {
    opened.device.destroy();
    throw error;
  }
}
