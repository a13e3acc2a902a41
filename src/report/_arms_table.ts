/** What DNA adds to the marks: a model beside its controls. */

import { ARM_NAMES, ARM_REGIMES } from "../validation/compare_arms.ts";
import type { ArmScore, ArmsOfRegime } from "../validation/mod.ts";
import { formatCount, formatNumber } from "./_format.ts";
import { type Html, html } from "./_html.ts";
import { groupedTable } from "./_table.ts";

/** Makes the findings and the table of errors; nothing if there was nothing to compare. */
export function armsContent(comparisons: readonly ArmsOfRegime[] = []): Html[] {
  if (comparisons.length === 0) return [];
  const findings = comparisons.map(({ regime, finding }) =>
    html`<p><strong>${ARM_REGIMES[regime]}:</strong> ${finding}.</p>`
  );
  const note = html`
    <p>Each control is the same model, trained in the same way. With shuffled sequences it is shown another gene’s,
    with a random code letters by chance: of these it can learn which gene it is, and no more. What DNA gains over
    both of them on new genes comes from its letters. A difference counts from two standard errors over genes.</p>
  `;
  const groups = comparisons.map(({ regime, samples, genes, arms }) => ({
    title: `${ARM_REGIMES[regime]} (${formatCount(samples)} samples of ${
      formatCount(genes)
    } genes)`,
    rows: arms,
  }));
  const table = groupedTable<ArmScore>("Error of the model and its controls, by regime", groups, [
    { title: "Shown beside the marks", cell: ({ kind }) => ARM_NAMES[kind], isText: true },
    { title: "MSE", cell: ({ mse }) => formatNumber(mse) },
    {
      title: "Above DNA",
      cell: ({ kind, above }) => kind === "dna" ? "–" : formatNumber(above),
    },
    { title: "Standard error", cell: ({ standardError }) => formatNumber(standardError) },
  ]);
  return [note, ...findings, table];
}
