import type { ModelSpec } from "../../../../model/spec.ts";
import { fusesMultiplyAdd } from "../../arithmetic.ts";
import { ModuleAssembler } from "../../assembler/assembler.ts";
import { addSoftmaxKernels } from "../../ops/join/softmax_kernels.ts";
import { trains } from "../../assembler/kernel_table.ts";
import type { GroupedProgram } from "../group.ts";
import { assembleGroupedKernels } from "../module.ts";
import type { GroupedPlan } from "../types.ts";
import { addJoinedKernels } from "./kernels.ts";
import { planJoined } from "./plan.ts";
import type { JoinedProgram } from "./types.ts";

/** Assembles and compiles what predicts a model with branches in groups; `undefined` if other paths serve it. */
export async function makeJoinedProgram(spec: ModelSpec): Promise<JoinedProgram | undefined> {
  const planned = planJoined(spec);
  if (planned === undefined) return undefined;
  const { plan, programs } = planned;
  const made = new Map<GroupedPlan, Promise<GroupedProgram>>();
  const parts = programs.map(async ({ plan: own, weights }) => {
    const known = made.get(own) ?? compile(own);
    made.set(own, known);
    return { program: await known, weights };
  });
  const module = new ModuleAssembler(fusesMultiplyAdd(), (name) => !trains(name));
  addJoinedKernels(module);
  addSoftmaxKernels(module);
  const { pages } = programs.at(-1)!.plan;
  return {
    plan,
    parts: await Promise.all(parts),
    module: await WebAssembly.compile(module.toBytes(pages)),
  };
}

async function compile(plan: GroupedPlan): Promise<GroupedProgram> {
  const { bytes, constants } = assembleGroupedKernels(plan, fusesMultiplyAdd());
  return { plan, module: await WebAssembly.compile(bytes), constants };
}
