/** The tables of a data set's page. */

import type { DataSummary, LabelScale, LabelSummary, TrackSummary } from "../data/summary/types.ts";
import { formatCount, formatNumber } from "./_format.ts";
import { type Html, html } from "./_html.ts";
import { describeRecord } from "./_record_words.ts";
import { folded, table } from "./_table.ts";
import type { CountedFile, DataFinding } from "./data_input.ts";

/** A page has at most this many rows of a table. */
const MOST_ROWS = 1000;

/** Makes a table of the first rows, and says how many more there are. */
function tableOfSome<Row>(...[caption, rows, columns]: Parameters<typeof table<Row>>): Html {
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length;
  if (left === 0) return table(caption, rows, columns);
  return table(
    `${caption}: the first ${formatCount(MOST_ROWS)} of ${formatCount(rows.length)}`,
    shown,
    columns,
  );
}

/** Formats a share as a percentage; a dash if it is missing. */
function formatShare(share: number | undefined): string {
  if (share === undefined) return "–";
  const percent = share * 100;
  return `${
    percent === 0 || percent >= 99.95
      ? Math.round(percent)
      : percent.toPrecision(percent < 10 ? 2 : 3)
  }%`;
}

/** Makes the table of the depths of marks. */
export function tracksTable({ tracks }: DataSummary): Html {
  return folded(tableOfSome<TrackSummary>("Each mark in each cell type", tracks, [
    { title: "Cell type", cell: ({ cellType }) => cellType, isText: true },
    { title: "Mark", cell: ({ mark }) => mark, isText: true },
    { title: "Genes", cell: ({ samples }) => formatCount(samples) },
    { title: "Total", cell: ({ total }) => formatNumber(total) },
    { title: "Mean of a bin", cell: ({ mean }) => formatNumber(mean) },
    { title: "Largest", cell: ({ largest }) => formatNumber(largest) },
    { title: "Genes without signal", cell: ({ emptyShare }) => formatShare(emptyShare) },
    { title: "Bins of 0", cell: ({ zeroShare }) => formatShare(zeroShare) },
  ]));
}

/** Makes the table of the files that were counted. */
export function filesTable(files: readonly CountedFile[]): Html {
  const folder = commonFolder(files.map(({ name }) => name));
  const caption = `The files that were counted${folder === "" ? "" : `, in ${folder}`}`;
  return tableOfSome<CountedFile>(caption, files, [
    { title: "File", cell: ({ name }) => name.slice(folder.length), isText: true },
    { title: "Cell type", cell: ({ cellType }) => cellType, isText: true },
    { title: "Mark", cell: ({ mark }) => mark, isText: true },
    { title: "Format", cell: ({ format }) => format, isText: true },
    { title: "Reads", cell: ({ reads }) => reads === undefined ? "–" : formatCount(reads) },
    {
      title: "In windows",
      cell: ({ readsInWindows }) =>
        readsInWindows === undefined ? "–" : formatCount(readsInWindows),
    },
    { title: "Share", cell: ({ shareInWindows }) => formatShare(shareInWindows) },
  ]);
}

/** The folder that several paths or addresses have in common, with its slash; "" if they share nothing. */
function commonFolder(names: readonly string[]): string {
  const [first = "", ...others] = names.map((name) => name.slice(0, name.lastIndexOf("/") + 1));
  if (others.length === 0) return "";
  let folder = first;
  while (folder !== "" && !others.every((other) => other.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf("/", folder.length - 2) + 1);
  }
  return folder;
}

/** What scales of labels mean. */
export const SCALE_WORDS: Readonly<Record<LabelScale, string>> = {
  constant: "all the same",
  classes: "classes",
  counts: "whole numbers, as counts are",
  differences: "differences without a logarithm",
  logarithms: "logarithms",
  "signed logarithms": "logarithms with a sign, or standardised",
  "plain values": "plain TPM, RPKM or FPKM, not logarithms",
  other: "neither logarithms nor plain expression",
};

/** Makes the table of the labels of each cell type. */
export function labelsTable({ labels }: DataSummary): Html {
  return folded(tableOfSome<LabelSummary>("The labels of each cell type", labels, [
    { title: "Cell type", cell: ({ cellType }) => cellType, isText: true },
    { title: "Genes", cell: ({ values }) => formatCount(values.length) },
    { title: "Mean", cell: ({ mean }) => formatNumber(mean) },
    { title: "SD", cell: ({ deviation }) => formatNumber(deviation) },
    { title: "Least", cell: ({ quartiles }) => formatNumber(quartiles[0]) },
    { title: "Median", cell: ({ quartiles }) => formatNumber(quartiles[2]) },
    { title: "Largest", cell: ({ quartiles }) => formatNumber(quartiles[4]) },
    { title: "Zero", cell: ({ zeroShare }) => formatShare(zeroShare) },
    { title: "Integer", cell: ({ integerShare }) => formatShare(integerShare) },
    { title: "Negative", cell: ({ negativeShare }) => formatShare(negativeShare) },
    { title: "They look like", cell: ({ scale }) => SCALE_WORDS[scale], isText: true },
  ]));
}

/** Makes the list of findings, warnings first. */
export function findingsList(findings: readonly DataFinding[], warnings: number): Html {
  if (findings.length === 0) {
    return html`<p>Nothing ${warnings === 0 ? "" : "else "}looks wrong.</p>`;
  }
  const sorted = findings.toSorted((one, other) =>
    Number(one.severity === "note") - Number(other.severity === "note")
  );
  return html`
    <ul class="findings">${sorted.map(({ severity, where, message, advice }) =>
      html`
        <li><strong class="${severity}">${severity === "warning" ? "Warning" : "Note"}</strong>
          ${where}: ${message}. <span class="advice">${advice}</span></li>
      `
    )}</ul>
  `;
}

/** Makes the table of the record in words. */
export function recordTable({ record, bins }: DataSummary): Html {
  return table("What the numbers are", describeRecord(record, bins), [
    { title: "Property", cell: ([what]) => what, isText: true },
    { title: "Value", cell: ([, value]) => value, isText: true },
  ]);
}

/** Makes the table of programs and their versions. */
export function versionsTable(versions: Readonly<Record<string, string>>): Html {
  return table("The programs that made this page", Object.entries(versions), [
    { title: "Program", cell: ([name]) => name, isText: true },
    { title: "Version", cell: ([, version]) => version, isText: true },
  ]);
}
