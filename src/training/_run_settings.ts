import type { TrainingSettings } from "./settings.ts";

/** Settings in which runs differ, or that decide when they end or what they are shown. */
export type RunSettings =
  & Pick<TrainingSettings, "seed" | "epochs" | "batchSize" | "learningRate">
  & Partial<
    Pick<
      TrainingSettings,
      | "schedule"
      | "weightDecay"
      | "earlyStopping"
      | "labelDropout"
      | "geneDropout"
      | "referenceDropout"
      | "markDropout"
      | "labelStatistics"
      | "batchBy"
      | "window"
    >
  >;

/**
 * The settings of a run. What has no effect is left out, so that the identity of a run is that which it had before there
 * were such settings.
 */
export function runSettings(settings: TrainingSettings): RunSettings {
  const { seed, epochs, batchSize, learningRate } = settings;
  const { schedule, weightDecay, earlyStopping } = settings;
  const { labelDropout, geneDropout, referenceDropout, markDropout } = settings;
  const { labelStatistics, batchBy, window } = settings;
  return {
    seed,
    epochs,
    batchSize,
    learningRate,
    ...(schedule.type !== "constant" && { schedule }),
    ...(weightDecay > 0 && { weightDecay }),
    ...(earlyStopping && { earlyStopping }),
    ...(labelDropout > 0 && { labelDropout }),
    ...(geneDropout > 0 && { geneDropout }),
    ...(referenceDropout > 0 && { referenceDropout }),
    ...(markDropout > 0 && { markDropout }),
    ...(labelStatistics && { labelStatistics }),
    ...(batchBy !== "sample" && { batchBy }),
    ...(window !== undefined && { window }),
  };
}
