/**
 * The WebGPU engine: trains one model, or many side by side, with fused kernels on the runtime's own GPU interface. It
 * runs wherever `navigator.gpu` is, in browsers too.
 *
 * @module
 */

import { UnsupportedModelError } from "../../errors.ts";
import { requireSequential } from "../../model/inputs.ts";
import type { ModelSpec, SequentialSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { describeGpuArithmetic } from "../gpu.ts";
import { findUnsupported } from "../sequential_only.ts";
import { openDevice, type OpenedDevice } from "./device.ts";
import { GpuMemory } from "./memory.ts";
import { planModel } from "./plan.ts";
import type { PlanOptions } from "./plan_types.ts";
import { Runner } from "./runner.ts";
import { WebgpuSession } from "./session.ts";

/** Samples of a batch of a prediction. */
const PREDICTION_SAMPLES = 512;
/** Steps of a submission, at most: enough that encoding them takes longer than submitting. */
const MOST_STEPS = 32;
/** Enough models of wakawaka's size to keep a large GPU busy. */
const MODELS_TOGETHER = 16;
/** Bytes that the samples gathered for a submission may take. */
const GATHERED_BYTES = 64 * 1024 * 1024;

/** Options of {@linkcode createWebgpuEngine}. */
export interface WebgpuEngineOptions {
  /** Bytes that a buffer may have, if less than the GPU's own limit. Default: the GPU's. */
  readonly largestBuffer?: number;
}

/** Makes the engine. */
export function createWebgpuEngine(options: WebgpuEngineOptions = {}): Engine {
  return {
    name: "webgpu",
    supports,
    capacity: () => ({ models: MODELS_TOGETHER, sameShape: true }),
    arithmetic: () => describeGpuArithmetic("webgpu"),
    createSession: (spec, members) => openSession(spec, members, options),
  };
}

/** What a GPU has too little memory for is known when it is opened. */
function supports(spec: ModelSpec): Support {
  const unsupported = findUnsupported(spec);
  if (unsupported !== undefined) return { supported: false, reason: unsupported };
  const { layers } = requireSequential(spec, "run");
  const recurrent = layers.findIndex(({ type }) => type === "bidirectionalGru");
  if (recurrent < 0) return { supported: true };
  return { supported: false, reason: `it has no bidirectionalGru (layers[${recurrent}])` };
}

async function openSession(
  spec: ModelSpec,
  options: SessionOptions,
  { largestBuffer = Infinity }: WebgpuEngineOptions,
): Promise<Session> {
  checkSession(spec, options);
  const support = supports(spec);
  if (!support.supported) {
    throw new UnsupportedModelError(
      `Cannot run "${spec.name}" on engine webgpu: ${support.reason}`,
    );
  }
  const opened = await openDevice();
  const { maxBufferSize, maxStorageBufferBindingSize } = opened.device.limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize, largestBuffer);
  try {
    return await startSession(requireSequential(spec, "run"), options, { opened, largest });
  } catch (error) {
    opened.device.destroy();
    throw error;
  }
}

async function startSession(
  spec: SequentialSpec,
  options: SessionOptions,
  { opened, largest }: { readonly opened: OpenedDevice; readonly largest: number },
): Promise<Session> {
  const shared = new GpuMemory(opened.device, largest);
  const planFor = (samples: number) =>
    planModel(spec, planOptions(spec, options, { samples, opened, largest }));
  const plan = planFor(options.batchSize);
  for (const name of ["weights", "first", "second"]) {
    shared.reserve(name, plan.weights.size * options.members.length);
  }
  const training = await Runner.start({ opened, plan, purpose: "training", shared });
  const startPrediction = () =>
    Runner.start({ opened, plan: planFor(PREDICTION_SAMPLES), purpose: "prediction", shared });
  return new WebgpuSession({
    ...{ spec, options, opened, shared, plan, training, startPrediction },
  });
}

function planOptions(
  spec: SequentialSpec,
  { members }: SessionOptions,
  { samples, opened, largest }: {
    readonly samples: number;
    readonly opened: OpenedDevice;
    readonly largest: number;
  },
): PlanOptions {
  const { limits } = opened.device;
  const mostWorkgroups = limits.maxComputeWorkgroupsPerDimension;
  for (const [what, count] of [["samples", samples], ["models", members.length]] as const) {
    if (count > mostWorkgroups) {
      throw new UnsupportedModelError(
        `Cannot run "${spec.name}" on ${opened.name}: ${count} ${what} side by side are too many, ` +
          `expected at most ${mostWorkgroups}`,
      );
    }
  }
  const stepBytes = 4 * spec.bins * spec.marks * samples * members.length;
  // Half of a buffer, since rows of zeros are added to the samples.
  const room = Math.floor(Math.min(GATHERED_BYTES, largest / 2) / stepBytes);
  const steps = Math.min(MOST_STEPS, room, Math.floor(mostWorkgroups / samples));
  return {
    ...{ models: members.length, samples, gathered: samples * Math.max(1, steps) },
    limits: {
      storageBytes: limits.maxComputeWorkgroupStorageSize,
      threads: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}
