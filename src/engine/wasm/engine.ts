/**
 * The WebAssembly engine: trains and predicts on all cores of the processor with SIMD kernels assembled for the
 * model's exact shapes.
 *
 * @module
 */

import { chooseSharedThreads, whyOneThread } from "../../base/shared_threads.ts";
import { startWorker, type WorkerThread } from "../../base/workers.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { describeLayer, modelGraph } from "../../model/graph.ts";
import { isBranched, type ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, MemberOptions, Session, SessionOptions, Support } from "../engine.ts";
import { openMemberSession } from "../member_session.ts";
import { fusesMultiplyAdd } from "./arithmetic.ts";
import { JobRunner } from "./job_runner.ts";
import { WasmMember } from "./member.ts";
import { planFor, type PlannedModel } from "./planned_model.ts";
import type { Plan } from "./plan/types.ts";
import type { UpdatePolicy } from "./update_policy.ts";

/** Samples that are predicted together, unless training batches are larger. */
const LEAST_SAMPLES = 256;
/** The same for a model with branches, where a sample may have 50 references. */
const LEAST_BRANCHED_SAMPLES = 64;

/** A WebAssembly memory has at most 4 GiB. */
const MAX_PAGES = 65536;

/** Makes the engine. */
export function createWasmEngine(): Engine {
  return {
    name: "wasm",
    supports,
    capacity: (threads) => ({ models: chooseSharedThreads(threads), sameShape: false }),
    arithmetic: () =>
      Promise.resolve(`wasm, ${fusesMultiplyAdd() ? "fused" : "no fused"} multiply-add`),
    createSession,
  };
}

/** Every layer is supported; only the memory that a model takes may be too large. */
function supports(spec: ModelSpec): Support {
  // The plan of a session with default options, which is often the next thing wanted.
  const { plan } = planFor(spec, { batchSize: leastSamples(spec), threads: chooseSharedThreads() });
  if (plan.pages <= MAX_PAGES) return { supported: true };
  const place = describeLayer(modelGraph(spec), largestLayer(plan));
  return { supported: false, reason: `it takes over 4 GiB of memory, most of it for ${place}` };
}

/** Number of the layer whose weights and outputs, with what training keeps for them, take the most memory. */
function largestLayer(plan: Plan): number {
  const { encoders, head, batchSize } = plan;
  const chains = [...encoders, { ...head, capacity: batchSize }];
  const sizes = chains.flatMap(({ nodes, capacity }) =>
    nodes.map((node) => {
      const { sampleStride, deltaSampleStride } = node.output;
      // A weight has two moments; an output has a derivative.
      const weights = "kernel" in node ? 3 * node.kernel.bytes : 0;
      return { layer: node.layer, bytes: weights + capacity * (sampleStride + deltaSampleStride) };
    })
  );
  return sizes.reduce((most, size) => size.bytes > most.bytes ? size : most).layer;
}

function leastSamples(spec: ModelSpec): number {
  return isBranched(spec) ? LEAST_BRANCHED_SAMPLES : LEAST_SAMPLES;
}

async function createSession(spec: ModelSpec, options: SessionOptions): Promise<Session> {
  checkSession(spec, options);
  const support = supports(spec);
  if (!support.supported) throw refusal(spec, support.reason);
  const { members, batchSize } = options;
  const threads = Math.max(1, Math.floor(chooseSharedThreads(options.threads) / members.length));
  const planned = planFor(spec, { batchSize: Math.max(batchSize, leastSamples(spec)), threads });
  if (planned.plan.pages > MAX_PAGES) {
    throw refusal(spec, `batches of ${batchSize} samples take over 4 GiB of memory`);
  }
  const simd = fusesMultiplyAdd()
    ? "SIMD with fused multiply-add"
    : "SIMD without fused multiply-add";
  const lack = whyOneThread();
  const device = `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}, ${simd}${
    lack === undefined ? "" : ` (${lack})`
  }`;
  const startThread = lack === undefined
    ? (thread: number) => startWorker("engine", `histone ${thread}`)
    : await ownThread();
  const groups = options.path === "grouped" ? await planned.groups : undefined;
  return await openMemberSession(spec, options, (index) => {
    const member = { ...members[index]!, batchSize };
    const policy = policyOf(planned, member);
    const jobs = new JobRunner({ planned, policy, threads, groups, startThread });
    return Promise.resolve(new WasmMember({ spec, options: member, planned, jobs, device }));
  });
}

/** What takes the place of a worker where none can be started. */
async function ownThread(): Promise<() => WorkerThread> {
  const { OwnThread } = await import("./own_thread.ts");
  return () => new OwnThread();
}

function policyOf({ places }: PlannedModel, options: MemberOptions): UpdatePolicy {
  const { learningRate, schedule, totalSteps, weightDecay, frozen = [] } = options;
  const addresses = frozen.map((index) => places[index]!.arrays.weight);
  return { learningRate, schedule, totalSteps, weightDecay, frozen: new Set(addresses) };
}

function refusal({ name }: ModelSpec, reason: string): UnsupportedModelError {
  return new UnsupportedModelError(`Cannot run "${name}" on engine wasm: ${reason}`);
}
