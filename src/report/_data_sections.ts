/** The sections of a data set's page. */

import { groupBy } from "../base/group_by.ts";
import { formatCountOf } from "../base/count.ts";
import type { DataSummary, LabelScale } from "../data/summary/types.ts";
import {
  filesTable,
  findingsList,
  labelsTable,
  recordTable,
  SCALE_WORDS,
  tracksTable,
  versionsTable,
} from "./_data_tables.ts";
import type { Section } from "./_document.ts";
import { formatFraction } from "./_format.ts";
import { html } from "./_html.ts";
import { describeLabelUnit } from "./_record_words.ts";
import { describeVariance } from "../validation/describe_variance.ts";
import type { DataPageInput } from "./data_input.ts";
import { plotDepths } from "./depth_figure.ts";
import { plotHeatMaps } from "./heat_map_figure.ts";
import { plotLabelBoxes, plotLabelCorrelations, plotLabels } from "./label_figures.ts";
import { plotProfiles } from "./profile_figure.ts";

/** A sentence names at most this many marks that were not measured. */
const MOST_MISSING = 10;

/** Makes the sections for which the input has something to show. */
export function dataSections(input: DataPageInput): Section[] {
  const sections = [
    { id: "findings", title: "What may be wrong", content: findings(input) },
    { id: "signal", title: "Signal around the TSS", content: signal(input.data) },
    { id: "depth", title: "Depth", content: depth(input.data) },
    { id: "files", title: "Files", content: files(input) },
    { id: "label-section", title: "Labels", content: labels(input) },
    { id: "record", title: "Data record", content: [recordTable(input.data)] },
    { id: "versions", title: "Versions", content: versions(input) },
  ];
  return sections.filter(({ content }) => content.length > 0);
}

function findings({ findings, notChecked = [], warnings = [] }: DataPageInput): Section["content"] {
  if (findings === undefined && warnings.length === 0) return [];
  const unchecked = notChecked.length === 0 ? [] : [html`
    <ul class="note unchecked">${notChecked.map((text) => html`<li>${text}</li>`)}</ul>
  `];
  const warned = warnings.length === 0 ? [] : [html`
    <p>Warnings while the data were read:</p>
    <ul class="findings">${warnings.map((text) => html`<li>${text}</li>`)}</ul>
  `];
  const found = findings === undefined ? [] : [findingsList(findings, warnings.length)];
  return [...warned, ...found, ...unchecked];
}

function signal(data: DataSummary): Section["content"] {
  if (data.tracks.length === 0) return [];
  return [...notMeasured(data), plotProfiles(data), plotHeatMaps(data)];
}

/** Which marks were not measured in which cell types, in a sentence, if any. */
function notMeasured({ record, cellTypes, tracks }: DataSummary): Section["content"] {
  const measured = new Set(tracks.map(({ cellType, mark }) => JSON.stringify([cellType, mark])));
  const missing = record.marks.flatMap((mark) =>
    cellTypes.flatMap((cellType) =>
      measured.has(JSON.stringify([cellType, mark])) ? [] : `${mark} in ${cellType}`
    )
  );
  if (missing.length === 0) return [];
  const more = missing.length > MOST_MISSING ? ` and ${missing.length - MOST_MISSING} more` : "";
  return [html`
    <p>Not measured, and left out of all figures: ${missing.slice(0, MOST_MISSING).join(
      ", ",
    )}${more}.</p>
  `];
}

function depth(data: DataSummary): Section["content"] {
  if (data.tracks.length === 0) return [];
  const empty = data.tracks.filter(({ emptyShare }) => emptyShare === 1);
  const note = empty.length === 0 ? [] : [html`
    <p>${formatCountOf(empty.length, "mark")} of a cell type without any signal: ${empty.slice(
      0,
      10,
    ).map(({ mark, cellType }) => `${mark} in ${cellType}`).join(", ")}${empty.length > 10
      ? " and others"
      : ""}.</p>
  `];
  return [...note, plotDepths(data), tracksTable(data)];
}

function files({ files = [] }: DataPageInput): Section["content"] {
  if (files.length === 0) return [];
  const note = html`
    <p
      class="note">Reads are all mapped reads of a file, duplicates too. In windows are those that were counted in at
    least one window, once each; a pair that counts as one fragment stands for two reads in the share.</p>
  `;
  return [filesTable(files), note];
}

function labels({ data, labelVariance }: DataPageInput): Section["content"] {
  if (data.labels.length === 0) return [];
  const { correlations } = data;
  const pair = correlations?.cellTypes.length === 2
    ? [html`
      <p>The labels of ${correlations.cellTypes[0]!} and ${correlations
        .cellTypes[1]!} have a correlation of
      ${formatFraction(correlations.values[1])}.</p>
    `]
    : [];
  return [
    html`<p>${
      [describeScales(data), ...describeLabelUnit(data.record.expressionTransform)].join(" ")
    }</p>`,
    ...(labelVariance === undefined ? [] : describeVariance(labelVariance))
      .map((line) => html`<p>${line}</p>`),
    ...pair,
    plotLabels(data),
    ...[plotLabelBoxes(data), plotLabelCorrelations(correlations)].flatMap((figure) =>
      figure ?? []
    ),
    labelsTable(data),
  ];
}

/** What the labels look like, in a sentence for each scale. */
function describeScales({ labels }: DataSummary): string {
  const byScale = groupBy(labels, ({ scale }) => scale);
  const words = (scale: LabelScale) => SCALE_WORDS[scale];
  if (byScale.size === 1) return `The labels look like ${words(labels[0]!.scale)}.`;
  return `${
    Array.from(byScale, ([scale, group]) =>
      `The labels of ${formatCountOf(group.length, "cell type")} look like ${words(scale)}`)
      .join(". ")
  }.`;
}

function versions({ versions = {} }: DataPageInput): Section["content"] {
  return Object.keys(versions).length === 0 ? [] : [versionsTable(versions)];
}
