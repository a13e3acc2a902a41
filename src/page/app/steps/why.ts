/** Step 6: which bins of which marks make a prediction. */

import type { Explanation, PredictionRow } from "../../protocol.ts";
import type { App } from "../app.ts";
import { describeTrack, Tracks } from "../charts/tracks.ts";
import { fill, make, setText } from "../dom.ts";
import { makeDownload } from "../downloads.ts";
import { showHeading } from "../focus.ts";
import { fillLines, makeAction, makeField, makeSelect, makeStep, type StepView } from "../step.ts";
import { formatEffect, formatFixed, joinWords, NO_EFFECT } from "../words.ts";

/** Makes the sixth step. */
export function makeWhyStep(app: App): StepView {
  const form = makeForm(app);
  const result = makeResult(app);
  const tracks = new Tracks();
  let shown: Explanation | undefined;
  return makeStep(app, {
    name: "why",
    number: 6,
    title: "Why",
    intro: "What each bin of each mark adds to the prediction of a gene, compared with no signal " +
      "at all.",
    waitsFor: "Waits for predictions",
    controls: [form.element, result.element],
    plots: [tracks.element],
    standing: ({ page, explanation }) => {
      if (explanation) return "done";
      return page?.predictions ? "now" : "later";
    },
    summary: ({ explanation }) =>
      explanation
        ? `${explanation.symbol ?? explanation.gene} in ${explanation.cellType}`
        : "Choose a gene in the table, or here",
    render: ({ page, explanation }) => {
      form.offer(page?.data?.cellTypes);
      if (explanation === shown) return;
      shown = explanation;
      tracks.element.hidden = explanation === undefined;
      result.show(explanation);
      if (explanation === undefined) return;
      tracks.show(explanation);
      form.show(explanation);
    },
  });
}

/** The choice of what to explain. */
function makeForm(app: App) {
  const gene = make("input", [], {
    type: "text",
    id: "why-gene",
    autocomplete: "off",
    spellcheck: "false",
  });
  const cellType = makeSelect("why-cell-type", []);
  const explain = makeAction(app, "Explain", {
    id: "explain",
    act: () => {
      const name = gene.value.trim();
      if (name === "") return gene.focus();
      explainGene(app, { gene: name, cellType: cellType.value });
    },
  });
  let offered: readonly string[] | undefined;
  return {
    element: make("div.why-form", [
      makeField("Gene", gene, "Its name or id."),
      makeField("Cell type", cellType),
      explain,
    ]),
    /** Offers the cell types of the data. */
    offer: (cellTypes: readonly string[] | undefined) => {
      if (cellTypes === offered) return;
      offered = cellTypes;
      fill(cellType, (cellTypes ?? []).map((name) => make("option", [name], { value: name })));
    },
    /** Shows what was explained as chosen. */
    show: (explanation: Explanation) => {
      gene.value = explanation.symbol ?? explanation.gene;
      cellType.value = explanation.cellType;
    },
  };
}

/** Explains a gene in a cell type, and leads there. */
export async function explainGene(
  app: App,
  { gene, symbol, cellType }: Pick<PredictionRow, "gene" | "symbol" | "cellType">,
  { isLed = true }: { readonly isLed?: boolean } = {},
): Promise<boolean> {
  if (isLed) showHeading("why");
  const explanation = await app.run("explain", { gene, cellType }, {
    step: "why",
    title: `Explaining ${symbol ?? gene} in ${cellType}`,
  });
  return explanation !== undefined;
}

/** The explanation in a sentence or two. */
export function describeExplanation(explanation: Explanation): string {
  const { marks, totals, prediction, baseline, cellType } = explanation;
  const name = explanation.symbol ?? explanation.gene;
  const order = marks.map((mark, place) => ({ mark, total: totals[place]! }))
    .sort((one, other) => Math.abs(other.total) - Math.abs(one.total));
  const list = (sign: number) =>
    order.filter(({ total }) => Math.sign(total) === sign && formatEffect(total) !== NO_EFFECT)
      .map(({ mark, total }) => `${mark} (${formatEffect(total)})`);
  const [up, down] = [list(1), list(-1)];
  const parts = [
    up.length > 0 && `${joinWords(up)} ${up.length === 1 ? "raises" : "raise"} it`,
    down.length > 0 && `${joinWords(down)} ${down.length === 1 ? "lowers" : "lower"} it`,
  ].filter((part) => part !== false);
  return `By its marks, ${name} in ${cellType} is predicted at ${
    formatFixed(prediction)
  }; without ` +
    `any signal it would be ${formatFixed(baseline)}. ${parts.join("; ")}${
      parts.length > 0 ? "." : ""
    }`;
}

function makeResult(app: App) {
  const sentence = make("p.sentence");
  const totals = make("ul.totals", [], { "aria-label": "What each mark adds in all" });
  const notes = make("ul.lines");
  const key = make("ul.key", [
    make("li", [make("span.swatch.raise"), "raises the prediction"]),
    make("li", [make("span.swatch.lower"), "lowers it"]),
    make("li", [make("span.swatch.signal"), "signal"]),
  ]);
  const element = make("div", [
    sentence,
    totals,
    key,
    notes,
    make("div.actions", [
      makeDownload(app, "explanation.html", { step: "why", text: "Explanation (.html)" }),
      makeDownload(app, "tracks.zip", { step: "why", text: "Tracks for IGV (.zip)" }),
    ]),
  ], { hidden: true });
  return {
    element,
    show: (explanation: Explanation | undefined) => {
      element.hidden = explanation === undefined;
      if (explanation === undefined) return;
      setText(sentence, describeExplanation(explanation));
      totals.replaceChildren(...makeTotals(explanation));
      fillLines(notes, explanation.notes);
    },
  };
}

/** A bar for each mark, from the middle to the right if it raises the prediction. */
function makeTotals(explanation: Explanation): HTMLElement[] {
  const { marks, totals } = explanation;
  const most = Math.max(...totals.map(Math.abs)) || 1;
  return marks.map((mark, place) => {
    const total = totals[place]!;
    const bar = make("span.total-bar", [], { "data-sign": total < 0 ? "lower" : "raise" });
    const share = 50 * Math.abs(total) / most;
    bar.style.width = `${share}%`;
    bar.style.left = `${total < 0 ? 50 - share : 50}%`;
    return make("li", [
      make("span.total-mark", [mark]),
      make("span.total-track", [bar], { "aria-hidden": "true" }),
      make("span.total-value", [formatEffect(total)]),
      make("span.unseen", [` ${describeTrack(explanation, place)}`]),
    ]);
  });
}
