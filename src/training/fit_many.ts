import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import { type EngineReport, selectEngine } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { initialWeights, type Weights } from "../model/initial_weights.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { withInputRecord } from "../model/trained_model.ts";
import type { DataRecord } from "../record.ts";
import { CheckpointTimer } from "./_checkpoint_timer.ts";
import { FitGroup } from "./_fit_group.ts";
import { fromCheckpoint, type GroupRun, toCheckpoint } from "./_group_run.ts";
import {
  checkTrainable,
  checkValidation,
  resolveSettings,
  resolveSpec,
  resolveSurroundings,
  sealRecord,
  type Settings,
} from "./_settings.ts";
import { fingerprintDataset, fingerprintValue } from "./fingerprint.ts";
import type {
  FitCheckpoint,
  FitManyOptions,
  FitManyResult,
  FitRun,
  RunCheckpoint,
} from "./fit_types.ts";

/**
 * Trains several models of one shape, from different seeds, at different learning rates or on different samples: the
 * folds of a cross-validation, the members of an ensemble. As many as the engine is good for train side by side; each
 * becomes what it would have become alone, to within the engine's rounding.
 *
 * @param spec A model, or the name of a preset, which then takes the shape of the data.
 * @param runs What differs between the runs.
 * @param options What they share.
 * @returns A result for each run, in their order; fewer if `options.signal` ended them.
 * @throws {ContractError} If the data have no labels, do not fit the model or its loss, or are not views of one set;
 * if `options.resume` is of other data, another model or other settings.
 * @throws {RangeError} If a setting is out of range or there is no such preset.
 * @throws {UnsupportedModelError} If the model does not fit the data's bins, or the engine cannot run it.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine, or its hardware fails.
 */
export async function fitMany(
  spec: ModelSpec | PresetName,
  runs: readonly FitRun[],
  options: FitManyOptions = {},
): Promise<FitManyResult[]> {
  if (runs.length === 0) return [];
  checkShared(runs);
  const model = resolveSpec(spec, runs[0].data);
  const settings = runs.map(({ seed, learningRate, data, validation }) => {
    checkTrainable(model, data);
    checkValidation(model, validation);
    return resolveSettings(spec, { ...options, seed, learningRate });
  });
  const { transform, geneEffects } = resolveSurroundings(spec, { given: options, model });
  const record = sealRecord(runs[0].data.record, transform);
  const { engine, reason } = await selectEngine(options.engine ?? "auto", model);
  const arithmetic = await engine.arithmetic();
  const fit = { model, record, geneEffects, runs, settings, options, engine, reason, arithmetic };
  const identity = await identify(fit);
  return await new ManyFit(fit, identity).train();
}

/** Everything about some runs that does not change while they train. */
interface FitParts {
  readonly model: ModelSpec;
  readonly record: DataRecord;
  readonly geneEffects: boolean;
  readonly runs: readonly FitRun[];
  readonly settings: readonly Settings[];
  readonly options: FitManyOptions;
  readonly engine: Engine;
  readonly reason: string;
  readonly arithmetic: string;
}

/** Runs in groups that train side by side, one group after the other. */
class ManyFit {
  readonly #parts: FitParts;
  readonly #identity: string | undefined;
  readonly #timer: CheckpointTimer;
  /** Every kind of arithmetic that computes, or did before. */
  readonly #arithmetic: readonly string[];
  /** Runs whose groups are finished. */
  #finished: GroupRun[] = [];
  /** The same, as checkpoints keep them: made once, and not for each. */
  #kept: RunCheckpoint[] = [];
  #report: EngineReport | undefined;

  constructor(parts: FitParts, identity: string | undefined) {
    this.#parts = parts;
    this.#identity = identity;
    this.#timer = new CheckpointTimer(parts.options.checkpoint);
    const { resume } = parts.options;
    this.#arithmetic = [...new Set([...resume?.arithmetic ?? [], parts.arithmetic])];
    if (resume === undefined) return;
    checkIdentity(resume.identity, identity!);
    checkRuns(resume, parts.runs.length);
    if (!parts.options.otherArithmetic) checkArithmetic(resume.arithmetic, parts.arithmetic);
    this.#kept = resume.runs.slice(0, resume.group[0]);
    this.#finished = this.#kept.map(fromCheckpoint);
  }

  async train(): Promise<FitManyResult[]> {
    const { runs, engine, options } = this.#parts;
    let interrupted = false;
    let resume = options.resume;
    while (this.#finished.length < runs.length && !interrupted) {
      const first = this.#finished.length;
      const end = resume?.group[1] ?? first + engine.capacity(options.threads).models;
      const group = await this.#trainGroup([first, Math.min(end, runs.length)], resume);
      this.#finished.push(...group.runs);
      this.#kept.push(...group.runs.map(toCheckpoint));
      interrupted = group.interrupted;
      resume = undefined;
    }
    return this.#finished.map((run, i) => this.#result(run, i, interrupted));
  }

  async #trainGroup(
    [first, end]: readonly [number, number],
    resume: FitCheckpoint | undefined,
  ): Promise<{ runs: readonly GroupRun[]; interrupted: boolean }> {
    const { model, record, geneEffects, engine, reason, arithmetic, options } = this.#parts;
    const settings = this.#parts.settings.slice(first, end);
    const members = settings.map(({ seed, learningRate }) => {
      return { weights: initialWeights(model, seed), seed, learningRate };
    });
    const { threads, signal } = options;
    const shared = { batchSize: settings[0].batchSize, threads };
    await using session = await engine.createSession(model, { members, ...shared });
    if (this.#report === undefined) {
      this.#report = { engine: engine.name, device: session.device, reason, arithmetic };
      options.onStart?.(this.#report);
    }
    const group = new FitGroup(session, {
      ...{ model, record, settings, first, options },
      runs: this.#parts.runs.slice(first, end),
      timer: this.#timer,
      save: async (checkpoint) =>
        await options.checkpoint?.save({
          ...{ ...checkpoint, identity: this.#identity!, group: [first, end] },
          arithmetic: this.#arithmetic,
          runs: [...this.#kept, ...checkpoint.runs],
        }),
    }, await session.state());
    if (resume !== undefined) await group.restore(resume.runs.slice(first));
    try {
      await group.train(resume);
      if (geneEffects) await group.fitGeneEffects();
      return { runs: group.runs, interrupted: false };
    } catch (error) {
      if (!signal?.aborted) throw error;
      await group.saveLastEpoch();
      return { runs: group.runs, interrupted: true };
    }
  }

  #result(run: GroupRun, index: number, interrupted: boolean): FitManyResult {
    const { model: spec, record, runs, settings } = this.#parts;
    const { state, history, geneEffects, diverged } = run;
    const { epochs, ...rest } = settings[index];
    const training = {
      ...{ engine: this.#report!.engine, arithmetic: this.#arithmetic },
      samples: runs[index].data.length,
      ...{ ...rest, epochs: history.length },
    };
    const weights = state.weights as Weights;
    return {
      ...{ ...this.#report!, history },
      // Of a run whose group was finished before, nothing is missing.
      interrupted: interrupted && diverged === undefined &&
        (history.length < epochs || (this.#parts.geneEffects && geneEffects === undefined)),
      model: withInputRecord({
        spec,
        weights,
        record,
        training,
        ...(geneEffects && { geneEffects }),
      }),
      ...(diverged && { diverged }),
    };
  }
}

/** What a checkpoint must have in common with the runs that go on from it; takes a look at all of the data. */
async function identify(
  { model, record, geneEffects, runs, settings, options }: FitParts,
): Promise<string | undefined> {
  if (options.checkpoint === undefined && options.resume === undefined) return undefined;
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
  const parts = [{ model, record, geneEffects }, settings, data, validation];
  return (await Promise.all(parts.map(fingerprintValue))).join(" ");
}

/** What the parts of an identity stand for, in their order. */
const IDENTITY_PARTS = ["model or transform", "settings", "samples", "validation data"];

function checkIdentity(found: string, wanted: string): void {
  if (found === wanted) return;
  const ours = wanted.split(" ");
  const theirs = found.split(" ");
  const others = IDENTITY_PARTS.filter((_, part) => theirs[part] !== ours[part]);
  throw new ContractError(`Cannot resume: the checkpoint is of other ${others.join(", other ")}`);
}

/** A checkpoint holds the runs that are finished and those of its group, and no others. */
function checkRuns({ group: [first, end], runs, lossSums }: FitCheckpoint, all: number): void {
  const isSound = first < end && end <= all && runs.length === end &&
    lossSums.length === end - first;
  if (isSound) return;
  throw new ContractError(
    `Cannot resume: the checkpoint has ${runs.length} runs and ${lossSums.length} losses, and says that those from ` +
      `${first} to ${end} of ${all} train side by side`,
  );
}

function checkArithmetic(found: readonly string[], ours: string): void {
  if (found.includes(ours)) return;
  throw new ContractError(
    `Cannot resume: the checkpoint was computed with other arithmetic (${
      found.join("; ")
    }) than is at hand ` +
      `(${ours}), and would end with weights that are neither's. Go on where it was begun, or all the same with ` +
      "otherArithmetic (--other-arithmetic)",
  );
}

function checkShared(runs: readonly FitRun[]): void {
  const [{ data, validation }] = runs;
  const shared = runs.every((run) =>
    run.data.columns === data.columns && run.validation?.columns === validation?.columns
  );
  if (shared) return;
  throw new ContractError(
    "Cannot train side by side: the runs' data are not views of one data set",
  );
}
