/** The top of a gene's page: the chooser of the cell type, with what is predicted there. */

import { formatNumber } from "./_format.ts";
import { formatInterval } from "./_gene_predictions.ts";
import { eachCellType, remainderOf } from "./_gene_sections.ts";
import { type Html, html, trustHtml } from "./_html.ts";
import type { GeneInCellType, GenePageInput } from "./gene_page_input.ts";
import { formatValue } from "./viewer/numbers.ts";

/** Renders the bar. */
export function renderBar(input: GenePageInput): Html {
  const { cellTypes, firstShown = 0 } = input;
  const options = cellTypes.map(({ cellType }, place) => {
    const selected = trustHtml(place === firstShown ? " selected" : "");
    return html`
      <option value="${place}" ${selected}>${cellType}</option>
    `;
  });
  const facts = eachCellType(input, (cellType) => renderFacts(factsOf(input, cellType)));
  return html`
    <div class="bar">
      <div class="chooser">
        <label for="cell-type">Cell type</label>
        <button type="button" class="previous" aria-label="Previous cell type">‹</button>
        <select id="cell-type" data-value="${firstShown}">${options}</select>
        <button type="button" class="next" aria-label="Next cell type">›</button>
      </div>
      <div class="facts" aria-live="polite">${facts}</div>
    </div>
  `;
}

/** Something about the gene in a cell type. */
interface Fact {
  readonly name: string;
  readonly value: string;
  /** `named` if the chooser shows it, too; `extra` if a narrow page has no room for it. */
  readonly kind?: "named" | "extra";
}

function factsOf(input: GenePageInput, one: GeneInCellType): Fact[] {
  const { cellType, label, prediction, explained = prediction, interval } = one;
  const { baselinePrediction } = one;
  const remainder = remainderOf(input, one) ?? NaN;
  const error = Math.abs(remainder / (explained - (baselinePrediction ?? NaN)));
  const facts: (Fact | false)[] = [
    { name: "Cell type", value: cellType, kind: "named" },
    label !== undefined && { name: "Measured", value: formatNumber(label) },
    { name: "Predicted", value: formatNumber(prediction) },
    interval !== undefined && { name: "Interval", value: formatInterval(interval) },
    explained !== prediction && { name: "Explained", value: formatNumber(explained) },
    baselinePrediction !== undefined &&
    { name: "Baseline", value: formatNumber(baselinePrediction), kind: "extra" },
    Number.isFinite(error) &&
    { name: "Completeness error", value: formatShare(error), kind: "extra" },
  ];
  return facts.filter((fact) => fact !== false);
}

/** Formats a share in percent; one that is too small to matter is not written with an exponent. */
function formatShare(share: number): string {
  return share !== 0 && share < 0.00001 ? "< 0.001%" : `${formatValue(100 * share)}%`;
}

function renderFacts(facts: readonly Fact[]): Html {
  const entries = facts.map(({ name, value, kind = "" }) =>
    html`
      <div class="${kind}">
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return html`<dl>${entries}</dl>`;
}
