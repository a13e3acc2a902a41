/**
 * The WebAssembly engine: trains and predicts on all cores of the processor with SIMD kernels assembled for the
 * model's exact shapes.
 *
 * @module
 */

import { chooseThreads } from "../../base/threads.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { describeLayer, modelGraph } from "../../model/graph.ts";
import { requireSequential } from "../../model/inputs.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { openMemberSession } from "../member_session.ts";
import { findUnsupported } from "../sequential_only.ts";
import { fusesMultiplyAdd } from "./arithmetic.ts";
import { createCrewMemory } from "./crew.ts";
import { instantiate } from "./instantiate.ts";
import { assembleKernels } from "./module.ts";
import { MAX_PARTS, planModel } from "./plan.ts";
import { WasmMember } from "./member.ts";
import { Team } from "./team.ts";

/** Samples that predictions are made in together, if training batches are not larger. */
const LEAST_SLOTS = 256;

/** A WebAssembly memory has at most 4 GiB. */
const MAX_PAGES = 65536;

/** Makes the engine. */
export function createWasmEngine(): Engine {
  return {
    name: "wasm",
    supports,
    capacity: (threads) => ({ models: chooseThreads(threads), sameShape: false }),
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
  const unsupported = findUnsupported(spec);
  if (unsupported !== undefined) return { supported: false, reason: unsupported };
  const { pages } = planModel(requireSequential(spec, "run"), LEAST_SLOTS, 1);
  if (pages <= MAX_PAGES) return { supported: true };
  const [largest] = weightShapes(spec).toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
  const place = largest?.layer === undefined
    ? "its samples"
    : describeLayer(modelGraph(spec), largest.layer);
  return { supported: false, reason: `it takes over 4 GiB of memory, most of it for ${place}` };
}

async function createSession(model: ModelSpec, options: SessionOptions): Promise<Session> {
  checkSession(model, options);
  const support = supports(model);
  if (!support.supported) throw refusal(model, support.reason);
  const spec = requireSequential(model, "run");
  const { members, batchSize } = options;
  const threads = Math.max(1, Math.floor(chooseThreads(options.threads) / members.length));
  const plan = planModel(spec, Math.max(batchSize, LEAST_SLOTS), threads);
  if (plan.pages > MAX_PAGES) {
    throw refusal(spec, `batches of ${batchSize} samples take over 4 GiB of memory`);
  }
  const fused = fusesMultiplyAdd();
  const module = await WebAssembly.compile(assembleKernels(plan, fused));
  const simd = fused ? "SIMD with fused multiply-add" : "SIMD without fused multiply-add";
  const device = `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}, ${simd}`;
  return await openMemberSession(spec, options, async (index) => {
    const { pages } = plan;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const crew = createCrewMemory(MAX_PARTS);
    const team = await Team.start({ plan, module, memory, crew, threads });
    const machine = instantiate(module, memory, plan.scratch);
    const member = { ...members[index]!, batchSize };
    return new WasmMember({ spec, options: member, plan, machine, crew, team, device });
  });
}

function refusal({ name }: ModelSpec, reason: string): UnsupportedModelError {
  return new UnsupportedModelError(`Cannot run "${name}" on engine wasm: ${reason}`);
}
