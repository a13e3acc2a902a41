import { formatCountOf } from "../base/count.ts";
import { renderDocument, type Section } from "./_document.ts";
import { renderBar } from "./_gene_bar.ts";
import { EXPLAIN_STYLE } from "./_explain_style.ts";
import { renderPredictions } from "./_gene_predictions.ts";
import { eachCellType, renderEdits, renderLikeGenes, renderSums } from "./_gene_sections.ts";
import { arrangeTracks, explainTracks, geneViewData, renderGeneTracks } from "./_gene_tracks.ts";
import { type GeneWindow, layOutGene } from "./_gene_window.ts";
import { type Html, html } from "./_html.ts";
import { isAdditive, methodName } from "./_method_words.ts";
import { methodSection } from "./_method_section.ts";
import { renderNumbers } from "./_numbers_table.ts";
import type { GeneInCellType, GenePageInput } from "./gene_page_input.ts";
import { GENE_FUNCTIONS } from "./viewer/functions.ts";
import { numberCells } from "./viewer/gene_values.ts";
import { startGenePage } from "./viewer/gene_script.ts";
import { describeGenomeSpan } from "./viewer/window.ts";

/** The comment with which the pages of genes begin, after the document's type. */
export const GENE_PAGE_MARK = "@waka/histone: page of a gene";

/** What every page of a gene begins with. */
export const GENE_PAGE_START: string = `<!DOCTYPE html>\n<!-- ${GENE_PAGE_MARK} -->`;

/**
 * Renders why a gene is predicted as it is, as one HTML page that needs no other file and no network: the marks around the
 * TSS with what each bin adds to the prediction, predictions beside measured values in every cell type, effects of edits,
 * and genes with like marks. A small script lets readers choose a cell type, zoom, and read bins out with a pointer, a
 * finger or keys; a content security policy lets nothing else run. Without the script the page shows one cell type.
 *
 * @param input The gene. All texts are escaped.
 * @returns The HTML.
 * @throws {RangeError} If there is no cell type, or values are not of the shape `[bin, mark]`.
 *
 * @example A gene of two bins
 * ```ts
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { renderGenePage } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const page = await renderGenePage({
 *   gene: { id: "ENSG00000000419", symbol: "a < b" },
 *   run: "first",
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 *   bins: 2,
 *   method: { method: "integrated-gradients", baseline: "zero", models: 1 },
 *   cellTypes: [{ cellType: "E003", prediction: 3.5, signal: [4, 0], attributions: [1.5, 0] }],
 * });
 * match(page, /<h1>a &lt; b<\/h1>/);
 * ```
 */
export async function renderGenePage(input: GenePageInput): Promise<string> {
  checkGene(input);
  const { gene, run, indexFile } = input;
  const layout = layOutGene(input, gene.position);
  return await renderDocument({
    kind: "Explained gene",
    name: gene.symbol ?? gene.id,
    index: indexFile === undefined ? undefined : { title: "All explained genes", file: indexFile },
    summary: summarise(input, layout),
    bar: renderBar(input),
    sections: sectionsOf(input, layout),
    style: EXPLAIN_STYLE,
    script: {
      file: "gene_script.js",
      functions: GENE_FUNCTIONS,
      start: startGenePage,
      data: geneViewData(input, layout),
    },
    foot:
      `Made by @waka/histone from ${run}. Attributions and effects are in the unit of the labels.`,
    mark: GENE_PAGE_MARK,
  });
}

function checkGene(input: GenePageInput): void {
  const { gene, cellTypes, record: { marks, sequence }, bins, letters, firstShown = 0 } = input;
  const what = `Cannot make the page of ${gene.id}: found`;
  if (cellTypes.length === 0) {
    throw new RangeError(`${what} no cell types, expected at least one`);
  }
  if (!(firstShown in cellTypes)) {
    const last = cellTypes.length - 1;
    throw new RangeError(`${what} ${firstShown} as the cell type to show, expected 0 to ${last}`);
  }
  if (letters !== undefined && sequence !== undefined && letters.length !== sequence.bases) {
    const found = formatCountOf(letters.length, "letter");
    throw new RangeError(`${what} ${found}, expected ${sequence.bases}, as the record says`);
  }
  const check = (one: GeneInCellType, field: keyof GeneInCellType, shape: Shape) => {
    const values = one[field] as ArrayLike<number> | undefined;
    if (values === undefined || values.length === shape.size) return;
    const found = formatCountOf(values.length, "value");
    throw new RangeError(
      `${what} ${found} of ${field} in ${one.cellType}, expected ${shape.words}`,
    );
  };
  const ofBins = { size: bins * marks.length, words: `${bins} bins × ${marks.length} marks` };
  const ofLetters = {
    size: 4 * (letters?.length ?? 0),
    words: `${letters?.length ?? 0} letters × 4`,
  };
  for (const one of cellTypes) {
    check(one, "signal", ofBins);
    check(one, "attributions", ofBins);
    check(one, "standardDeviations", ofBins);
    check(one, "qValues", ofBins);
    check(one, "letterAttributions", ofLetters);
  }
}

/** How many values there must be, and why. */
interface Shape {
  readonly size: number;
  readonly words: string;
}

function summarise({ gene, run, method, record }: GenePageInput, { window }: GeneWindow): string {
  const { id, symbol, position } = gene;
  const parts = [
    symbol === undefined || symbol === id ? undefined : id,
    position &&
    `${describeGenomeSpan(window, { start: 0, end: window.bins })}, ${
      position.strand === "+" ? "plus" : "minus"
    } strand`,
    position && record.assembly !== "unknown" ? record.assembly : undefined,
    `${methodName(method)} of ${run}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function sectionsOf(input: GenePageInput, layout: GeneWindow): Section[] {
  const { cellTypes } = input;
  const hasEdits = cellTypes.some(({ edits = [] }) => edits.length > 0);
  const hasLike = cellTypes.some(({ likeGenes = [] }) => likeGenes.length > 0);
  // Derivatives by different values have no sum.
  const hasSums = input.method.method !== "gradient" &&
    cellTypes.some(({ attributions, otherInputs = [] }) =>
      attributions !== undefined || otherInputs.length > 0
    );
  const section = (id: string, title: string, content: readonly Html[]) => ({ id, title, content });
  return [
    section("marks", `Marks around the ${layout.window.centre}`, [
      renderGeneTracks(input, layout),
      explainTracks(input, layout),
      numbersTable(input, layout),
    ]),
    section("predictions", "Prediction in every cell type", [renderPredictions(input)]),
    ...(hasSums
      ? [section("sums", "What each input adds", [explainSums(input), renderSums(input)])]
      : []),
    ...(hasEdits ? [section("edits", "What edits do", [renderEdits(input)])] : []),
    ...(hasLike ? [section("like", "Genes with like marks", [renderLikeGenes(input)])] : []),
    methodSection(input),
  ];
}

function explainSums({ method, cellTypes }: GenePageInput): Html {
  const sums = isAdditive(method)
    ? "From the prediction for the baseline to that of the gene: each bar starts where the one above it ends. What is " +
      "not explained is the completeness error."
    : "The sums of the attributions. With this method they do not add up to the prediction.";
  const hasMore = cellTypes.some(({ prediction, explained = prediction }) =>
    explained !== prediction
  );
  const more = hasMore
    ? " Explained is the part of the prediction that the model reads from its inputs; the rest, such as what it knows of the " +
      "gene from training, reads nothing."
    : "";
  return html`<p>${sums}${more}</p>`;
}

/** The values of the tracks as a table, which the script fills with those of the chosen cell type. */
function numbersTable(input: GenePageInput, { window, isTurned }: GeneWindow): Html {
  const { record: { marks }, bins, cellTypes, firstShown = 0 } = input;
  const first = arrangeTracks(cellTypes[firstShown]!, { window, isTurned });
  return renderNumbers({
    window,
    marks,
    columns: [
      "Signal",
      ...(first.attributions ? ["Attribution"] : []),
      ...(first.qValues ? ["q"] : []),
    ],
    cells: numberCells(first, { marks: marks.length, bins }),
    caption: eachCellType(input, ({ cellType }) => html`in ${cellType}`),
  });
}
