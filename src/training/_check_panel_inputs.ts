import { describeInputShape, entrySize, placesOf } from "../engine/sample_source.ts";
import { ContractError } from "../errors.ts";
import { panelInputs } from "../model/panel_inputs.ts";
import type { InputSpec } from "../model/spec.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** Throws unless a panel gives the inputs of a model. */
export function checkPanelInputs(
  inputs: readonly InputSpec[],
  { bins, record, cellTypes }: ReferencePanel,
): void {
  const references = cellTypes.length;
  const given = panelInputs({ bins, marks: record.marks.length, references });
  for (const input of inputs) {
    const own = given.find(({ name }) => name === input.name);
    const fits = own !== undefined && entrySize(own) === entrySize(input) &&
      placesOf(own) <= placesOf(input);
    if (fits) continue;
    throw new ContractError(
      `Cannot use the panel: it gives ${
        given.map(describeInputShape).join(", ")
      }, the model takes ` +
        describeInputShape(input),
    );
  }
}
