/**
 * The WebAssembly engine: trains and predicts on all cores of the processor with SIMD kernels assembled for the
 * model's exact shapes.
 *
 * @module
 */

import { chooseThreads } from "../../base/threads.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { fusesMultiplyAdd } from "./arithmetic.ts";
import { createBarrierMemory } from "./barrier.ts";
import { assembleKernels } from "./module.ts";
import { ExecutionContext } from "./ops/context.ts";
import { MAX_PARTS, planModel } from "./plan/plan.ts";
import { WasmSession } from "./session.ts";
import { WorkerPool } from "./worker_pool.ts";

/** Samples that predictions are made in together, if training batches are not larger. */
const LEAST_SLOTS = 256;

/** A WebAssembly memory has at most 4 GiB. */
const MAX_PAGES = 65536;

/** Makes the engine. */
export function createWasmEngine(): Engine {
  return {
    name: "wasm",
    supports,
    modelsTogether: chooseThreads,
    arithmetic: () =>
      Promise.resolve(`wasm, ${fusesMultiplyAdd() ? "fused" : "no fused"} multiply-add`),
    createSession,
  };
}

/** Every layer can be run; what can be too large is the memory that a model takes. */
function supports(spec: ModelSpec): Support {
  if (typeof SharedArrayBuffer === "undefined") {
    return {
      supported: false,
      reason: "shared memory is missing; a browser page must be cross-origin isolated",
    };
  }
  const { pages } = planModel(spec, LEAST_SLOTS, 1);
  if (pages <= MAX_PAGES) return { supported: true };
  const largest = weightShapes(spec).toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape))[0];
  const place = `layers[${largest.layer}] (${spec.layers[largest.layer].type})`;
  return { supported: false, reason: `it takes over 4 GiB of memory, most of it for ${place}` };
}

async function createSession(spec: ModelSpec, options: SessionOptions): Promise<Session> {
  checkSession(spec, { ...options, members: [options] });
  const threads = chooseThreads(options.threads);
  const plan = planModel(spec, Math.max(options.batchSize, LEAST_SLOTS), threads);
  const support = supports(spec);
  if (!support.supported || plan.pages > MAX_PAGES) {
    const reason = support.supported
      ? `batches of ${options.batchSize} samples take over 4 GiB of memory`
      : support.reason;
    throw new UnsupportedModelError(`Cannot run "${spec.name}" on engine wasm: ${reason}`);
  }
  const fused = fusesMultiplyAdd();
  const module = await WebAssembly.compile(assembleKernels(plan, fused));
  const memory = new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages, shared: true });
  const barrier = createBarrierMemory(MAX_PARTS);
  const pool = await WorkerPool.start({ plan, module, memory, barrier, threads });
  const context = new ExecutionContext({ module, memory, scratch: plan.scratch });
  const simd = fused ? "SIMD with fused multiply-add" : "SIMD without fused multiply-add";
  const device = `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}, ${simd}`;
  return new WasmSession({ spec, options, plan, context, barrier, pool, device });
}
