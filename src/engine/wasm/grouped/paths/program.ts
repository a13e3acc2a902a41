/**
 * What averages a model's derivatives along paths: the plan, and its kernels.
 *
 * @module
 */

import { modelGraph } from "../../../../model/graph.ts";
import { weightShapes } from "../../../../model/shapes.ts";
import { isBranched, type ModelSpec } from "../../../../model/spec.ts";
import { fusesMultiplyAdd } from "../../arithmetic.ts";
import { assemblePathKernels } from "./module.ts";
import { planPaths } from "./plan.ts";
import type { PathPlan } from "./types.ts";

/** What threads need to follow paths. All of it is plain data, so that it can be sent to workers. */
export interface PathProgram {
  readonly plan: PathPlan;
  readonly module: WebAssembly.Module;
  readonly constants: Float32Array;
}

/** Assembles and compiles the program of a model; `undefined` if it has branches, or a layer that is not served. */
export async function makePathProgram(spec: ModelSpec): Promise<PathProgram | undefined> {
  if (isBranched(spec)) return undefined;
  const plan = planPaths(modelGraph(spec).encoders[0]!, weightShapes(spec));
  if (plan === undefined) return undefined;
  const { bytes, constants } = assemblePathKernels(plan, fusesMultiplyAdd());
  return { plan, module: await WebAssembly.compile(bytes), constants };
}
