import { formatCountOf } from "../base/count.ts";
import { dataSections } from "./_data_sections.ts";
import { figuresOf, renderDocument } from "./_document.ts";
import { formatCount } from "./_format.ts";
import type { DataPageInput } from "./data_input.ts";
import type { Figure } from "./figure.ts";

/** The comment with which the pages of data sets begin, after the document's type. */
export const DATA_PAGE_MARK = "@waka/histone: page of a data set";

/** What every page of a data set begins with. */
export const DATA_PAGE_START: string = `<!DOCTYPE html>\n<!-- ${DATA_PAGE_MARK} -->`;

/**
 * Makes the figures of a data set: mean profiles and heat maps around the TSS, depths, and the labels.
 *
 * @param input The data.
 * @returns The figures, in the order of the page.
 *
 * @example The figures of data without labels
 * ```ts
 * import { Dataset, summariseDataset } from "@waka/histone/data";
 * import { dataFigures } from "@waka/histone/report";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 20 });
 * const data = summariseDataset(new Dataset({ ...train, labels: undefined }));
 * const names = dataFigures({ name: "simulated", data }).map(({ name }) => name);
 * deepStrictEqual(names, ["profiles", "heat-maps", "depths"]);
 * ```
 */
export function dataFigures(input: DataPageInput): Figure[] {
  return dataSections(input).flatMap(figuresOf);
}

/**
 * Renders what a data set looks like as one HTML page that needs no other file: figures are inline SVG, there are no
 * scripts, and a content security policy keeps it from loading anything. It follows the reader's light or dark mode.
 *
 * @param input The data, and what else is known about them. All texts are escaped.
 * @returns The HTML.
 *
 * @example A page with a finding
 * ```ts
 * import { Dataset, summariseDataset } from "@waka/histone/data";
 * import { renderDataPage } from "@waka/histone/report";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { match } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 1, genes: 20 });
 * const page = await renderDataPage({
 *   name: "a < b",
 *   data: summariseDataset(new Dataset(train)),
 *   findings: [{ severity: "note", where: "E003", message: "it is small", advice: "Add genes." }],
 * });
 * match(page, /<h1>a &lt; b<\/h1>/);
 * match(page, /E003: it is small\./);
 * ```
 */
export async function renderDataPage(input: DataPageInput): Promise<string> {
  const { name, data } = input;
  const { samples, genes, cellTypes, record, bins } = data;
  const half = formatCount(bins * record.binSizeBp / 2);
  const centre = record.tss === "bed" ? "their centres" : "the TSS";
  return await renderDocument({
    kind: "Data set",
    name,
    summary: `${formatCountOf(record.marks.length, "histone mark")} around ${centre} of ` +
      `${formatCountOf(genes, "gene")} in ${
        formatCountOf(cellTypes.length, "cell type")
      }, ${half} bp to either ` +
      `side in ${formatCountOf(bins, "bin")}; ${
        data.labels.length > 0 ? "with labels" : "without labels"
      }.`,
    notes: input.notes,
    keyFigures: [
      ["Samples", formatCount(samples)],
      ["Cell types", formatCount(cellTypes.length)],
      ["Genes", formatCount(genes)],
      ["Marks", formatCount(record.marks.length)],
      ["Assembly", record.assembly],
      ...(input.findings === undefined
        ? []
        : [["Warnings", formatCount(countWarnings(input))] as const]),
    ],
    sections: dataSections(input),
    foot:
      "Made by @waka/histone. Numbers have four significant digits. Signal is shown as it was counted, without any " +
      "transform that the file carries.",
    mark: DATA_PAGE_MARK,
  });
}

function countWarnings({ findings = [], warnings = [] }: DataPageInput): number {
  return warnings.length + findings.filter(({ severity }) => severity === "warning").length;
}
