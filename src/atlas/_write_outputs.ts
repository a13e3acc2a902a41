/** Writes the rebuilt files from the counts that are kept. */

import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import { writeFileAtomic } from "../files/file.ts";
import { ensemblGeneId } from "../gene_id.ts";
import { type CompetitionBlock, writeCompetition } from "../io/competition_writer.ts";
import { CopyFinder } from "../genome/find_copies.ts";
import { submissionId, writeSubmission } from "../io/submission.ts";
import { makeBlock } from "./_blocks.ts";
import type { CountStore } from "./_count_store.ts";
import type { FilePlan } from "./_plan_files.ts";
import { makeRebuiltRecord } from "./rebuilt_record.ts";
import { competitionGenes } from "./competition_genes.ts";
import type { CompetitionLayout, CompetitionMember } from "./competition_layout.ts";
import type { ReadCounts } from "./count_alignments.ts";
import type { RebuildOptions, RebuiltCompetition } from "./rebuild_options.ts";

/** Options of {@linkcode writeOutputs}. */
export interface WriteOutputsOptions
  extends Pick<RebuildOptions, "files" | "onWriting" | "onWarning" | "signal"> {
  readonly plan: FilePlan;
  /** The labels of all genes, by cell type. */
  readonly labels: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly store: CountStore;
}

/** Writes all three files, each whole or not at all, and returns the number of rows of the first two. */
export async function writeOutputs(
  directory: string,
  options: WriteOutputsOptions,
): Promise<RebuiltCompetition["rows"]> {
  const { onWriting, files, plan: { layout } } = options;
  const record = makeRebuiltRecord(files.isRemote ? files.place : undefined);
  const copies = new CopyFinder(options.onWarning);
  for (const part of ["train", "eval"] as const) {
    onWriting?.(`${part}.npz`);
    const blocks = makeBlocks(layout[part], { ...options, copies, isLabelled: part === "train" });
    await writeFileAtomic(
      `${directory}/${part}.npz`,
      (sink) => writeCompetition(sink, blocks, { record, fromCounts: true, dtype: "float32" }),
    );
  }
  onWriting?.("eval_labels.csv");
  await writeFileAtomic(
    `${directory}/eval_labels.csv`,
    (sink) => writeSubmission(sink, listLabels(layout.eval, options.labels)),
  );
  return countRows(layout);
}

/** The number of rows of each file. */
export function countRows(layout: CompetitionLayout): RebuiltCompetition["rows"] {
  const count = (members: readonly CompetitionMember[]) =>
    members.reduce((sum, { genes }) => sum + genes.length, 0);
  return { train: count(layout.train), eval: count(layout.eval) };
}

/** The members of one file, of which one is in memory at a time. */
async function* makeBlocks(
  members: readonly CompetitionMember[],
  { plan, labels, store, copies, signal, isLabelled }: WriteOutputsOptions & {
    readonly copies: CopyFinder;
    readonly isLabelled: boolean;
  },
): AsyncGenerator<CompetitionBlock> {
  for (const member of members) {
    signal?.throwIfAborted();
    const counts: ReadCounts[] = [];
    for (const { cellType, mark, origin } of plan.files) {
      if (cellType !== member.cellType) continue;
      const own = await readCounts(store, origin);
      copies.see({ name: origin.path, cellType, mark }, own);
      counts.push(own);
    }
    const block = makeBlock(member, counts, {
      labels: isLabelled ? labels.get(member.cellType) : undefined,
    });
    yield block;
    // The writer asks for the next block when it has written this one.
    freeArray(block.signal);
  }
}

async function readCounts(
  store: CountStore,
  origin: Parameters<CountStore["read"]>[0],
): Promise<ReadCounts> {
  const counts = await store.read(origin);
  if (counts !== undefined) return counts;
  throw new ContractError(
    `Cannot write the competition's files: the counts of ${origin.path} in ${store.folder} were changed ` +
      "or removed meanwhile. Run the command again, which counts the file again",
  );
}

/** The labels of all rows of eval.npz, in their order. */
function listLabels(
  members: readonly CompetitionMember[],
  labels: WriteOutputsOptions["labels"],
): { readonly ids: string[]; readonly predictions: number[] } {
  const genes = competitionGenes();
  const ids: string[] = [];
  const predictions: number[] = [];
  for (const { cellType, genes: indices } of members) {
    const own = labels.get(cellType)!;
    for (const gene of indices) {
      ids.push(submissionId(cellType, ensemblGeneId(genes[gene]!.number)));
      predictions.push(own[gene]!);
    }
  }
  return { ids, predictions };
}
