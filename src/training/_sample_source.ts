import { ContractError } from "../errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { memorySource } from "../engine/memory_source.ts";
import { describeInputShape, type SampleSource } from "../engine/sample_source.ts";
import type { SampleColumns } from "../io/columns.ts";
import { isOverReferences, modelInputs } from "../model/inputs.ts";
import { panelInputs, readsPanel } from "../model/panel_inputs.ts";
import type { ModelSpec, SignalInput } from "../model/spec.ts";
import {
  type DataRecord,
  type ReconcileOptions,
  reconcileRecords,
  type Transform,
} from "../record.ts";

// Engines may keep a copy of the samples for as long as they see the same source, so folds share one.
const known = new WeakMap<SampleColumns, Map<Transform, SampleSource>>();

/** What differences are accepted, and how much samples count. */
export interface SampleSourceOptions extends ReconcileOptions {
  /** `[sample]`: how much each counts in training. A source with weights is made for the call alone. */
  readonly weights?: Float64Array | undefined;
}

/**
 * A data set's columns as engines take them, with the transform that is still to be applied; the same source for the
 * same columns and transform. Where counts are kept for their logarithms, engines get the counts: so counts and their
 * logarithms give a model the same bits.
 *
 * @param data The samples.
 * @param record Describes the numbers that the network sees.
 * @param options What differences are accepted, and weights.
 * @throws {ContractError} If the data's record contradicts it.
 */
export function sampleSource(
  data: Dataset,
  record: DataRecord,
  options: SampleSourceOptions = {},
): SampleSource {
  const { columns } = data;
  const transform = reconcileRecords(record, data.storedRecord, options);
  const { signal, labels, bins } = columns;
  const { weights } = options;
  const all = { signal, labels, bins, marks: columns.record.marks.length, transform };
  if (weights !== undefined) return memorySource({ ...all, weights });
  const byTransform = known.get(columns) ?? new Map<Transform, SampleSource>();
  known.set(columns, byTransform);
  const made = byTransform.get(transform) ?? memorySource(all);
  byTransform.set(transform, made);
  return made;
}

/** Throws unless samples of `data` have the shape that `spec` takes. */
export function checkInputShape(spec: ModelSpec, data: Dataset): void {
  if (readsPanel(spec)) {
    checkPanelInputs(spec, data);
    return;
  }
  for (const input of modelInputs(spec)) {
    if (input.name !== "signal") {
      throw new ContractError(
        `Cannot run "${spec.name}": the model reads ${input.name}, the data have signal only`,
      );
    }
    if (input.bins === data.bins && input.marks === data.marks.length) continue;
    throw new ContractError(
      `Cannot run "${spec.name}": the data have ${data.bins} bins × ${data.marks.length} marks, ` +
        `the model takes ${input.bins} × ${input.marks}${adviseWindow(input, data)}`,
    );
  }
}

/** Throws unless the inputs of a model that reads a panel are those that a panel gives to samples like `data`. */
function checkPanelInputs(spec: ModelSpec, data: Dataset): void {
  const shape = { bins: data.bins, marks: data.marks.length };
  for (const input of modelInputs(spec)) {
    const references = isOverReferences(input) ? input.references : 1;
    const wanted = panelInputs({ ...shape, references }).find(({ name }) => name === input.name);
    if (wanted === undefined) {
      throw new ContractError(
        `Cannot run "${spec.name}": the model reads ${input.name}, a panel gives summary, references, ` +
          "referenceLabels and context",
      );
    }
    if (describeInputShape(wanted) === describeInputShape(input)) continue;
    throw new ContractError(
      `Cannot run "${spec.name}": data of ${shape.bins} bins × ${shape.marks} marks give ` +
        `${describeInputShape(wanted)}, the model takes ${describeInputShape(input)}`,
    );
  }
}

/** Advises the flag with which `prepare` makes windows of as many bins as the model takes. */
function adviseWindow({ bins, marks }: SignalInput, data: Dataset): string {
  if (marks !== data.marks.length) return "";
  const halfWidthBp = bins * data.record.binSizeBp / 2;
  if (!Number.isInteger(halfWidthBp)) return "";
  return `. Prepare the data again with windows of ${bins} bins (deno task prepare ... --half-width ${halfWidthBp})`;
}
