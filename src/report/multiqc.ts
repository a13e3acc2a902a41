import { groupBy } from "../base/group_by.ts";
import type { DataSummary } from "../data/summary/types.ts";
import type { Content, Point } from "./_multiqc_content.ts";
import { labelCurvesContent, labelTable, varianceTable } from "./_multiqc_labels.ts";
import { fileWord, sampleName, withoutMarkup } from "./_multiqc_names.ts";
import { binCentres, countingSentence, windowTitle } from "./_window_axis.ts";
import { signalUnit } from "./signal_unit.ts";
import type { CountedFile, DataPageInput } from "./data_input.ts";
import type { ReportFile } from "./write.ts";

/** What every file for MultiQC begins with. */
export const MULTIQC_START = '{\n  "id": "histone_';

/** Options of {@linkcode multiqcFiles}. */
export interface MultiqcOptions {
  /**
   * A name for the data set that no other in the same report has: it stands in the names of the files, and before those
   * of cell types. Characters other than letters, digits, `.`, `-` and `_` are replaced in names of files.
   */
  readonly key: string;
}

/**
 * Makes files that MultiQC shows in its report (custom content, `_mqc.json`): depths, and reads where files were counted,
 * in the general statistics; mean profiles, total counts and labels as sections. Files of several data sets join in the
 * same sections. MultiQC must be of version 1.30 or later.
 *
 * @param input The data, and the files that were counted.
 * @param options How to name them.
 * @returns The files.
 *
 * @example The files of data without labels
 * ```ts
 * import { Dataset, summariseDataset } from "@waka/histone/data";
 * import { multiqcFiles } from "@waka/histone/report";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 1, genes: 20 });
 * const data = summariseDataset(new Dataset({ ...train, labels: undefined }));
 * const files = multiqcFiles({ name: "liver.npz", data }, { key: "liver" });
 * deepStrictEqual(files.slice(0, 3).map(({ path }) => path), [
 *   "histone_liver_depth_mqc.json",
 *   "histone_liver_totals_mqc.json",
 *   "histone_liver_profile_H3K27me3_mqc.json",
 * ]);
 * ```
 */
export function multiqcFiles(input: DataPageInput, { key }: MultiqcOptions): ReportFile[] {
  const { data, files = [], labelVariance } = input;
  const contents = [
    depthStatistics(data, key),
    ...(files.length === 0 ? [] : [readStatistics(files, key)]),
    totals(data, key),
    ...profiles(data, key),
    ...(data.labels.length === 0 ? [] : [labelCurvesContent(data, key), labelTable(data, key)]),
    ...(labelVariance === undefined ? [] : [varianceTable(labelVariance, key)]),
  ];
  return contents.map((content) => ({
    path: `histone_${fileWord(key)}_${content.file}_mqc.json`,
    content: format(content),
  }));
}

function format({ id, plotType, name, description, settings, headers, data }: Content): string {
  const isStatistic = plotType === "generalstats";
  const value = {
    id: `histone_${id}`,
    ...(!isStatistic && {
      parent_id: "histone",
      parent_name: "Histone marks around TSS",
      parent_description:
        "Data sets of @waka/histone: histone marks around transcription start sites.",
      section_name: name,
      description,
    }),
    plot_type: plotType,
    ...(!isStatistic &&
      { pconfig: { id: `histone_${id}_plot`, title: `Histone: ${name}`, ...settings } }),
    ...(headers && { headers }),
    data,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function depthStatistics({ record, tracks }: DataSummary, key: string): Content {
  const unit = signalUnit(record);
  return {
    file: "depth",
    id: "depth",
    plotType: "generalstats",
    name: "Depth",
    description: "",
    headers: {
      histone_mean: {
        title: "Mean of a bin",
        description: `${unit}, mean over all genes and bins`,
        min: 0,
        scale: "Blues",
        format: "{:,.3f}",
      },
      histone_empty: {
        title: "Genes without signal",
        description: "Share of the genes that have no signal in any bin",
        min: 0,
        max: 100,
        suffix: "%",
        scale: "OrRd",
        format: "{:,.1f}",
      },
    },
    data: Object.fromEntries(tracks.map(({ cellType, mark, mean, emptyShare }) => [
      sampleName(key, cellType, mark),
      { histone_mean: mean, histone_empty: emptyShare * 100 },
    ])),
  };
}

function readStatistics(files: readonly CountedFile[], key: string): Content {
  const groups = groupBy(files, ({ cellType, mark }) => JSON.stringify([cellType, mark]));
  const rows = files.map((file) => {
    const { cellType, mark, name } = file;
    const isAlone = groups.get(JSON.stringify([cellType, mark]))!.length === 1;
    const sample = sampleName(key, cellType, mark, ...(isAlone ? [] : [name]));
    const { reads, readsInWindows, shareInWindows } = file;
    const values = {
      ...(reads !== undefined && { histone_reads: reads }),
      ...(readsInWindows !== undefined && { histone_in_windows: readsInWindows }),
      ...(shareInWindows !== undefined && { histone_share: shareInWindows * 100 }),
    };
    return [sample, values] as const;
  });
  return {
    file: "reads",
    id: "reads",
    plotType: "generalstats",
    name: "Reads",
    description: "",
    headers: {
      histone_reads: {
        title: "Reads",
        description: "Mapped reads of the whole file, duplicates too",
        min: 0,
        scale: "Greens",
        format: "{:,.0f}",
      },
      histone_in_windows: {
        title: "In windows",
        description: "Reads that were counted in a window at least",
        min: 0,
        scale: "Greens",
        format: "{:,.0f}",
        hidden: true,
      },
      histone_share: {
        title: "Share in windows",
        description: "Share of the file's reads that were counted in a window at least",
        min: 0,
        max: 100,
        suffix: "%",
        scale: "RdYlGn",
        format: "{:,.2f}",
      },
    },
    data: Object.fromEntries(rows),
  };
}

function totals({ cellTypes, tracks, record }: DataSummary, key: string): Content {
  const rows = cellTypes.flatMap((name) => {
    const own = tracks.filter(({ cellType }) => cellType === name);
    const values = Object.fromEntries(own.map(({ mark, total }) => [withoutMarkup(mark), total]));
    return own.length === 0 ? [] : [[sampleName(key, name), values] as const];
  });
  return {
    file: "totals",
    id: "totals",
    plotType: "bargraph",
    name: "Total counts",
    description: `Sum of the counts in all bins of all genes. ${countingSentence(record)}`.trim(),
    settings: { ylab: "Counts" },
    data: Object.fromEntries(rows),
  };
}

function profiles(data: DataSummary, key: string): Content[] {
  const { record, tracks } = data;
  const positions = binCentres(data);
  const words = distinctWords(record.marks);
  return record.marks.flatMap((name, place) => {
    const own = tracks.filter(({ mark }) => mark === name);
    if (own.length === 0) return [];
    return [{
      file: `profile_${words[place]}`,
      id: `profile_${words[place]}`,
      plotType: "linegraph" as const,
      name: `${withoutMarkup(name)} around the TSS`,
      description: `Mean signal of ${
        withoutMarkup(name)
      } at each distance from the TSS, over all genes of a cell type.`,
      settings: { xlab: windowTitle(data), ylab: signalUnit(record), ymin: 0 },
      data: Object.fromEntries(own.map(({ cellType, profile }) => [
        sampleName(key, cellType),
        positions.map((position, bin): Point => [position, profile[bin]!]),
      ])),
    }];
  });
}

/** Words for names of files, each different: two marks may differ only in what no file's name may have. */
function distinctWords(names: readonly string[]): string[] {
  const words = names.map(fileWord);
  return words.map((word, place) => words.indexOf(word) === place ? word : `${word}-${place + 1}`);
}
