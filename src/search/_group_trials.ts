import type { ModelSpec } from "../model/spec.ts";
import type { PlannedTrial } from "./trial.ts";

/** A trial and its model. */
export interface ModelTrial extends PlannedTrial {
  /** The model that its point describes. */
  readonly spec: ModelSpec;
}

/**
 * Groups trials that can train side by side: those with the same model and batch size, `most` at a time. Groups are in
 * the order of their first trials, and the trials of a group are in order.
 */
export function groupTrials(trials: readonly ModelTrial[], most: number): ModelTrial[][] {
  const open = new Map<string, ModelTrial[]>();
  const groups: ModelTrial[][] = [];
  for (const trial of trials) {
    const { spec, point: { batchSize } } = trial;
    // A trial's model has the trial's name.
    const key = JSON.stringify([{ ...spec, name: "" }, batchSize]);
    const group = open.get(key);
    if (group !== undefined && group.length < most) {
      group.push(trial);
    } else {
      const started = [trial];
      open.set(key, started);
      groups.push(started);
    }
  }
  return groups;
}
