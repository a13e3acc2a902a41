/**
 * Panels on disk: an npz file, `panel.npz`, with the arrays `values`, `scales`, `turned`, `present` and `labels`, where
 * there are some `statistics`, and the bytes of a JSON text in `about`, which has the names.
 *
 * @module
 */

import { integer, number, optional, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openNpz } from "../io/npz.ts";
import { type NpzMemberData, writeNpz } from "../io/npz_writer.ts";
import type { NpzReader } from "../io/npz_types.ts";
import { parseRecord } from "../record.ts";
import { sealPanel } from "./digest.ts";
import { LABEL_STATISTICS, type PanelContent, type ReferencePanel } from "./panel.ts";
import { summaryShape } from "./summary.ts";

/** Name of the file beside a model. */
export const PANEL_FILE = "panel.npz";

const VERSION = 1;
/** Room for the names of a million genes. */
const MAX_ABOUT_BYTES = 2 ** 26;
/** Ten times the size of the competition's panel. */
const MAX_VALUES = 2 ** 30;

const CELL_TYPES = arrayOf(
  object({ name: text, members: arrayOf(text, { items: "names", distinct: true }) }),
  { items: "cell types" },
);

const ABOUT = object({
  version: integer(1),
  genes: arrayOf(text, { items: "keys of genes", distinct: true }),
  cellTypes: CELL_TYPES,
  summarised: optional(CELL_TYPES),
  bins: integer(1),
  labelMean: number,
  labelSd: number,
}, { others: "leave out" });

/**
 * Writes a panel as an npz file.
 *
 * @param sink The stream to write to; closed at the end.
 * @param panel The panel.
 *
 * @example A panel is the same after writing and reading
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { bytesSource } from "@waka/histone/io";
 * import { buildPanel, readPanel, writePanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 3, newGenes: 1 }).train);
 * const panel = await buildPanel(data);
 * const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
 * const [bytes] = await Promise.all([new Response(readable).bytes(), writePanel(writable, panel)]);
 * deepStrictEqual(await readPanel(bytesSource(bytes)), panel);
 * ```
 */
export async function writePanel(
  sink: WritableStream<Uint8Array>,
  panel: ReferencePanel,
): Promise<void> {
  const { genes, cellTypes, bins, record, labelMean, labelSd, statistics } = panel;
  const known = { genes, cellTypes, summarised: statistics?.cellTypes };
  const about = { version: VERSION, ...known, bins, record, labelMean, labelSd };
  const json = new TextEncoder().encode(JSON.stringify(about));
  const axes = [genes.length, cellTypes.length];
  const members: NpzMemberData[] = [
    { name: "about", dtype: "uint8", shape: [json.length], data: json },
    { name: "scales", dtype: "float32", shape: [panel.scales.length], data: panel.scales },
    { name: "turned", dtype: "uint8", shape: [genes.length], data: panel.turned },
    { name: "present", dtype: "uint8", shape: axes, data: panel.present },
    { name: "labels", dtype: "float32", shape: axes, data: panel.labels },
    {
      name: "values",
      dtype: "uint8",
      shape: [panel.values.length === 0 ? 0 : genes.length, cellTypes.length, panel.scales.length],
      data: panel.values,
    },
  ];
  if (statistics !== undefined) {
    const shape = [genes.length, LABEL_STATISTICS];
    members.push({ name: "statistics", dtype: "float32", shape, data: statistics.values });
  }
  await writeNpz(sink, members);
}

/**
 * Reads a panel that {@linkcode writePanel} wrote.
 *
 * @param source The file.
 * @returns The panel.
 * @throws {FormatError} If the file is damaged, or is not a panel.
 *
 * @example A file that is no panel
 * ```ts
 * import { bytesSource } from "@waka/histone/io";
 * import { readPanel } from "@waka/histone/panel";
 * import { rejects } from "node:assert";
 *
 * await rejects(readPanel(bytesSource(Uint8Array.of(80, 75), "panel.npz")), /panel.npz/);
 * ```
 */
export async function readPanel(source: ByteSource): Promise<ReferencePanel> {
  const npz = await openNpz(source);
  try {
    return await readContent(npz);
  } finally {
    npz.close();
  }
}

/** Whether an npz file has the arrays of a panel. */
export function isPanel({ members }: Pick<NpzReader, "members">): boolean {
  const names = new Set(members.map(({ name }) => name));
  return ["about", "scales", "turned", "present", "labels", "values"].every((name) =>
    names.has(name)
  );
}

async function readContent(npz: NpzReader): Promise<ReferencePanel> {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read panel: ${found}`, { file: npz.name });
  };
  if (!isPanel(npz)) {
    fail(`it has the arrays ${npz.members.map(({ name }) => name).join(", ") || "(no arrays)"}`);
  }
  const { summarised, ...about } = await readAbout(npz, fail);
  const { genes, cellTypes, bins, record } = about;
  const { values: size } = summaryShape({ bins, marks: record.marks.length });
  const axes = [genes.length, cellTypes.length];
  if (genes.length * cellTypes.length * size > MAX_VALUES) {
    fail(`it has ${genes.length} genes × ${cellTypes.length} cell types × ${size} values`);
  }
  const reader = new ArrayReader(npz, fail);
  const present = await reader.read("present", Uint8Array, axes);
  const withMarks = present.includes(1) ? genes.length : 0;
  const content: PanelContent = {
    ...about,
    scales: await reader.read("scales", Float32Array, [size]),
    turned: await reader.read("turned", Uint8Array, [genes.length]),
    present,
    labels: await reader.read("labels", Float32Array, axes),
    values: await reader.read("values", Uint8Array, [withMarks, cellTypes.length, size]),
    ...(summarised && {
      statistics: {
        cellTypes: summarised,
        values: await reader.read("statistics", Float32Array, [genes.length, LABEL_STATISTICS]),
      },
    }),
  };
  checkNumbers(content, fail);
  checkStatistics(content, fail);
  return await sealPanel(content);
}

type Fail = (found: string) => never;

interface About
  extends Pick<PanelContent, "genes" | "cellTypes" | "bins" | "record" | "labelMean" | "labelSd"> {
  /** The cell types of the statistics. */
  readonly summarised?: PanelContent["cellTypes"];
}

async function readAbout(npz: NpzReader, fail: Fail): Promise<About> {
  const { dtype, shape } = await npz.header("about");
  if (dtype !== "uint8" || shape.length !== 1 || shape[0]! > MAX_ABOUT_BYTES) {
    fail(`about is ${dtype} [${shape.join(", ")}], expected the bytes of a text`);
  }
  const { data } = await npz.read("about");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data as Uint8Array));
  } catch {
    fail("about is not JSON");
  }
  const { version } = Object(json);
  if (version !== VERSION) fail(`its version is ${JSON.stringify(version)}, expected ${VERSION}`);
  const { version: _, ...about } = readValue(json, ABOUT, { place: "about", fail });
  const names = [...about.cellTypes, ...about.summarised ?? []].map(({ name }) => name);
  if (new Set(names).size < names.length) fail("it has a cell type twice");
  if (about.genes.length === 0 || names.length === 0) fail("it has no genes or no cell types");
  if (!(about.labelSd > 0)) fail(`labelSd is ${about.labelSd}, expected a number > 0`);
  const record = parseRecord(Object(json).record, npz.name);
  if (record.transform !== "none") fail(`its record has transform ${record.transform}`);
  return { ...about, record };
}

/** Reads arrays whose type and shape are known. */
class ArrayReader {
  readonly #npz: NpzReader;
  readonly #fail: Fail;

  constructor(npz: NpzReader, fail: Fail) {
    this.#npz = npz;
    this.#fail = fail;
  }

  /** Checks the header before the array takes memory. */
  async read<Values extends Uint8Array | Float32Array>(
    name: string,
    type: { new (length: number): Values; readonly name: string },
    wanted: readonly number[],
  ): Promise<Values> {
    const { dtype, shape } = await this.#npz.header(name);
    const named = type.name === "Uint8Array" ? "uint8" : "float32";
    if (dtype !== named || String(shape) !== String(wanted)) {
      this.#fail(
        `${name} is ${dtype} [${shape.join(", ")}], expected ${named} [${wanted.join(", ")}]`,
      );
    }
    return (await this.#npz.read(name)).data as Values;
  }
}

function checkNumbers({ scales, present, turned, labels }: PanelContent, fail: Fail): void {
  const scale = scales.find((value) => !(value >= 0 && value < Infinity));
  if (scale !== undefined) fail(`a scale is ${scale}, expected a number from 0`);
  for (const [name, flags] of Object.entries({ present, turned })) {
    const flag = flags.find((value) => value > 1);
    if (flag !== undefined) fail(`${name} has ${flag}, expected 0 or 1`);
  }
  const label = labels.find((value) => Math.abs(value) === Infinity);
  if (label !== undefined) fail(`a label is ${label}, expected a finite number, or NaN`);
}

function checkStatistics({ statistics }: PanelContent, fail: Fail): void {
  const values = statistics?.values ?? new Float32Array(0);
  for (let at = 0; at < values.length; at += LABEL_STATISTICS) {
    const own = values.subarray(at, at + LABEL_STATISTICS);
    const [count, mean, sd, least, most] = own as unknown as LabelNumbers;
    const isKnown = Number.isInteger(count) && count > 0 && own.every(Number.isFinite) && sd >= 0;
    // A mean of rounded numbers may lie a little off.
    const slack = 1e-3 * (1 + Math.abs(mean));
    const isOrdered = least <= most && mean >= least - slack && mean <= most + slack;
    if ((isKnown && isOrdered) || own.every((value) => value === 0)) continue;
    fail(
      `statistics of gene ${at / LABEL_STATISTICS} are ${
        own.join(", ")
      }, expected the number, mean, standard ` +
        "deviation, least and most of its labels",
    );
  }
}

type LabelNumbers = readonly [count: number, mean: number, sd: number, least: number, most: number];
