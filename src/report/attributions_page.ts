import { formatCountOf } from "../base/count.ts";
import { compact, drawBar, drawEnds, rangeOfCells } from "./_bars.ts";
import { renderDocument, type Section } from "./_document.ts";
import { EXPLAIN_STYLE } from "./_explain_style.ts";
import { formatCount } from "./_format.ts";
import { formatInterval } from "./_gene_predictions.ts";
import { type Html, html, trustHtml } from "./_html.ts";
import { explainValues, methodName } from "./_method_words.ts";
import { methodSection } from "./_method_section.ts";
import {
  layOutGenes,
  profileViewData,
  renderProfileNumbers,
  renderProfiles,
} from "./_profile_tracks.ts";
import { type Column, table } from "./_table.ts";
import { describeDirection } from "./_window_axis.ts";
import { signalUnit } from "./signal_unit.ts";
import type { AttributionsPageInput, ExpressionGroupProfile } from "./attributions_page_input.ts";
import { PROFILE_FUNCTIONS } from "./viewer/functions.ts";
import { formatSigned, formatValue } from "./viewer/numbers.ts";
import { startProfilePage } from "./viewer/profile_script.ts";
import { describeSpan } from "./viewer/window.ts";

/** The comment with which pages over all genes begin, after the document's type. */
export const ATTRIBUTIONS_PAGE_MARK = "@waka/histone: page of attributions";

/** What every page over all genes begins with. */
export const ATTRIBUTIONS_PAGE_START: string =
  `<!DOCTYPE html>\n<!-- ${ATTRIBUTIONS_PAGE_MARK} -->`;

/** More groups than this have no colours that can be told apart. */
const MOST_GROUPS = 6;

/** The list of bins has at most this many. */
const MOST_BINS = 25;

/**
 * Renders what the marks add to predictions on average, as one HTML page that needs no other file and no network: mean
 * attributions by mark, distance from the TSS and group of expression above the mean signal, with intervals and the band of
 * a null where they are given, and a list of the bins that add the most. Readers can zoom, read bins out and hide groups.
 *
 * @param input The means. All texts are escaped.
 * @returns The HTML.
 * @throws {RangeError} If there are no groups or more than six, or values are not of the shape `[bin, mark]`.
 *
 * @example Two groups in two bins
 * ```ts
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { renderAttributionsPage } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const page = await renderAttributionsPage({
 *   run: "a < b",
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 *   bins: 2,
 *   method: { method: "integrated-gradients", baseline: "mean", models: 1 },
 *   genes: 9,
 *   cellTypes: 1,
 *   groups: [
 *     { name: "low", samples: 5, attributions: { mean: [-0.5, 0] }, signal: [1, 0] },
 *     { name: "high", samples: 4, attributions: { mean: [0.75, 0] }, signal: [9, 2] },
 *   ],
 * });
 * match(page, /<h1>a &lt; b<\/h1>/);
 * match(page, /\+0\.75/);
 * ```
 */
export async function renderAttributionsPage(input: AttributionsPageInput): Promise<string> {
  checkGroups(input);
  const { run, method, genes, cellTypes, indexFile } = input;
  return await renderDocument({
    kind: "Explanation of all genes",
    name: run,
    index: indexFile === undefined ? undefined : { title: "All explained genes", file: indexFile },
    summary: `${methodName(method)} of ${formatCountOf(genes, "gene")} in ${
      formatCountOf(cellTypes, "cell type")
    }: what each mark adds to the predictions on average.`,
    sections: sectionsOf(input),
    style: EXPLAIN_STYLE,
    script: {
      functions: PROFILE_FUNCTIONS,
      start: startProfilePage,
      data: profileViewData(input),
    },
    foot: "Made by @waka/histone. Attributions are in the unit of the labels.",
    mark: ATTRIBUTIONS_PAGE_MARK,
  });
}

function checkGroups({ groups, record: { marks }, bins, nullBand }: AttributionsPageInput): void {
  const what = "Cannot make the page over all genes";
  if (groups.length < 1 || groups.length > MOST_GROUPS) {
    throw new RangeError(
      `${what}: found ${formatCountOf(groups.length, "group")}, expected 1 to ${MOST_GROUPS}`,
    );
  }
  const arrays: (readonly [string, ArrayLike<number> | undefined])[] = groups.flatMap(
    ({ name, attributions: { mean, low, high }, signal, markedShare }) =>
      Object.entries({ mean, low, high, signal, markedShare })
        .map(([field, values]) => [`${field} of ${name}`, values] as const),
  );
  arrays.push(["low of the null", nullBand?.low], ["high of the null", nullBand?.high]);
  for (const [name, values] of arrays) {
    if (values === undefined || values.length === bins * marks.length) continue;
    throw new RangeError(
      `${what}: found ${
        formatCountOf(values.length, "value")
      } of ${name}, expected ${bins} bins × ${marks.length} marks`,
    );
  }
}

function sectionsOf(input: AttributionsPageInput): Section[] {
  const { window } = layOutGenes(input);
  const section = (id: string, title: string, ...content: Html[]) => ({ id, title, content });
  return [
    section(
      "profiles",
      `Marks around the ${window.centre}`,
      renderProfiles(input),
      explainProfiles(input),
      renderProfileNumbers(input),
    ),
    // Derivatives by different values have no sum.
    ...(input.method.method === "gradient"
      ? []
      : [section("sums", "What each mark adds", renderMarkSums(input))]),
    section("bins", "The bins that add the most", renderBiggestBins(input)),
    methodSection(input),
  ];
}

function explainProfiles({ record, grouping, intervals, method }: AttributionsPageInput): Html {
  const sentences = [
    explainValues(method, "single value"),
    grouping,
    intervals,
    "The upper lines of a mark are the means of these values, all in one scale; the lower ones are its mean signal: " +
    `${
      signalUnit(record).toLowerCase()
    } in a bin, as counted. Numbers beside a mark's name are in the order of the groups.`,
    describeDirection(record),
  ];
  return html`<p class="note">${sentences.filter((each) => each !== undefined).join(" ")}</p>`;
}

/** Renders the sum over all bins of each mark in each group, as bars. */
function renderMarkSums({ groups, record: { marks }, bins }: AttributionsPageInput): Html {
  const rows = marks.flatMap((mark, place) =>
    groups.map(({ name, attributions: { mean } }) => {
      let sum = 0;
      for (let bin = 0; bin < bins; bin++) sum += mean[bin * marks.length + place]! || 0;
      return { mark, name, sum };
    })
  );
  const range = rangeOfCells([0, ...rows.map(({ sum }) => sum)]);
  return trustHtml(compact(table("Mean attributions, summed over all bins", rows, [
    { title: "Mark", cell: ({ mark }) => mark, isText: true },
    { title: "Samples", cell: ({ name }) => name, isText: true },
    { title: "Adds", cell: ({ sum }) => formatSigned(sum) },
    {
      title: drawEnds(range),
      cell: ({ sum }) => drawBar({ from: 0, to: sum }, range),
      isText: true,
    },
  ])));
}

/** A bin of a mark in a group. */
interface BinOfGroup {
  readonly bin: number;
  readonly mark: string;
  readonly place: number;
  readonly group: ExpressionGroupProfile;
  readonly mean: number;
}

/** Finds the bins whose mean attribution is the largest, of either sign. */
function findBiggestBins({ groups, record: { marks } }: AttributionsPageInput): BinOfGroup[] {
  return groups.flatMap((group) =>
    Array.from(group.attributions.mean, (mean, place) => ({
      bin: Math.floor(place / marks.length),
      mark: marks[place % marks.length]!,
      place,
      group,
      mean,
    }))
  ).filter(({ mean }) => Number.isFinite(mean) && mean !== 0)
    .sort((one, other) => Math.abs(other.mean) - Math.abs(one.mean))
    .slice(0, MOST_BINS);
}

function renderBiggestBins(input: AttributionsPageInput): Html {
  const rows = findBiggestBins(input);
  if (rows.length === 0) return html`<p>No bin adds anything.</p>`;
  const { window } = layOutGenes(input);
  const { groups, nullBand } = input;
  const intervalOf = ({ group: { attributions: { low, high } }, place }: BinOfGroup) =>
    low && high ? { low: low[place]!, high: high[place]! } : undefined;
  const columns: (Column<BinOfGroup> | false)[] = [
    { title: "Mark", cell: ({ mark }) => mark, isText: true },
    {
      title: `From the ${window.centre}`,
      cell: ({ bin }) => describeSpan(window, { start: bin, end: bin + 1 }),
      isText: true,
    },
    { title: "Samples", cell: ({ group }) => group.name, isText: true },
    { title: "Adds", cell: ({ mean }) => formatSigned(mean) },
    groups.some(({ attributions: { low } }) => low !== undefined) &&
    { title: "Interval", cell: (row) => formatInterval(intervalOf(row)) },
    nullBand !== undefined && {
      title: "Null",
      cell: ({ place }) =>
        formatInterval({ low: nullBand.low[place]!, high: nullBand.high[place]! }),
    },
    { title: "Signal", cell: ({ group, place }) => formatValue(group.signal[place]!) },
    groups.some(({ markedShare }) => markedShare !== undefined) && {
      title: "Marked",
      cell: ({ group: { markedShare }, place }) =>
        markedShare ? `${formatCount(Math.round(100 * markedShare[place]!))}%` : "–",
    },
  ];
  return html`
    ${trustHtml(compact(table(
      `The ${formatCountOf(rows.length, "bin")} with the largest mean attributions`,
      rows,
      columns.filter((column) => column !== false),
    )))}
    ${groups.some(({ markedShare }) => markedShare !== undefined)
      ? html`<p class="note">Marked is the share of the samples in which the q-value marks the bin.</p>`
      : ""}
  `;
}
