/** The units of `predict`: the outputs of the networks for some samples each. */

import { concatenateAll } from "../base/bytes.ts";
import { object } from "../base/fields.ts";
import { chooseThreads } from "../base/threads.ts";
import type { PlannedUnit, Unit } from "../cluster/plan.ts";
import { ContractError, FormatError } from "../errors.ts";
import { writeFileAtomic } from "../files/file.ts";
import { formatNpyHeader, readNpy } from "../io/npy.ts";
import { readPredictions } from "../io/submission.ts";
import { describeInputs, type Inputs } from "../runs/inputs.ts";
import { describeModels } from "../runs/models.ts";
import { predictEnsemble } from "../training/ensemble.ts";
import type { TakeOutputs } from "../training/predict_options.ts";
import { checkIntervals } from "./_intervals.ts";
import { withDigestProgress } from "./_inputs.ts";
import { measuredOf } from "./_measured.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import { peakMemory } from "./_peak_memory.ts";
import { FlagsError } from "./flags.ts";
import { type LoadedPrediction, loadPrediction } from "./_predict.ts";
import { type PredictFlags, predictTable } from "./_predict_table.ts";
import { choosePredictionOutput } from "./_prediction_format.ts";
import { arithmeticOf, checkPlannedArithmetic, checkPlannedInputs } from "./_unit_checks.ts";
import { cutSpans, itemsPerUnit, settingsOf, SPAN, type Span } from "./_unit_settings.ts";
import type {
  Division,
  FinishedUnit,
  GatherCall,
  Gathered,
  PlanCall,
  UnitKind,
  WorkCall,
  WorkDone,
} from "./_units.ts";

/** How the work of `predict` is divided. */
export const predictUnits: UnitKind<PredictFlags> = { startsOver: true, plan, work, gather };

/** The file that a unit leaves: `[model, sample]`, float32. */
const OUTPUTS_FILE = "outputs.npy";

/** Samples are added until they take this long, since shorter times say little. */
const LEAST_SECONDS = 0.3;

async function plan(
  flags: PredictFlags,
  { perUnit, given, signal }: PlanCall,
): Promise<Division> {
  // The folder of results says nothing of the format.
  if (!given.has("out") && flags.format === undefined) {
    throw new FlagsError(
      "Cannot plan: found no --out, expected the file to write, whose name says the format, as --out predictions.tsv",
    );
  }
  const { out } = choosePredictionOutput(flags);
  if (out === STANDARD_OUTPUT) {
    throw new ContractError("Cannot plan: --out is standard output, expected the name of a file");
  }
  const inputs = await inputsOf(flags);
  const started = performance.now();
  const loaded = await loadPrediction(flags);
  const { models, data, unlabelled } = loaded;
  checkIntervals({ models, data, unlabelled }, flags.interval);
  if (flags.labels !== undefined) {
    measuredOf(data, await readPredictions(flags.labels, { what: "labels" }));
  }
  const loadSeconds = (performance.now() - started) / 1000;
  const secondsEach = await secondsPerSample(loaded, flags, signal);
  const size = perUnit ?? itemsPerUnit(secondsEach);
  const memoryBytes = peakMemory();
  const units = cutSpans(data.length, size).map(([first, end]): PlannedUnit => ({
    id: `samples${first + 1}-to-${end}`,
    does: `samples ${first + 1} to ${end} of ${data.length}`,
    needs: Object.keys(inputs),
    makes: [OUTPUTS_FILE],
    threads: chooseThreads(flags.threads),
    memoryBytes,
    seconds: Math.ceil(loadSeconds + (end - first) * secondsEach),
    settings: { samples: [first, end] },
  }));
  return { units, inputs, arithmetic: await arithmeticIn(loaded, flags) };
}

async function inputsOf(flags: PredictFlags): Promise<Inputs> {
  const { model, data, record, sequences, panel, labels } = flags;
  return await withDigestProgress(async (options) => ({
    model: await describeModels(model, options),
    ...await describeInputs({ data, record, sequences, panel, labels }, options),
  }));
}

async function arithmeticIn(
  { models }: LoadedPrediction,
  { engine }: PredictFlags,
): Promise<string | undefined> {
  return await arithmeticOf(engine, models.map(({ spec }) => spec));
}

/** Predicts some samples and forgets them: seconds a sample, of all models. */
async function secondsPerSample(
  loaded: LoadedPrediction,
  flags: PredictFlags,
  signal: AbortSignal,
): Promise<number> {
  const most = loaded.data.length;
  // The first samples also start threads and compile.
  for (let samples = Math.min(256, most);; samples = Math.min(4 * samples, most)) {
    let seconds = 0;
    await predictPart(loaded, flags, {
      signal,
      take: async (compute, all) => {
        const started = performance.now();
        await compute(0, samples);
        seconds += (performance.now() - started) / 1000;
        return new Float32Array(all);
      },
    });
    if (seconds >= LEAST_SECONDS || samples === most) return seconds / samples;
  }
}

async function predictPart(
  { models, data, unlabelled }: LoadedPrediction,
  { engine, threads, acceptAssembly, dropMarks }: PredictFlags,
  { signal, take }: { readonly signal: AbortSignal; readonly take: TakeOutputs },
): Promise<void> {
  await predictEnsemble(models, data, {
    engine,
    threads,
    path: "grouped",
    acceptAssembly,
    dropMarks,
    unlabelled,
    signal,
    takeOutputs: take,
  });
}

async function work(
  flags: PredictFlags,
  { plan, unit, folder, signal }: WorkCall,
): Promise<WorkDone> {
  const [first, end] = samplesOf(unit);
  checkPlannedInputs(plan, await inputsOf(flags));
  const loaded = await loadPrediction(flags);
  const arithmetic = await arithmeticIn(loaded, flags);
  checkPlannedArithmetic(plan, arithmetic);
  const outputs: Float32Array<ArrayBuffer>[] = [];
  await predictPart(loaded, flags, {
    signal,
    take: async (compute, samples) => {
      outputs.push(await compute(first, end));
      return new Float32Array(samples);
    },
  });
  const header = formatNpyHeader("float32", [outputs.length, end - first]);
  const bytes = outputs.map(({ buffer }) => new Uint8Array(buffer));
  await writeFileAtomic(`${folder}/${OUTPUTS_FILE}`, concatenateAll([header, ...bytes]));
  return { arithmetic };
}

const SETTINGS = object({ samples: SPAN });

function samplesOf(unit: Unit): Span {
  return settingsOf(unit, SETTINGS).samples;
}

async function gather(flags: PredictFlags, call: GatherCall): Promise<Gathered> {
  const { plan, units, begin, keep } = call;
  checkPlannedInputs(plan, await inputsOf(flags));
  let model = 0;
  const takeOutputs: TakeOutputs = async (_, samples) => {
    const outputs = new Float32Array(samples);
    for (const unit of units) outputs.set(await readOutputs(unit, model), samplesOf(unit)[0]);
    model++;
    return outputs;
  };
  const overwrite = flags.overwrite || call.holdsOwn;
  await predictTable({ ...flags, overwrite }, call, { takeOutputs, begin, keep });
  return { next: [] };
}

/** Reads the outputs of a unit's samples by a model. */
async function readOutputs(unit: FinishedUnit, model: number): Promise<Float32Array> {
  const file = `${unit.folder}/${OUTPUTS_FILE}`;
  const [first, end] = samplesOf(unit);
  const { data, shape: [models = 0, samples] } = await readNpy(file);
  if (data instanceof Float32Array && model < models && samples === end - first) {
    return data.subarray(model * samples, (model + 1) * samples);
  }
  throw new FormatError(
    `Cannot gather: found an array of ${models} × ${samples}, expected float32 of ${
      end - first
    } samples by every model`,
    { file },
  );
}
