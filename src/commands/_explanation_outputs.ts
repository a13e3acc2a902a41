/** What `explain` writes once all blocks are there. */

import { isDeepStrictEqual } from "node:util";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import type { Attributions } from "../explain/mod.ts";
import { writeDirectoryAtomic } from "../files/atomic_directory.ts";
import { pathKind, writeFileAtomic } from "../files/file.ts";
import { readJson } from "../runs/json.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import type { Feature } from "./_attribution_features.ts";
import { describeCompleteness } from "./_completeness.ts";
import { writeAttributionAnndata } from "./_explanation_anndata.ts";
import { type ExplanationDirectory, RECORD_FILE } from "./_explanation_directory.ts";
import {
  describeLeftOut,
  describeTest,
  describeWhole,
  formatMarks,
  type MarkSummary,
} from "./_explanation_findings.ts";
import { countCompared, makeMarkTest, type NullTest, wholeOf } from "./_explanation_null.ts";
import { lookThrough, type Overview } from "./_explanation_overview.ts";
import { writePages } from "./_explanation_pages.ts";
import { type TrackPlan, writeTracks } from "./_explanation_tracks.ts";
import { findTurned } from "./_turned_samples.ts";
import { writeMarkTable } from "./_mark_table.ts";
import { AttributionSummary, writeSummaryTable } from "./_explanation_summary.ts";
import { writeAttributionRows, writeSampleTable } from "./_explanation_tables.ts";
import { type ExplanationWork, optionsOf, readBlocks } from "./_explanation_work.ts";
import { VERSION } from "./version.ts";

/** What the outputs are written with. */
export interface OutputCall {
  /** The directory of the run or model. */
  readonly model: string;
  readonly test: NullTest | undefined;
  /** How tracks are written, or why they are not. */
  readonly tracks: TrackPlan | string | undefined;
  readonly signal: AbortSignal;
}

/** Writes the tables, the pages, the tracks and the record, and prints what matters of them. */
export async function writeExplanation(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  call: OutputCall,
): Promise<void> {
  const { flags: { out }, data, models, chosen } = work;
  const { model, test, tracks, signal } = call;
  const overview = await lookThrough(work, directory, { test, signal });
  const tables = await writeTables(work, directory, { ...call, overview });
  const pages = await writePages(work, directory, { ...call, ...overview });
  const files = [...tables.files, ...pages];
  if (typeof tracks === "object") {
    const written = await writeTracks(work, directory, { plan: tracks, signal });
    files.push(...written.files);
    for (const note of written.notes) console.info(`Note: ${note}.`);
  } else if (tracks !== undefined) console.info(`No tracks: ${tracks}.`);
  const completeness = describeCompleteness(overview.errors, models.length);
  if (completeness !== undefined) console.log(completeness);
  if (test !== undefined) {
    const compared = countCompared(test, data, chosen.rows);
    console.log(describeTest(test, { ...overview.tested, compared }));
    if (test.kind === "labels") console.log(describeWhole(overview.whole));
  }
  const marks = formatMarks(tables.marks);
  if (marks.length > 0) console.log(marks.join("\n"));
  const leftOut = describeLeftOut(models[0]!);
  if (leftOut !== undefined) console.info(leftOut);
  await directory.finish({
    ...describeWork(work),
    model,
    inputs: work.inputs,
    samples: chosen.rows.length,
    genes: chosen.genes.length,
    cellTypes: chosen.cellTypes,
    completeness,
    wholeModel: overview.whole,
    arithmetic: work.arithmetic,
    dataRecord: data.record,
    files,
  });
  console.info(`Written: ${quotePath(out)}/ (${listFiles(files)})`);
  const page = pages.find((name) => name.endsWith("/index.html")) ?? pages[0];
  if (page !== undefined) console.info(`Next: open ${quotePath(`${out}/${page}`)} in a browser`);
}

/** Whether `--out` holds this explanation, finished: its files, made with the same settings of the same inputs. */
export async function isWritten(work: ExplanationWork): Promise<boolean> {
  const { flags: { out, format }, inputs, arithmetic, chosen: { rows } } = work;
  const path = `${out}/${RECORD_FILE}`;
  if (await pathKind(path) !== "file") return false;
  const { files, ...record } = Object(await readJson(path, "read explanation"));
  const expected = { ...describeWork(work), inputs, arithmetic, samples: rows.length };
  const isSame = Object.entries(expected)
    .every(([name, value]) => isDeepStrictEqual(record[name], value));
  return isSame && Array.isArray(files) &&
    (format === "none" || files.includes(`attributions.${format}`));
}

/** Lists files, and counts those in folders. */
function listFiles(files: readonly string[]): string {
  const own = files.filter((name) => !name.includes("/"));
  const folders = Map.groupBy(
    files.filter((name) => name.includes("/")),
    (name) => name.slice(0, name.indexOf("/")),
  );
  const counts = [...folders].map(([name, { length }]) =>
    `${name}/ with ${formatCountOf(length, "file")}`
  );
  return [...own, "explain.json", ...counts].join(", ");
}

/** The tables that were written. */
interface WrittenTables {
  /** Names of their files. */
  readonly files: string[];
  /** What each mark adds; empty where marks have no sums. */
  readonly marks: readonly MarkSummary[];
}

/** Writes the tables. */
async function writeTables(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  { overview, test, signal }: OutputCall & { readonly overview: Overview },
): Promise<WrittenTables> {
  const { flags, data } = work;
  const { out, format } = flags;
  const { features } = overview;
  const blocks = () => readBlocks(work, directory, signal);
  const files = ["samples.tsv"];
  await writeFileAtomic(
    `${out}/samples.tsv`,
    (sink) => writeSampleTable(sink, { data, blocks: blocks(), hasSums: isAdditive(flags) }),
  );
  // Derivatives by different values have no sum.
  const hasSums = flags.method !== "gradient" &&
    features.some(({ input, mark }) => mark !== undefined && input !== "references");
  let marks: readonly MarkSummary[] = [];
  if (hasSums) {
    await writeFileAtomic(`${out}/marks.tsv`, async (sink) => {
      marks = await writeMarkTable(sink, {
        data,
        blocks: wholeBlocks(work, blocks()),
        features,
        test: test && canTestMarks(features) ? makeMarkTest(test, data) : undefined,
      });
    });
    files.push("marks.tsv");
  }
  const { isTurned } = findTurned(data, work.chosen.genes);
  const summary = new AttributionSummary({ ...overview, data, isTurned });
  for await (const block of blocks()) summary.add(block);
  await writeFileAtomic(
    `${out}/summary.tsv`,
    (sink) => writeSummaryTable(sink, summary, features),
  );
  files.push("summary.tsv");
  if (format !== "none") files.push(await writeAttributions(work, overview, blocks()));
  return { files, marks };
}

/** Whether attributions of a sample have a sum that means something. */
function isAdditive({ method }: ExplanationWork["flags"]): boolean {
  return method !== "gradient" && method !== "mutagenesis";
}

/** Writes all attributions; returns the name of the file or folder. */
async function writeAttributions(
  work: ExplanationWork,
  { features, hasDeviations, hasQValues }: Overview,
  blocks: AsyncIterable<AttributionBlock>,
): Promise<string> {
  const { flags: { out, format, marks }, data } = work;
  const about = describeWork(work);
  const content = {
    data,
    blocks,
    features,
    marks: marks && new Set(marks),
    about,
    hasDeviations,
    hasQValues,
  };
  const name = `attributions.${format}`;
  if (format === "zarr") {
    await writeDirectoryAtomic(
      `${out}/${name}`,
      (store) => writeAttributionAnndata(store, content),
    );
  } else if (format !== "none") {
    await writeFileAtomic(
      `${out}/${name}`,
      (sink) => writeAttributionRows(sink, content, { format }),
    );
  }
  return name;
}

async function* wholeBlocks(
  work: ExplanationWork,
  blocks: AsyncIterable<AttributionBlock>,
): AsyncGenerator<Attributions, void, undefined> {
  for await (const block of blocks) yield wholeOf(block, work);
}

/** Whether marks have bins to add up. */
function canTestMarks(features: readonly Feature[]): boolean {
  return features.some(({ input, bin }) => input === "signal" && bin !== undefined);
}

function describeWork(
  { flags, models }: ExplanationWork,
): Readonly<Record<string, string | number>> {
  const { occlude, window, ...options } = optionsOf(flags);
  const settings = Object.entries(options).filter(([, value]) => value !== undefined);
  return {
    command: "explain",
    version: VERSION,
    modelName: models[0]!.spec.name,
    models: models.length,
    ...Object.fromEntries(settings) as Record<string, string | number>,
    ...(occlude !== undefined && {
      occlude: typeof occlude === "string" ? occlude : occlude.bins,
    }),
    ...(window !== undefined && { window: window.join(":") }),
    null: flags.null,
  };
}
