/** Runs the experiments that are not finished, one after another. */

import { formatCountOf } from "../base/count.ts";
import { writeResult } from "../runs/experiment_files.ts";
import type { RunCheckpoints } from "../runs/run_checkpoints.ts";
import type { OwnedParts } from "../runs/owned_run.ts";
import {
  type ExperimentData,
  type ExperimentPlan,
  type ExperimentResult,
  isClassifier,
  runExperiment,
  summariseExperiment,
} from "../training/experiments.ts";
import type { ExperimentsFlags } from "./_experiment_flags.ts";
import { formatMetric } from "./_metrics.ts";
import { reportTraining } from "./_report_training.ts";
import { printWindow } from "./_window.ts";

/** Values that the experiments of one command share. */
export interface SharedByExperiments {
  readonly data: ExperimentData;
  /** Results by the experiment's name; new results are added. */
  readonly finished: Map<string, ExperimentResult>;
  readonly flags: ExperimentsFlags;
  readonly owned: OwnedParts;
  readonly signal: AbortSignal;
}

/**
 * Runs the experiments that are not finished.
 *
 * @returns The name of the experiment that was interrupted, if one was.
 */
export async function runExperiments(
  plans: readonly ExperimentPlan[],
  shared: SharedByExperiments,
): Promise<string | undefined> {
  const { finished, flags: { out }, owned } = shared;
  for (const plan of plans) {
    const { name } = plan;
    if (finished.has(name)) {
      console.info(`${name}: finished before, with these settings and data; not run again`);
      continue;
    }
    const checkpoints = await owned.open(name);
    const result = await runOne(plan, { ...shared, checkpoints });
    if (result === undefined) return name;
    await owned.check();
    await writeResult(out, result);
    finished.set(name, result);
    await checkpoints.finish();
  }
  return undefined;
}

async function runOne(
  plan: ExperimentPlan,
  { data, flags, signal, checkpoints }: SharedByExperiments & {
    readonly checkpoints: RunCheckpoints;
  },
): Promise<ExperimentResult | undefined> {
  const { engine, threads, otherArithmetic } = flags;
  const { name, spec, epochs, batchSize, learningRate } = plan;
  console.info(
    `${name}: ${formatCountOf(epochs, "epoch")}, batch ${batchSize}, learning rate ${learningRate}`,
  );
  printWindow(plan, data.train);
  if (isClassifier(spec)) {
    console.info("  Labels other than 0 and 1 become 1 above the cell type's median, 0 elsewhere");
  }
  const { resume } = checkpoints.options;
  if (resume !== undefined) console.info(`  Resuming after epoch ${resume.epoch} of ${epochs}`);
  const result = await runExperiment(plan, data, {
    engine,
    threads,
    stop: signal,
    otherArithmetic,
    ...checkpoints.options,
    ...reportTraining("  "),
    onPhase: (phase) => console.info(`  Phase: ${phase}`),
  });
  if (result !== undefined) console.info(`  ${result.diverged ?? describeScores(result)}`);
  return result;
}

function describeScores(result: ExperimentResult): string {
  const { trainMse, testMse, trainAuroc, testAuroc } = summariseExperiment(result);
  const [what, train, test] = isClassifier(result.plan.spec)
    ? ["AUROC", trainAuroc, testAuroc] as const
    : ["MSE", trainMse, testMse] as const;
  return `${what} ${formatMetric(train)} on training, ${formatMetric(test)} on test data`;
}
