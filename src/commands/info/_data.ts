/** Data sets: npz files, AnnData, and DeepChrome's CSV files and folders. */

import { formatBytes } from "../../base/byte_count.ts";
import { formatCountOf } from "../../base/count.ts";
import { listSome } from "../../base/wording.ts";
import { Dataset } from "../../data/dataset.ts";
import { measureSequences } from "../../data/sequence_statistics.ts";
import type { SampleColumns } from "../../io/columns.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { openNpz, readCompetition, readDeepchromeCsv, readDeepchromeFolder } from "../../io/mod.ts";
import { openAnndataFolder, readAnndataFolder, saysWhatSignalIs } from "../../io/zarr/folder.ts";
import { typeOfSignal } from "../../io/stored_signal.ts";
import { FormatError } from "../../errors.ts";
import type { NpyHeader } from "../../io/npy_types.ts";
import type { NpzReader } from "../../io/npz_types.ts";
import { type DataRecord, parseRecord } from "../../record.ts";
import { isPanel } from "../../panel/panel_file.ts";
import { describeInput } from "../../runs/inputs.ts";
import { describePanelFile } from "./_panel.ts";
import { recordFacts } from "./_record.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

/** Data of more bytes than this, inflated, are not read whole. */
const MOST_BYTES = 2 ** 28;
/** Headers of more members than this are not read. */
const MOST_MEMBERS = 2000;

/** Describes an npz file by its directory, its record and the headers of its arrays; if it is small, by all of it. */
export async function describeNpz(path: string, source: ByteSource): Promise<Description> {
  using npz = await openNpz(source);
  if (isPanel(npz)) return await describePanelFile(npz, source);
  const record = recordOf(npz);
  const members = npz.members.filter(({ name }) => !name.startsWith("__"));
  if (members.length === 0) return describeArrays(npz);
  const shapes: { readonly shape: readonly number[]; readonly dtype: string }[] = [];
  for (const { name } of members.slice(0, MOST_MEMBERS)) {
    const header = await headerOf(npz, name);
    if (typeof header === "string") return await describeArrays(npz);
    shapes.push(header);
  }
  const marks = record?.marks.length ?? 5;
  const columns = shapes[0]!.shape[2] ?? 0;
  const isData = shapes.every(({ shape }) =>
    shape.length === 3 && (shape[2] === marks + 1 || shape[2] === marks + 2)
  );
  if (!isData) return describeArrays(npz);
  const bytes = npz.members.reduce((sum, { size }) => sum + size, 0);
  const types = [...new Set(shapes.map(({ dtype }) => dtype))];
  const tables = npz.members.map(({ name }) => name).filter((name) => name.startsWith("__"));
  const stored = listFacts([
    ["dtype", "stored as", types, `${types.join(", ")}, ${describeCompression(npz)}`],
    ["tables", "tables", tables.length === 0 ? undefined : tables, tables.join(", ")],
  ]);
  const what = "a data set, npz in the competition's layout";
  if (bytes <= MOST_BYTES) {
    return await describeWhole(path, {
      kind: "data-set-npz",
      what,
      more: stored,
      read: readCompetition,
    });
  }
  const samples = shapes.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const names = members.map(({ name }) => name);
  const genes = shapes.map(({ shape }) => shape[0]!);
  const facts = listFacts([
    ["cellTypes", "cell types", names, someOf(names)],
    ["samples", "samples", samples, grouped(samples)],
    ["genesOfCellTypes", "genes", [...new Set(genes)], describeRange(genes, "in a cell type")],
    ["bins", "bins", shapes[0]!.shape[1]],
    ["labels", "labels", columns === marks + 2, columns === marks + 2 ? "yes" : "no"],
  ]);
  const note = `its headers only, since its arrays take ${formatBytes(bytes)}`;
  return {
    kind: "data-set-npz",
    what,
    facts: [
      ...facts,
      ...stored,
      ...recordFacts(record),
      ...listFacts([["read", "read", "headers", note]]),
    ],
  };
}

function describeRange(values: readonly number[], where: string): string {
  let [least, most] = [Infinity, 0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least === most
    ? `${grouped(most)} ${where}`
    : `${grouped(least)} to ${grouped(most)} ${where}`;
}

function describeCompression({ members }: NpzReader): string {
  return members.some(({ size, compressedSize }) => compressedSize < size)
    ? "deflated"
    : "not compressed";
}

/** The record in a file's comment; a damaged one shows when the data are read. */
function recordOf(npz: NpzReader): DataRecord | undefined {
  try {
    return parseRecord(JSON.parse(npz.comment).histone, npz.name);
  } catch {
    return undefined;
  }
}

/** The header of an array; of one of a type that is not read, such as texts, the type. */
async function headerOf(npz: NpzReader, name: string): Promise<NpyHeader | string> {
  try {
    return await npz.header(name);
  } catch (error) {
    const type = error instanceof FormatError
      ? /dtype is (.*?), expected/.exec(error.message)?.[1]
      : undefined;
    if (type === undefined) throw error;
    return type.replaceAll('"', "");
  }
}

async function describeArrays(npz: NpzReader): Promise<Description> {
  const shown: string[] = [];
  for (const { name } of npz.members.slice(0, 20)) {
    const header = await headerOf(npz, name);
    shown.push(
      typeof header === "string"
        ? `${name} ${header} in place of numbers`
        : `${name} ${header.dtype} [${header.shape.join(", ")}]`,
    );
  }
  return {
    kind: "npz",
    what: "an npz file of arrays, not a data set",
    facts: listFacts([[
      "arrays",
      "arrays",
      npz.members.map(({ name }) => name),
      listSome(shown, 6),
    ]]),
  };
}

/**
 * Describes a folder of data by all of it. If it is large, AnnData in Zarr are described by all but their signal, others by
 * their size.
 */
export async function describeFolderData(
  path: string,
  { bytes, isZarr }: { readonly bytes: number; readonly isZarr: boolean },
): Promise<Description> {
  const kind = isZarr ? "data-set-zarr" : "data-set-deepchrome";
  const what = isZarr
    ? "a data set, AnnData in Zarr"
    : "a data set, DeepChrome's CSV files in a folder for each cell type";
  if (bytes <= MOST_BYTES) {
    const read = (folder: string) =>
      isZarr ? readAnndataFolder(folder) : readDeepchromeFolder(folder);
    return await describeWhole(path, { kind, what, more: [], read });
  }
  if (!isZarr || !await saysWhatSignalIs(path)) return { kind, what, facts: [notRead(bytes)] };
  const data = new Dataset(await openAnndataFolder(path));
  const note = `all but its signal, since it has ${formatBytes(bytes)}`;
  return {
    kind,
    what,
    facts: [
      ...datasetFacts(data),
      ...recordFacts(data.record),
      ...listFacts([["read", "read", "columns", note]]),
    ],
  };
}

/** Describes a CSV file of DeepChrome. */
export async function describeDeepchrome(path: string, bytes: number): Promise<Description> {
  const what = "a data set, DeepChrome's CSV of one cell type";
  if (bytes <= MOST_BYTES) {
    return await describeWhole(path, {
      kind: "data-set-deepchrome",
      what,
      more: [],
      read: (file) => readDeepchromeCsv(file),
    });
  }
  return { kind: "data-set-deepchrome", what, facts: [notRead(bytes)] };
}

function notRead(bytes: number): Fact {
  return {
    key: "read",
    name: "read",
    value: "start",
    text: `its start only, since it has ${formatBytes(bytes)}`,
  };
}

/** A reader of one kind of data. */
type ReadColumns = (
  path: string,
  listeners: Readonly<Record<"onNote" | "onWarning", (text: string) => void>>,
) => Promise<SampleColumns>;

async function describeWhole(
  path: string,
  { kind, what, more, read }: Pick<Description, "kind" | "what"> & {
    readonly more: readonly Fact[];
    readonly read: ReadColumns;
  },
): Promise<Description> {
  const notes: string[] = [];
  const keep = (text: string) => void notes.push(text);
  const data = new Dataset(await read(path, { onNote: keep, onWarning: keep }));
  const digest = await describeInput(path);
  return {
    kind,
    what,
    facts: [
      ...datasetFacts(data),
      ...sequenceFacts(data),
      ...more,
      ...recordFacts(data.record),
      ...listFacts([
        ["sha256", "sha256", digest?.sha256],
        ["notes", "notes", notes.length === 0 ? undefined : notes, notes.join("; ")],
      ]),
    ],
  };
}

/** What the sequences of data are made of. */
function sequenceFacts({ columns }: Dataset): Fact[] {
  const found = measureSequences(columns);
  if (found === undefined) return [];
  const { genes, masked, gcShare, unknownShare, softMaskedShare, identical } = found;
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const alike = identical.reduce((sum, group) => sum + group.length, 0);
  const text = [
    `for ${grouped(genes - masked)} of ${formatCountOf(genes, "gene")}`,
    `GC ${percent(gcShare)}`,
    `not known ${percent(unknownShare)}`,
    `in lower case ${percent(softMaskedShare)}`,
    ...(alike === 0 ? [] : [`${formatCountOf(alike, "gene")} with the letters of another`]),
  ].join(", ");
  const { identical: _, ...numbers } = found;
  const value = { ...numbers, gcShare: Number.isNaN(gcShare) ? null : gcShare, identical: alike };
  return listFacts([["sequences", "sequences", value, text]]);
}

function datasetFacts(data: Dataset): Fact[] {
  const { columns } = data;
  const { cellTypes, genes, bins, signal, signalValues, cellTypeGroups, geneDetails } = columns;
  const groups = cellTypeGroups === undefined ? undefined : [...new Set(cellTypeGroups)];
  const missing = [...data.missingMarks].map(([cellType, marks]) => ({ cellType, marks }));
  const type = typeOfSignal(signal);
  const transcripts = geneDetails?.some(({ gene }) => gene !== undefined) ?? false;
  return listFacts([
    ["cellTypes", "cell types", cellTypes, someOf(cellTypes)],
    ["genes", "genes", genes.length, someOf(genes)],
    ["areTranscripts", "transcripts", transcripts || undefined, "the genes are transcripts"],
    ["samples", "samples", data.length, grouped(data.length)],
    ["bins", "bins", bins],
    ["labels", "labels", data.hasLabels, data.hasLabels ? "yes" : "no"],
    [
      "encoding",
      "in memory",
      signalValues === undefined ? type : `${type} counts`,
      signalValues === undefined
        ? type
        : `${type}, as the counts of which the values are logarithms`,
    ],
    [
      "groups",
      "groups",
      groups,
      groups && `${formatCountOf(groups.length, "group")} of replicates`,
    ],
    [
      "missingMarks",
      "not measured",
      missing.length === 0 ? undefined : missing,
      listSome(missing.map(({ cellType, marks }) => `${marks.join(", ")} in ${cellType}`)),
    ],
  ]);
}
