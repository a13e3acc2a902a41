/**
 * Plans and assembled modules, kept in the process: models of one shape differ in their weights only, so the next
 * session of a shape finds its kernels ready.
 *
 * @module
 */

import { modelInputs } from "../../model/inputs.ts";
import type { InputSpec, ModelSpec } from "../../model/spec.ts";
import { fusesMultiplyAdd } from "./arithmetic.ts";
import { codeOfThread } from "./assembler/own_memory.ts";
import { loadExtendedCode } from "./extended_code.ts";
import { needsExtendedCode } from "./extended_nodes.ts";
import type { GroupedPath } from "./grouped/path.ts";
import type { PathProgram } from "./grouped/paths/program.ts";
import { loadGroupedCode } from "./grouped_code.ts";
import type { KernelSet } from "./kernel_set.ts";
import { assembleKernels } from "./module.ts";
import { planModel } from "./plan/plan.ts";
import type { Plan } from "./plan/types.ts";
import { countWork } from "./plan/work.ts";
import { placeWeights, type WeightPlace } from "./weights.ts";

/** Shapes that are kept, those used last: a plan and its modules take up to a few megabytes. */
const MOST_KEPT = 16;

/** What a plan depends on besides the model. */
export interface PlanSize {
  /** The most samples of a batch. */
  readonly batchSize: number;
  readonly threads: number;
}

/** A plan, and what follows from it alone. */
export class PlannedModel {
  /** The plan. */
  readonly plan: Plan;
  readonly #spec: ModelSpec;
  readonly #threads: number;
  readonly #modules = new Map<KernelSet, Promise<readonly WebAssembly.Module[]>>();
  #places: readonly WeightPlace[] | undefined;
  #work: readonly number[] | undefined;
  #groups: Promise<GroupedPath | undefined> | undefined;
  #paths: Promise<PathProgram | undefined> | undefined;

  /** Plans a model. */
  constructor(spec: ModelSpec, size: PlanSize) {
    this.#spec = spec;
    this.#threads = size.threads;
    this.plan = planModel(spec, size);
  }

  /** The model's inputs. */
  get inputs(): readonly InputSpec[] {
    return modelInputs(this.#spec);
  }

  /** Where each weight lies, in the order of `weightShapes`. */
  get places(): readonly WeightPlace[] {
    return this.#places ??= placeWeights(this.#spec, this.plan);
  }

  /** Multiply-adds of a prediction of a batch, from the numbers of entries of each chain. */
  countWork(entries: readonly number[]): number {
    const work = this.#work ??= countWork(this.plan);
    return entries.reduce((sum, count, chain) => sum + count * work[chain]!, 0);
  }

  /** The grouped path, compiled; `undefined` if groups do not serve the model. */
  get groups(): Promise<GroupedPath | undefined> {
    return this.#groups ??= loadGroupedCode().then(({ makeGroupedPath }) =>
      makeGroupedPath(this.#spec, this.plan.encoders)
    );
  }

  /** What follows paths, compiled; `undefined` if the model has layers that it does not serve. */
  get paths(): Promise<PathProgram | undefined> {
    return this.#paths ??= loadGroupedCode().then(({ makePathProgram }) =>
      makePathProgram(this.#spec)
    );
  }

  /**
   * The compiled kernels, by thread, or for all threads where they are the same. All of them where those have been made,
   * since a set is part of them.
   */
  modules(set: KernelSet): Promise<readonly WebAssembly.Module[]> {
    const known = this.#modules.get("all") ?? this.#modules.get(set);
    if (known !== undefined) return known;
    const made = this.#compile(set);
    this.#modules.set(set, made);
    // Code that could not be loaded, over a network for instance, is asked for again by the next session.
    made.catch(() => this.#modules.delete(set));
    return made;
  }

  async #compile(set: KernelSet): Promise<readonly WebAssembly.Module[]> {
    if (needsExtendedCode(this.plan, set)) await loadExtendedCode();
    const code = assembleKernels(this.plan, fusesMultiplyAdd(), set);
    const copies = code.ownAddresses.length === 0 ? 1 : this.#threads;
    return await Promise.all(
      Array.from(
        { length: copies },
        (_, thread) => WebAssembly.compile(codeOfThread(code, thread * this.plan.scratchBytes)),
      ),
    );
  }
}

/** The shapes in the order of their last use, the latest last. */
const kept = new Map<string, PlannedModel>();

/** The plan of a model, the same object for models of the same shape for as long as it is kept. */
export function planFor(spec: ModelSpec, { batchSize, threads }: PlanSize): PlannedModel {
  const { name: _, ...shape } = spec;
  const key = JSON.stringify([batchSize, threads, shape]);
  const planned = kept.get(key) ?? new PlannedModel(spec, { batchSize, threads });
  kept.delete(key);
  kept.set(key, planned);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT) kept.delete(oldest!);
  return planned;
}
