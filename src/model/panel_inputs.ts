import { CONTEXT_VALUES } from "../panel/context.ts";
import { summaryShape } from "../panel/summary.ts";
import { modelInputs } from "./inputs.ts";
import type { InputName, InputSpec, ModelSpec } from "./spec.ts";

/** Sizes from which those of a panel model's inputs follow. */
export interface PanelInputShape {
  /** Number of bins. */
  readonly bins: number;
  /** Number of marks. */
  readonly marks: number;
  /** The most references of a sample. */
  readonly references: number;
}

/** The inputs that come from a panel. */
const PANEL_INPUTS: readonly InputName[] = ["summary", "references", "referenceLabels", "context"];

/**
 * The inputs of a model that reads a reference panel: the sample's summary, its references' summaries and labels, and
 * the context.
 *
 * @param shape Bins, marks and references.
 * @returns The inputs, in this order.
 */
export function panelInputs({ bins, marks, references }: PanelInputShape): readonly InputSpec[] {
  const { values } = summaryShape({ bins, marks });
  return [
    { name: "summary", values },
    { name: "references", references, values },
    { name: "referenceLabels", references, values: 1 },
    { name: "context", values: CONTEXT_VALUES },
  ];
}

/**
 * Whether a model reads a reference panel, so that training builds one.
 *
 * @param spec The model.
 * @returns True if one of its inputs is of a panel.
 *
 * @example Two presets
 * ```ts
 * import { presetSpec, readsPanel } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual([presetSpec("waka2"), presetSpec("waka3")].map(readsPanel), [false, true]);
 * ```
 */
export function readsPanel(spec: ModelSpec): boolean {
  return modelInputs(spec).some(({ name }) => PANEL_INPUTS.includes(name));
}
