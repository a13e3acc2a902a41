import type { TrainingSettings } from "./settings.ts";

/** Settings in which runs differ, or that decide when they end or what they are shown. */
export type RunSettings =
  & Pick<TrainingSettings, "seed" | "epochs" | "batchSize" | "learningRate">
  & Partial<Pick<TrainingSettings, "labelDropout" | "geneDropout" | "markDropout">>;

/**
 * The settings of a run. What is not hidden is left out, so that the identity of a run is that which it had before there
 * was anything to hide.
 */
export function runSettings(settings: TrainingSettings): RunSettings {
  const { seed, epochs, batchSize, learningRate } = settings;
  const { labelDropout, geneDropout, markDropout } = settings;
  return {
    seed,
    epochs,
    batchSize,
    learningRate,
    ...(labelDropout > 0 && { labelDropout }),
    ...(geneDropout > 0 && { geneDropout }),
    ...(markDropout > 0 && { markDropout }),
  };
}
