/** Does the work of `explain`: explains what is not kept yet, and writes all. */

import { withModelLetters } from "../training/model_bases.ts";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { chooseBlockSize } from "../explain/block_size.ts";
import { type Attributions, testAttributions } from "../explain/mod.ts";
import { modelInputs } from "../model/inputs.ts";
import { describeInputs, type Inputs } from "../runs/inputs.ts";
import { describeModels, loadModels } from "../runs/models.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import type { CommandCall } from "./flags.ts";
import { loadData } from "./_data.ts";
import { checkExplainFlags, type ExplainFlags } from "./_explain_flags.ts";
import {
  annotateGenes,
  chooseSamples,
  fileOfGeneNames,
  findMarks,
  readGeneNames,
} from "./_explained_samples.ts";
import {
  type ExplanationDirectory,
  openExplanation,
  refusePlace,
} from "./_explanation_directory.ts";
import { type NullTest, prepareNull } from "./_explanation_null.ts";
import { planTracks } from "./_explanation_tracks.ts";
import { isWritten, writeExplanation } from "./_explanation_outputs.ts";
import {
  checkMethod,
  computeBlocks,
  countBlocks,
  describeArithmetic,
  type ExplanationWork,
  interruption,
  planWork,
} from "./_explanation_work.ts";
import { withDigestProgress } from "./_inputs.ts";
import { loadUnlabelled } from "./_panel_flags.ts";
import { checkPanelOf, noteScores } from "./_predict.ts";
import { checkTableNames } from "./_submission_ids.ts";

/** How an explanation takes what other processes explained. */
export interface ExplainedElsewhere {
  /** The arithmetic with which they did. */
  readonly arithmetic: string | undefined;
  /** Whether an earlier call, which was killed, may have written the explanation already. */
  readonly isRepeated: boolean;
  /** Puts their blocks into the directory. */
  readonly take: (work: ExplanationWork, directory: ExplanationDirectory) => Promise<void>;
}

/**
 * Explains, and writes the explanation to `--out`.
 *
 * @param flags The flags of the call.
 * @param call The call, whose argument is the model.
 * @param elsewhere What other processes explained.
 * @throws {Interrupted} If the command was stopped: finished blocks are kept.
 */
export async function runExplanation(
  flags: ExplainFlags,
  { args, given, signal }: Pick<CommandCall, "args" | "given" | "signal">,
  elsewhere?: ExplainedElsewhere,
): Promise<void> {
  const [model = ""] = args;
  checkExplainFlags(flags, given);
  await refusePlace(flags.out);
  const own = await prepareExplanation(model, flags);
  const work = { ...own, arithmetic: elsewhere?.arithmetic ?? own.arithmetic };
  const tracks = await planTracks(work);
  if (elsewhere?.isRepeated && await isWritten(work)) return sayWritten(flags);
  await using directory = await openExplanation(flags.out, await planWork(work), {
    overwrite: flags.overwrite,
    blocks: countBlocks(work),
  });
  if (directory.isFinished) {
    await directory.finish();
    return sayWritten(flags);
  }
  await elsewhere?.take(work, directory);
  const test = await explainAll(work, directory, signal);
  await writeExplanation(work, directory, { model, test, tracks, signal });
  noteScores(work.models);
}

function sayWritten({ out }: ExplainFlags): void {
  console.info(`All was written to ${quotePath(out)}/ already`);
}

/**
 * Explains the samples that are not kept yet, and tests them if there is a null.
 *
 * @throws {Interrupted} If the signal is aborted: finished blocks are kept.
 */
async function explainAll(
  work: ExplanationWork,
  directory: ExplanationDirectory,
  signal: AbortSignal,
): Promise<NullTest | undefined> {
  try {
    const prepared = await prepareNull(work, directory, signal);
    const test = (found: Attributions) =>
      prepared === undefined
        ? found
        : testAttributions(found, prepared.nullAttributions, work.data);
    await computeBlocks(work, directory, { test, signal });
    return prepared;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw interruption(directory.kept.size, countBlocks(work));
  }
}

/** Reads all that is needed, and refuses what cannot be explained before the work begins. */
export async function prepareExplanation(
  model: string,
  flags: ExplainFlags,
): Promise<ExplanationWork> {
  const list = await readGeneNames(flags.genes);
  const models = await loadModels(model);
  checkMethod(models, flags);
  const allowMissingMarks = checkPanelOf(models, flags);
  const { data: path, geneFile } = flags;
  const inputs = await explanationInputs(model, flags);
  const loaded = await loadData(path, flags, { allowMissingMarks });
  const unlabelled = await loadUnlabelled(flags, { [path]: loaded });
  const lettered = withModelLetters(models[0]!, loaded);
  const data = geneFile === undefined ? lettered : await annotateGenes(lettered, geneFile);
  if (flags.marks !== undefined) findMarks(flags.marks, data.marks);
  const chosen = chooseSamples(data, { genes: list, cellTypes: flags.cellTypes });
  const { cellTypes, geneDetails = [] } = data.columns;
  checkTableNames([...cellTypes, ...geneDetails.flatMap(({ symbol }) => symbol ?? [])]);
  console.info(
    `Explaining ${formatCountOf(chosen.rows.length, "sample")}: ${
      formatCountOf(chosen.genes.length, "gene")
    } in ${formatCountOf(chosen.cellTypes, "cell type")}, by ${flags.method}`,
  );
  return {
    flags,
    models,
    data,
    chosen,
    unlabelled,
    inputs,
    blockSize: chooseBlockSize(modelInputs(models[0]!.spec)),
    arithmetic: await describeArithmetic(flags, models[0]!),
  };
}

/** Digests the files that an explanation reads; `model` is the models' files. */
export async function explanationInputs(model: string, flags: ExplainFlags): Promise<Inputs> {
  const { data, record, sequences, panel, geneFile, chromosomeSizes } = flags;
  const annotation = fileOfAnnotation(geneFile);
  const genes = await fileOfGeneNames(flags.genes);
  const paths = { data, record, sequences, panel, genes, geneFile: annotation, chromosomeSizes };
  return await withDigestProgress(async (options) => ({
    model: await describeModels(model, options),
    ...await describeInputs(paths, options),
  }));
}
