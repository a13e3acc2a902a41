import { panelInputs } from "../model/panel_inputs.ts";
import type { BranchedSpec, LayerSpec } from "../model/spec.ts";

/** Sizes from which the inputs of {@linkcode starterSpec} follow. */
export interface StarterShape {
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks. */
  readonly marks: number;
}

const gelu: LayerSpec = { type: "activation", kind: "gelu" };

function dense(units: number): LayerSpec {
  return { type: "dense", units };
}

/**
 * The network of the starter model: that of the preset `waka3` without references, so that it has no weights for what a
 * panel of label statistics does not hold. It reads the summary of a sample's marks, and the statistics of its gene's labels.
 *
 * @param shape Bins and marks of a sample.
 * @returns The model.
 *
 * @example Its inputs
 * ```ts
 * import { starterSpec } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { inputs } = starterSpec({ bins: 100, marks: 5 });
 * deepStrictEqual(inputs.map(({ name }) => name), ["summary", "context"]);
 * ```
 */
export function starterSpec({ bins, marks }: StarterShape): BranchedSpec {
  const inputs = panelInputs({ bins, marks, references: 1 });
  return {
    name: "starter",
    inputs: inputs.filter(({ name }) => name === "summary" || name === "context"),
    branches: [
      { name: "sample", input: "summary", layers: [dense(256), gelu, dense(128), gelu] },
      { name: "known", input: "context", layers: [] },
    ],
    head: {
      join: [{ type: "output", branch: "sample" }, { type: "output", branch: "known" }],
      layers: [
        dense(128),
        gelu,
        { type: "dropout", rate: 0.1 },
        dense(64),
        gelu,
        { type: "dropout", rate: 0.1 },
        dense(1),
      ],
    },
    loss: "meanSquaredError",
  };
}
