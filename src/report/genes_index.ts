import { meanOf } from "../base/mean.ts";
import { formatCountOf } from "../base/count.ts";
import { compact, drawEnds, drawPoints, rangeOfCells } from "./_bars.ts";
import { renderDocument } from "./_document.ts";
import { EXPLAIN_STYLE } from "./_explain_style.ts";
import { formatNumber } from "./_format.ts";
import { layOutGene } from "./_gene_window.ts";
import { type Html, html, type HtmlPart, trustHtml } from "./_html.ts";
import { methodName } from "./_method_words.ts";
import { type Column, table } from "./_table.ts";
import type { ExplainedGene, ExplanationMethod, GenePageInput } from "./gene_page_input.ts";
import { formatSigned } from "./viewer/numbers.ts";
import { startIndexPage } from "./viewer/index_script.ts";
import { describeSpan } from "./viewer/window.ts";

/** The comment with which indexes of genes begin, after the document's type. */
export const GENES_INDEX_MARK = "@waka/histone: index of genes";

/** What every index of genes begins with. */
export const GENES_INDEX_START: string = `<!DOCTYPE html>\n<!-- ${GENES_INDEX_MARK} -->`;

/** A gene of the index. */
export interface IndexedGene {
  /** The gene. */
  readonly gene: ExplainedGene;
  /** Name of its page's file in the same directory. */
  readonly file: string;
  /** Number of cell types. */
  readonly cellTypes: number;
  /** Mean prediction over the cell types. */
  readonly prediction: number;
  /** Mean of the measured values; absent where nothing was measured. */
  readonly label?: number | undefined;
  /** The bin with the largest attribution of either sign, in words. */
  readonly strongest?: string | undefined;
  /** That attribution. */
  readonly attribution?: number | undefined;
}

/** What the index shows. All texts are escaped. */
export interface GenesIndexInput {
  /** Name of the run or model. */
  readonly run: string;
  /** How attributions were found. */
  readonly method: ExplanationMethod;
  /** The genes, in the order of the page. */
  readonly genes: readonly IndexedGene[];
  /** Name of the file of the page over all genes in the same directory. */
  readonly allGenesFile?: string | undefined;
}

/**
 * Chooses a name for the file of each gene's page: letters, digits, dots, dashes and underscores alone, all names
 * different even where a file system ignores case.
 *
 * @param genes The genes.
 * @returns Names, in the order of the genes.
 *
 * @example Names that a file system would take for one, or for a path
 * ```ts
 * import { genePageFiles } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * const genes = [{ id: "1", symbol: "DPM1" }, { id: "2", symbol: "dpm1" }, { id: "../c:d" }];
 * deepStrictEqual(genePageFiles(genes), ["DPM1.html", "dpm1-2.html", "_c_d.html"]);
 * ```
 */
export function genePageFiles(genes: readonly Pick<ExplainedGene, "id" | "symbol">[]): string[] {
  // Windows has devices of these names; the other is that of the index.
  const taken = new Set(["index", "con", "prn", "aux", "nul"]);
  return genes.map(({ id, symbol }) => {
    const name = (symbol ?? id).replace(/[^\w.-]+/g, "_").replace(/^\.+|\.+$/g, "").slice(0, 100);
    const stem = name === "" ? "gene" : name;
    let chosen = stem;
    for (let number = 2; taken.has(chosen.toLowerCase()); number++) chosen = `${stem}-${number}`;
    taken.add(chosen.toLowerCase());
    return `${chosen}.html`;
  });
}

/**
 * Sums up a gene's page for the index.
 *
 * @param input What the page shows.
 * @param file Name of its file.
 * @returns The index's row.
 *
 * @example A gene of two bins
 * ```ts
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { indexGene } from "@waka/histone/report";
 * import { strictEqual } from "node:assert";
 *
 * const { strongest } = indexGene({
 *   gene: { id: "ENSG00000000419" },
 *   run: "first",
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 *   bins: 2,
 *   method: { method: "integrated-gradients", baseline: "zero", models: 1 },
 *   cellTypes: [{ cellType: "E003", prediction: 3.5, signal: [4, 0], attributions: [1.5, 0] }],
 * }, "a.html");
 * strictEqual(strongest, "H3K4me3 in E003, −100 to 0 bp");
 * ```
 */
export function indexGene(input: GenePageInput, file: string): IndexedGene {
  const { gene, cellTypes } = input;
  const labels = cellTypes.flatMap(({ label }) => label ?? []);
  return {
    gene,
    file,
    cellTypes: cellTypes.length,
    prediction: meanOf(cellTypes.map(({ prediction }) => prediction)),
    label: labels.length === 0 ? undefined : meanOf(labels),
    ...findStrongest(input),
  };
}

/** Finds the bin with the largest attribution of a gene. */
function findStrongest(
  input: GenePageInput,
): Pick<IndexedGene, "strongest" | "attribution"> {
  const { record: { marks }, bins, gene, cellTypes } = input;
  const { window, isTurned } = layOutGene(input, gene.position);
  let found: { readonly words: string; readonly value: number } | undefined;
  for (const { cellType, attributions = [] } of cellTypes) {
    for (let place = 0; place < attributions.length; place++) {
      const value = attributions[place]!;
      // This is false of values that are missing.
      if (!(Math.abs(value) > Math.abs(found?.value ?? 0))) continue;
      const inData = Math.floor(place / marks.length);
      const bin = isTurned ? bins - 1 - inData : inData;
      const span = describeSpan(window, { start: bin, end: bin + 1 });
      found = { words: `${marks[place % marks.length]} in ${cellType}, ${span}`, value };
    }
  }
  return { strongest: found?.words, attribution: found?.value };
}

/**
 * Renders the list of the genes that have a page, with links to them, as one HTML page that loads nothing.
 *
 * @param input The genes. All texts are escaped.
 * @returns The HTML.
 *
 * @example
 * ```ts
 * import { renderGenesIndex } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const page = await renderGenesIndex({
 *   run: "first",
 *   method: { method: "integrated-gradients", models: 1 },
 *   genes: [{ gene: { id: "a < b" }, file: "a_b.html", cellTypes: 1, prediction: 3.5 }],
 * });
 * match(page, /<a href="a_b\.html">a &lt; b<\/a>/);
 * ```
 */
export async function renderGenesIndex(input: GenesIndexInput): Promise<string> {
  const { run, method, genes, allGenesFile } = input;
  return await renderDocument({
    kind: "Explained genes",
    name: run,
    summary: `${methodName(method)} of ${formatCountOf(genes.length, "gene")}.`,
    sections: [{
      id: "genes",
      title: "Genes",
      content: [linkAllGenes(allGenesFile), renderFilter(genes), renderGenes(genes)],
    }],
    style: EXPLAIN_STYLE,
    script: { functions: [startIndexPage], start: startIndexPage, data: null },
    foot:
      "Made by @waka/histone. Numbers are means over the cell types, in the unit of the labels.",
    mark: GENES_INDEX_MARK,
  });
}

function linkAllGenes(file: string | undefined): Html {
  if (file === undefined) return html``;
  return html`<p><a href="${
    encodeURIComponent(file)
  }">What the marks add on average, over all genes</a></p>`;
}

function renderFilter(genes: readonly IndexedGene[]): Html {
  if (genes.length < 2) return html`<input id="filter" hidden><output id="found" hidden></output>`;
  return html`
    <p class="filter"><label>Find <input id="filter" type="search" autocomplete="off"></label>
      <output id="found"></output></p>
  `;
}

function renderGenes(genes: readonly IndexedGene[]): Html {
  const range = rangeOfCells(genes.flatMap(({ label, prediction }) => [label, prediction]));
  const has = (field: "label" | "strongest") => genes.some((gene) => gene[field] !== undefined);
  const columns: (Column<IndexedGene> | false)[] = [
    {
      title: "Gene",
      cell: ({ gene: { id, symbol }, file }): HtmlPart =>
        html`<a href="${encodeURIComponent(file)}">${symbol ?? id}</a>`,
      isText: true,
    },
    genes.some(({ gene: { id, symbol = id } }) => symbol !== id) &&
    { title: "Identifier", cell: ({ gene }) => gene.id, isText: true },
    { title: "Cell types", cell: ({ cellTypes }) => String(cellTypes) },
    has("label") && { title: "Measured", cell: ({ label }) => formatNumber(label) },
    { title: "Predicted", cell: ({ prediction }) => formatNumber(prediction) },
    { title: drawEnds(range), cell: (gene) => drawPoints(gene, range), isText: true },
    has("strongest") &&
    { title: "Strongest bin", cell: ({ strongest = "–" }) => strongest, isText: true },
    has("strongest") && {
      title: "It adds",
      cell: ({ attribution }) => attribution === undefined ? "–" : formatSigned(attribution),
    },
  ];
  const shown = columns.filter((column) => column !== false);
  const text = compact(table("The genes that have a page", genes, shown));
  const measured = has("label") ? "a dot is the measured value, " : "";
  return html`
    <div class="genes">${trustHtml(text)}</div>
    <p class="note">In the chart ${measured}a diamond the prediction.</p>
  `;
}
