/** What a checkpoint must have in common with the runs that resume from it. */

import { listChanges } from "../base/list_changes.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { DataRecord } from "../record.ts";
import { chunksForWindows } from "./_window_chunks.ts";
import type { RunSettings } from "./_run_settings.ts";
import type { FrozenWeights } from "./frozen.ts";
import { fingerprintDataset, fingerprintValue } from "./fingerprint.ts";
import type { InitialWeights } from "./initial.ts";
import type { SampleWeights } from "./_sample_weights.ts";
import type {
  FitCheckpoint,
  FitManyOptions,
  FitRun,
  PlannedTraining,
  RunPart,
} from "./fit_types.ts";

/** What decides the result of some runs. */
export interface IdentifiedRuns {
  readonly model: ModelSpec;
  readonly record: DataRecord;
  readonly geneEffects: boolean;
  readonly runs: readonly FitRun[];
  readonly settings: readonly RunSettings[];
  /** The weights that all runs start from, if they were given. */
  readonly start: InitialWeights | undefined;
  readonly frozen: FrozenWeights;
  readonly sampleWeights: SampleWeights | undefined;
  readonly options: Pick<FitManyOptions, "unlabelled">;
}

/**
 * Makes a text that identifies some runs; reads all of their data.
 *
 * @returns Digests of {@linkcode IDENTITY_PARTS}, in their order.
 */
export async function identifyRuns(
  fit: IdentifiedRuns,
): Promise<string> {
  const { model, record, geneEffects, runs, options: { unlabelled = [] } } = fit;
  // The members of an ensemble have one data set.
  const known = new Map<Dataset, string>();
  const identifyData = async (data: Dataset) => {
    const found = known.get(data) ?? await fingerprintDataset(data);
    known.set(data, found);
    return found;
  };
  const data: string[] = [];
  const validation: (string | undefined)[] = [];
  for (const run of runs) {
    data.push(await identifyData(run.data));
    validation.push(run.validation && await identifyData(run.validation));
  }
  const others: string[] = [];
  for (const samples of unlabelled) others.push(await identifyData(samples));
  const seen = others.length === 0 ? data : { data, unlabelled: others };
  const parts = [{ model, record, geneEffects }, await settingsPart(fit), seen, validation];
  return (await Promise.all(parts.map(fingerprintValue))).join(" ");
}

/** The settings, and what else decides how weights change; what was not given is left out, as in older versions. */
async function settingsPart(
  { runs, settings, start, frozen, sampleWeights }: IdentifiedRuns,
): Promise<unknown> {
  const hasWindows = settings.some(({ window }) => window !== undefined);
  const others = {
    // The order of samples depends on where they are divided.
    ...(hasWindows && {
      chunks: await fingerprintValue([...chunksForWindows(runs[0]!.data.columns)]),
    }),
    ...(start && { startedFrom: start.sha256 }),
    ...(start?.panelSha256 && { panel: start.panelSha256 }),
    ...(frozen.weights.length > 0 && { frozen: frozen.weights }),
    ...(sampleWeights && { sampleWeights: sampleWeights.sha256 }),
  };
  return Object.keys(others).length === 0 ? settings : { settings, ...others };
}

/** What the parts of an identity are digests of. */
const IDENTITY_PARTS = ["model or transform", "settings", "samples", "validation data"];

/** The runs with which a checkpoint is compared. */
interface CheckedRuns {
  readonly count: number;
  readonly part: RunPart;
  /** How a run is trained now. */
  readonly training: (run: number) => PlannedTraining;
}

/**
 * Throws unless a checkpoint is of these runs.
 *
 * @param checkpoint The checkpoint.
 * @param identity What {@linkcode identifyRuns} returned.
 * @param runs Number of the runs, which of them are trained, and how.
 * @throws {ContractError} Naming what differs, or what does not add up.
 */
export function checkIdentity(
  checkpoint: FitCheckpoint,
  identity: string,
  { count, part: [first, end], training }: CheckedRuns,
): void {
  if (checkpoint.identity !== identity) {
    const ours = identity.split(" ");
    const theirs = checkpoint.identity.split(" ");
    const others = IDENTITY_PARTS.filter((_, part) => theirs[part] !== ours[part]);
    const changes = theirs[1] === ours[1] ? [] : listSettings(checkpoint, { count, training });
    const details = changes.length === 0 ? "" : ` (${changes.join("; ")})`;
    throw new ContractError(
      `Cannot resume: the checkpoint is of other ${others.join(", other ")}${details}`,
    );
  }
  const [keptFirst, keptEnd] = checkpoint.part ?? [0, count];
  if (keptFirst !== first || keptEnd !== end) {
    throw new ContractError(
      `Cannot resume: the checkpoint is of runs ${
        keptFirst + 1
      } to ${keptEnd} of ${count}, expected ${first + 1} to ${end}`,
    );
  }
  checkRuns(checkpoint, end - first);
}

/** Lists what differs in the settings of the first run that has any difference, as far as a checkpoint keeps them. */
function listSettings(
  { runs, part: [first] = [0, 0] }: FitCheckpoint,
  { count, training }: Pick<CheckedRuns, "count" | "training">,
): string[] {
  for (const [i, { training: kept }] of runs.entries()) {
    if (kept === undefined || first + i >= count) continue;
    const { epochs, ...others } = settingsOf(training(first + i));
    const now = { ...kept.epochs !== undefined && { epochs }, ...others };
    const changes = listChanges(settingsOf(kept), now);
    if (changes.length > 0) return changes;
  }
  return [];
}

/** How a run is trained, without the engine and the number of samples, which are no settings. */
function settingsOf({ engine: _, samples: __, ...settings }: PlannedTraining) {
  return settings;
}

/** A checkpoint holds the runs that are finished and those of its group, and no others. */
function checkRuns({ group: [first, end], runs, lossSums }: FitCheckpoint, count: number): void {
  const isAll = first === count && end === count;
  const isSound = (first < end || isAll) && end <= count && runs.length === end &&
    lossSums.length === end - first;
  if (isSound) return;
  throw new ContractError(
    `Cannot resume: the checkpoint has ${runs.length} runs and ${lossSums.length} losses, and says that those from ` +
      `${first} to ${end} of ${count} train side by side`,
  );
}
