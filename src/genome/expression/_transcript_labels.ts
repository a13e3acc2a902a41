/** Joins transcripts, each of which is a sample, with expression: their own where a table has it, else their genes'. */

import { formatCountOf } from "../../base/count.ts";
import { geneGroupKey, geneKey } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { isTranscriptId, transcriptKey } from "../transcript_id.ts";
import { parseGeneNames } from "./_gene_names.ts";
import type { ExpressionTable } from "./table.ts";

/** At least this share of the rows, or of the samples, whichever are fewer, must be the samples themselves. */
const LEAST_SHARE = 0.05;

/** What this module needs of genes that were joined with expression. */
interface Joined {
  readonly genes: readonly Gene[];
  readonly labels: ReadonlyMap<string, Float64Array<ArrayBuffer>>;
  readonly notes: readonly string[];
}

/** Joins things with tables by their ids. */
type Match<Labelled> = (
  genes: readonly Gene[],
  tables: AsyncIterable<ExpressionTable>,
) => Promise<Labelled>;

/** Whether some of the genes stand for a part of a gene: a transcript or a window. */
export function arePartsOfGenes(genes: readonly Gene[]): boolean {
  return genes.some(({ gene }) => gene !== undefined);
}

/**
 * Joins samples that are transcripts or windows with expression. If the first table has rows of the samples themselves,
 * each gets its own value; otherwise each gets that of its gene.
 *
 * @param match Joins genes, or what stands for them, with tables.
 */
export async function matchParts<Labelled extends Joined>(
  samples: readonly Gene[],
  tables: Iterable<ExpressionTable> | AsyncIterable<ExpressionTable>,
  match: Match<Labelled>,
): Promise<Labelled> {
  const keys = new Set(samples.map(({ id }) => sampleKey(id)));
  const rest = iterate(tables);
  const first = await rest.next();
  if (first.done || !holdsSamples(first.value, keys)) {
    return await matchGenes(samples, resume(first, rest), match);
  }
  const own = samples.map((sample) => ({ ...sample, id: sampleKey(sample.id) }));
  const found = await match(own, withSampleNames(resume(first, rest), keys));
  const byId = new Map(samples.map((sample) => [sampleKey(sample.id), sample]));
  const genes = found.genes.map(({ id }) => byId.get(id)!);
  const note = `${first.value.file}: transcripts have their own expression`;
  return { ...found, genes, notes: [note, ...found.notes] };
}

/** Joins the genes of the samples, and gives each sample the expression of its gene. */
async function matchGenes<Labelled extends Joined>(
  samples: readonly Gene[],
  tables: AsyncIterable<ExpressionTable>,
  match: Match<Labelled>,
): Promise<Labelled> {
  const genes = new Map<string, Gene>();
  for (const sample of samples) {
    const key = geneGroupKey(sample.id, sample);
    if (!genes.has(key)) genes.set(key, { ...sample, id: sample.gene ?? sample.id });
  }
  const found = await match([...genes.values()], tables);
  const places = new Map(found.genes.map(({ id }, place) => [geneKey(id), place]));
  const placeOf = (sample: Gene) => places.get(geneGroupKey(sample.id, sample));
  const kept = samples.filter((sample) => placeOf(sample) !== undefined);
  const labels = Array.from(found.labels, ([cellType, values]) => {
    const own = Float64Array.from(kept, (sample) => values[placeOf(sample)!]!);
    return [cellType, own] as const;
  });
  const note = `${formatCountOf(kept.length, "sample")} of ${
    formatCountOf(found.genes.length, "gene")
  } have the expression of their gene`;
  return { ...found, genes: kept, labels: new Map(labels), notes: [note, ...found.notes] };
}

/** The part of an id that tables share with the annotation. */
function sampleKey(id: string): string {
  return transcriptKey(id);
}

/** Whether rows of a table are the samples themselves. */
function holdsSamples(table: ExpressionTable, keys: ReadonlySet<string>): boolean {
  const names = namesOfSamples(table, keys);
  const found = new Set(names.filter((name) => keys.has(name)));
  return found.size > 0 && found.size >= LEAST_SHARE * Math.min(table.lines.length, keys.size);
}

/** The column of names in which most rows are samples, with each name as the samples have it. */
function namesOfSamples(
  { names, parts }: ExpressionTable,
  keys: ReadonlySet<string>,
): readonly string[] {
  const columns = [...names, ...parts === undefined ? [] : [parts]].map((cells) => {
    const own = cells.map((cell) => {
      const name = nameOfSample(cell);
      return keys.has(name) ? name : cell;
    });
    return { own, found: own.filter((name) => keys.has(name)).length };
  });
  return columns.reduce((most, other) => other.found > most.found ? other : most).own;
}

/** The transcript that a cell names, among other names or alone. */
function nameOfSample(cell: string): string {
  if (isTranscriptId(cell)) return transcriptKey(cell);
  const { transcript } = parseGeneNames(cell);
  return transcript === undefined ? cell : transcriptKey(transcript);
}

/** Puts the samples' names in the place of the rows' names, so that the rows are joined by them. */
async function* withSampleNames(
  tables: AsyncIterable<ExpressionTable>,
  keys: ReadonlySet<string>,
): AsyncGenerator<ExpressionTable> {
  for await (const table of tables) {
    yield {
      ...table,
      names: [namesOfSamples(table, keys)],
      nameTitles: [""],
      rows: "genes",
      adds: false,
      parts: undefined,
    };
  }
}

async function* iterate(
  tables: Iterable<ExpressionTable> | AsyncIterable<ExpressionTable>,
): AsyncGenerator<ExpressionTable, void, undefined> {
  yield* tables;
}

/** Continues an iteration whose first value was taken. */
async function* resume(
  first: IteratorResult<ExpressionTable, void>,
  rest: AsyncGenerator<ExpressionTable, void, undefined>,
): AsyncGenerator<ExpressionTable, void, undefined> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
