/** Makes the models with branches of a search. */

import { UnsupportedModelError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import type {
  BranchSpec,
  Conv1dLayer,
  InputSpec,
  JoinTerm,
  LayerSpec,
  Loss,
  ModelSpec,
} from "../model/spec.ts";
import type { BranchPoint } from "./space.ts";

/** Distances are scaled by training. */
const SHARPNESS = 1;

/** What a model is made of. */
export interface BranchedParts {
  readonly name: string;
  /** All inputs of the samples. */
  readonly inputs: readonly InputSpec[];
  /** Layers of the branch over the signal. */
  readonly signal: readonly LayerSpec[];
  /** The other branches. */
  readonly branches: readonly BranchPoint[];
  readonly activation: LayerSpec;
  /** Padding of the convolution of a branch. */
  readonly padding: Conv1dLayer["padding"];
  /** Rate of the dropout after it; 0 for none. */
  readonly dropout: number;
  /** Layers of the head. */
  readonly head: readonly LayerSpec[];
  readonly loss: Loss;
}

/**
 * Makes the model of a point with branches.
 *
 * @throws {UnsupportedModelError} If samples lack an input, or layers do not fit each other.
 */
export function branchedSpec(parts: BranchedParts): ModelSpec {
  const { name, signal, head, loss } = parts;
  const branches = parts.branches.map((branch) => makeBranch(branch, parts));
  const names = parts.branches.map(({ input }) => input);
  const inputs = (["signal", ...names] as const).map((wanted) => {
    const input = parts.inputs.find((input) => input.name === wanted);
    if (input !== undefined) return input;
    throw new UnsupportedModelError(
      `Cannot build model "${name}": it reads ${wanted}, samples have ` +
        parts.inputs.map((input) => input.name).join(", "),
    );
  });
  return parseSpec({
    name,
    inputs,
    branches: [{ name: "signal", input: "signal", layers: signal }, ...branches],
    head: { join: makeTerms(names), layers: head },
    loss,
  });
}

function makeBranch(
  { input, convolution, units }: BranchPoint,
  { branches, activation, padding, dropout }: BranchedParts,
): BranchSpec {
  if (input === "references" && branches.some((branch) => branch.input === "summary")) {
    return { name: input, input, encoder: "summary" };
  }
  const layers: LayerSpec[] = [];
  if (convolution !== undefined) {
    const { pool, ...sizes } = convolution;
    layers.push({ type: "conv1d", ...sizes, padding }, activation);
    if (pool > 1) layers.push({ type: "maxPool1d", size: pool });
    layers.push({ type: "flatten" });
    if (dropout > 0) layers.push({ type: "dropout", rate: dropout });
  }
  for (const size of units) layers.push({ type: "linear", units: size }, activation);
  return { name: input, input, layers };
}

function makeTerms(names: readonly BranchPoint["input"][]): JoinTerm[] {
  const terms: JoinTerm[] = [{ type: "output", branch: "signal" }];
  const near = "summary";
  const references = "references";
  const measures = names.includes(near) && names.includes(references);
  for (const branch of names) {
    if (branch !== references && branch !== "referenceLabels") {
      terms.push({ type: "output", branch });
      continue;
    }
    terms.push({ type: "mean", branch });
    if (!measures) continue;
    if (branch === references) terms.push({ type: "difference", branch: near, references });
    terms.push({
      type: "distanceWeightedMean",
      near,
      references,
      values: branch,
      sharpness: SHARPNESS,
    });
  }
  return terms;
}
