import type { Agreement } from "../data/evaluate.ts";
import { figuresOf, type PageContent, renderDocument } from "./_document.ts";
import { formatCount, formatFraction, formatNumber } from "./_format.ts";
import { html } from "./_html.ts";
import { describeLabelUnit } from "./_record_words.ts";
import { reportSections } from "./_sections.ts";
import type { Figure } from "./figure.ts";
import type { ReportInput } from "./input.ts";

/**
 * Makes every figure that a report has.
 *
 * @param input The run.
 * @returns The figures, in the order of the page.
 *
 * @example The figure of a run that has a history
 * ```ts
 * import { reportFigures } from "@waka/histone/report";
 * import { strictEqual } from "node:assert";
 *
 * const history = [{ epoch: 1, loss: 3.26 }, { epoch: 2, loss: 3.18 }];
 * const [figure] = reportFigures({ run: "first", history });
 * strictEqual(figure?.name, "figure-4-training-loss");
 * strictEqual(figure.alt, "Line chart: training loss goes from 3.260 in epoch 1 to 3.180 in epoch 2.");
 * ```
 */
export function reportFigures(input: ReportInput): Figure[] {
  return reportSections(input).flatMap(figuresOf);
}

/**
 * Renders a report as one HTML page that needs no other file: figures are inline SVG, there are no scripts, and a
 * content security policy keeps it from loading anything. It follows the reader's light or dark mode.
 *
 * @param input The run. Its texts are escaped.
 * @returns The HTML.
 *
 * @example A page with one setting
 * ```ts
 * import { renderPage } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * match(await renderPage({ run: "a < b", configuration: { seed: 7 } }), /<h1>a &lt; b<\/h1>/);
 * ```
 */
export async function renderPage(input: ReportInput): Promise<string> {
  return await renderDocument({
    kind: "Run report",
    name: input.run,
    summary: input.summary,
    notes: [...unitNotes(input), ...(input.notes ?? [])],
    ...keyFigures(input),
    sections: reportSections(input),
    foot: "Made by @waka/histone. Numbers have four significant digits.",
  });
}

/** What the axes mean by label units; nothing where no figure has them, as of labels that are classes. */
function unitNotes(
  { expressionTransform, loss, history, folds, evaluation, regimes, experiments }: ReportInput,
): string[] {
  const hasUnits = loss !== "binaryCrossentropy" &&
    [history, folds, evaluation, regimes, experiments].some((part) => part !== undefined);
  return hasUnits || expressionTransform !== undefined
    ? describeLabelUnit(expressionTransform)
    : [];
}

function keyFigures(
  { evaluation }: ReportInput,
): Pick<PageContent, "keyFigures" | "keyFiguresNote"> {
  if (evaluation === undefined) return {};
  const { mse, pearson, spearman, r2, auroc, samples }: Agreement = evaluation.overall;
  return {
    keyFigures: [
      [html`MSE`, formatNumber(mse)],
      [html`Pearson <i>r</i>`, formatFraction(pearson)],
      [html`Spearman <i>ρ</i>`, formatFraction(spearman)],
      [html`<i>R</i>²`, formatFraction(r2)],
      ...(auroc === undefined ? [] : [[html`AUROC`, formatFraction(auroc)] as const]),
      [html`Samples`, formatCount(samples)],
    ],
    keyFiguresNote: `On ${evaluation.samplesName}.`,
  };
}
