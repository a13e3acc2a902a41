import { UnsupportedModelError } from "../../errors.ts";
import type { ModelSpec, SequentialSpec } from "../../model/spec.ts";
import type { OpenedDevice } from "./device.ts";
import { planGraph } from "./graph_plan.ts";
import type { GraphPlan, PlanOptions } from "./plan_types.ts";
import type { GraphPurpose } from "./kernel.ts";

/** Steps of a submission, at most: enough that encoding them takes longer than submitting. */
const MOST_STEPS = 32;
/** Bytes that the samples gathered for a submission may take. */
const GATHERED_BYTES = 64 * 1024 * 1024;
/** Bytes that the batch of a prediction may take, where its size is free to choose. */
const BATCH_BYTES = 512 * 1024 * 1024;

/** The room that a plan must fit into. */
export interface PlanRoom {
  readonly opened: OpenedDevice;
  /** Bytes that a buffer may have. */
  readonly largest: number;
  /** Models side by side. */
  readonly models: number;
  /**
   * Whether some weights are frozen or decay.
   *
   * @default {false}
   */
  readonly marked?: boolean | undefined;
}

/**
 * Options of a plan whose samples are gathered on the GPU.
 *
 * @throws {UnsupportedModelError} If there are more models or samples than the GPU runs side by side.
 */
export function chooseOptions(
  spec: SequentialSpec,
  samples: number,
  room: PlanRoom,
): PlanOptions {
  const { largest, models, marked } = room;
  const most = checkCounts(spec, samples, room);
  const stepBytes = 4 * spec.bins * spec.marks * samples * models;
  // Half of a buffer, since rows of zeros are added to the samples.
  const fitting = Math.floor(Math.min(GATHERED_BYTES, largest / 2) / stepBytes);
  const steps = Math.min(MOST_STEPS, fitting, Math.floor(most / samples));
  const gathered = samples * Math.max(1, steps);
  return { models, samples, gathered, limits: limitsOf(room), marked };
}

/**
 * Plans a model whose samples are uploaded batch by batch.
 *
 * @throws {UnsupportedModelError} If there are more models, samples or entries than the GPU runs side by side.
 */
export function planForRoom(
  spec: ModelSpec,
  { samples, purpose }: { readonly samples: number; readonly purpose: GraphPurpose },
  room: PlanRoom,
): GraphPlan {
  for (let fewer = samples;; fewer = Math.ceil(fewer / 2)) {
    const options = {
      models: room.models,
      samples: fewer,
      gathered: fewer,
      limits: limitsOf(room),
      marked: room.marked,
    };
    const plan = planGraph(spec, options, purpose);
    const fixed = purpose === "training" || fewer === 1;
    if (!fixed && !fits(plan, room)) continue;
    checkCounts(spec, fewer, room);
    checkWorkgroups(spec, plan, room);
    return plan;
  }
}

function limitsOf({ opened: { device: { limits }, lanes } }: PlanRoom): PlanOptions["limits"] {
  return {
    lanes,
    storageBytes: limits.maxComputeWorkgroupStorageSize,
    threads: limits.maxComputeInvocationsPerWorkgroup,
  };
}

function mostWorkgroups({ opened: { device: { limits } } }: PlanRoom): number {
  return limits.maxComputeWorkgroupsPerDimension;
}

function fits(plan: GraphPlan, room: PlanRoom): boolean {
  const sizes = Object.values(plan.buffers).map((values) => 4 * values);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Math.max(...sizes) <= room.largest && total <= BATCH_BYTES &&
    mostOf(plan) <= mostWorkgroups(room);
}

function mostOf({ kernels }: GraphPlan): number {
  return Math.max(...kernels.flatMap(({ workgroups }) => workgroups));
}

function checkCounts(spec: ModelSpec, samples: number, room: PlanRoom): number {
  const most = mostWorkgroups(room);
  for (const [what, count] of [["samples", samples], ["models", room.models]] as const) {
    if (count > most) fail(spec, `${count} ${what}`, room);
  }
  return most;
}

function checkWorkgroups(spec: ModelSpec, plan: GraphPlan, room: PlanRoom): void {
  const count = mostOf(plan);
  if (count > mostWorkgroups(room)) fail(spec, `${count} entries of a batch`, room);
}

function fail(spec: ModelSpec, what: string, room: PlanRoom): never {
  throw new UnsupportedModelError(
    `Cannot run "${spec.name}" on ${room.opened.name}: ${what} side by side are too many, ` +
      `expected at most ${mostWorkgroups(room)}`,
  );
}
