/** Command `explain`: how much each bin of each mark adds to predictions, as tables, tracks and pages. */

import { withModelLetters } from "../training/model_bases.ts";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { chooseBlockSize } from "../explain/block_size.ts";
import { type Attributions, testAttributions } from "../explain/mod.ts";
import { modelInputs } from "../model/inputs.ts";
import { describeInputs } from "../runs/inputs.ts";
import { describeModels, loadModels } from "../runs/models.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { MODEL_ARGUMENT } from "./_flag_aliases.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { loadData } from "./_data.ts";
import { checkExplainFlags, declareExplain, type ExplainFlags } from "./_explain_flags.ts";
import { annotateGenes, chooseSamples, findMarks, readGeneNames } from "./_explained_samples.ts";
import {
  type ExplanationDirectory,
  openExplanation,
  refusePlace,
} from "./_explanation_directory.ts";
import { type NullTest, prepareNull } from "./_explanation_null.ts";
import { planTracks } from "./_explanation_tracks.ts";
import { writeExplanation } from "./_explanation_outputs.ts";
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

/** Command `explain`. */
export const command: CommandDefinition<ExplainFlags> = {
  name: "explain",
  summary:
    "Explains predictions: how much each bin of each mark, and each base of DNA, adds to them. Writes tables, tracks for " +
    "genome browsers, a page for each named gene and a page over all. A stopped run resumes when the same command is run again.",
  examples: [
    [
      "deno task explain runs/first --data train.npz --genes DPM1,FGR --gene-file genes.gtf --out explained",
      "two genes in every cell type: tables, a page for each, tracks; genes.gtf knows symbols and places",
    ],
    [
      "deno task explain runs/first --data train.npz --out explained --format parquet",
      "all genes, with the means by mark, distance from the TSS and expression",
    ],
    [
      "deno task explain runs/first --data train.npz --genes genes.txt --baseline matched --null matched --out explained",
      "compared with other genes of like signal, with q-values",
    ],
    [
      "deno task explain runs/dna --data train.npz --genes DPM1 --method mutagenesis --window 4900:5100 --out explained",
      "each base near the TSS changed to each other letter, for models that read DNA",
    ],
  ],
  aliases: [MODEL_ARGUMENT],
  declare: declareExplain,
  run: explain,
};

async function explain(
  flags: ExplainFlags,
  { args, given, signal }: CommandCall,
): Promise<void> {
  const [model = ""] = args;
  checkExplainFlags(flags, given);
  await refusePlace(flags.out);
  const work = await prepareWork(model, flags);
  const tracks = await planTracks(work);
  await using directory = await openExplanation(flags.out, await planWork(work), {
    overwrite: flags.overwrite,
    blocks: countBlocks(work),
  });
  if (directory.isFinished) {
    await directory.finish();
    console.info(`All was written to ${quotePath(flags.out)}/ already`);
    return;
  }
  const test = await explainAll(work, directory, signal);
  await writeExplanation(work, directory, { model, test, tracks, signal });
  noteScores(work.models);
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
async function prepareWork(model: string, flags: ExplainFlags): Promise<ExplanationWork> {
  const list = await readGeneNames(flags.genes);
  const models = await loadModels(model);
  checkMethod(models, flags);
  const allowMissingMarks = checkPanelOf(models, flags);
  const { data: path, record, sequences, panel, geneFile, chromosomeSizes } = flags;
  const inputs = await withDigestProgress(async (options) => ({
    model: await describeModels(model, options),
    ...await describeInputs(
      {
        data: path,
        record,
        sequences,
        panel,
        geneFile: fileOfAnnotation(geneFile),
        chromosomeSizes,
      },
      options,
    ),
  }));
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
