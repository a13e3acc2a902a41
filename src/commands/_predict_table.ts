/** Does the work of `predict`: predicts, or takes what other processes computed, and writes the table. */

import type { Dataset } from "../data/dataset.ts";
import { writePredictionAnndata } from "../data/prediction_anndata.ts";
import { type PredictionFormat, writePredictionTable } from "../data/prediction_table.ts";
import type { PredictionFile } from "../io/submission.ts";
import { readPredictions } from "../io/submission.ts";
import { recordValue } from "../io/zarr/anndata.ts";
import { spreadOfMembers } from "../training/ensemble.ts";
import type { TakeOutputs } from "../training/predict_options.ts";
import type { CommandCall } from "./flags.ts";
import { checkIntervals, intervalColumns, type IntervalFlags } from "./_intervals.ts";
import { measuredOf } from "./_measured.ts";
import { openOutputDirectory } from "./_output_directory.ts";
import { openOutput, type OutputOf, type OverwriteFlag } from "./_outputs.ts";
import { predictInto, type PredictionFlags, type WrittenPrediction } from "./_predict.ts";
import {
  choosePredictionOutput,
  type OutputFormat,
  type PredictionOutput,
} from "./_prediction_format.ts";
import { beginningOf } from "./_table_output.ts";
import { checkTableNames } from "./_submission_ids.ts";
import { VERSION } from "./version.ts";

/** Flags of `predict`. */
export interface PredictFlags extends Omit<PredictionFlags, "out">, OverwriteFlag, IntervalFlags {
  readonly out?: string;
  readonly format?: OutputFormat;
  readonly labels?: string;
}

/** How predictions take what other processes computed. */
export interface PredictedElsewhere {
  /** Gives the outputs of the networks, one after the other. */
  readonly takeOutputs: TakeOutputs;
  /** Called when it is known that `--out` may be written. */
  readonly begin: () => Promise<void>;
  /** Called with the path of what was written, before it has its name. */
  readonly keep: (temporary: string) => Promise<void>;
}

/**
 * Predicts, and writes the predictions.
 *
 * @param flags The flags of the call.
 * @param call The call.
 * @param elsewhere What other processes computed; then no network is evaluated here.
 */
export async function predictTable(
  flags: PredictFlags,
  { signal }: Pick<CommandCall, "signal">,
  elsewhere?: PredictedElsewhere,
): Promise<void> {
  const output = choosePredictionOutput(flags);
  const { format } = output;
  // The labels are read first, since the prediction may take long.
  const { labels: path } = flags;
  const labels = path === undefined ? undefined : await readPredictions(path, { what: "labels" });
  const plan = { output, labels, elsewhere };
  if (format === "anndata") await predictAnndata(flags, { signal }, plan);
  else await predictRows(flags, { signal }, { ...plan, format });
}

/** What is written besides the predictions, and where. */
interface Plan {
  readonly output: PredictionOutput;
  readonly labels: PredictionFile | undefined;
  readonly elsewhere: PredictedElsewhere | undefined;
}

async function predictRows(
  flags: PredictFlags,
  call: Pick<CommandCall, "signal">,
  { output: { out, usual }, format, labels, elsewhere }: Plan & {
    readonly format: PredictionFormat;
  },
): Promise<void> {
  const { overwrite, interval } = flags;
  let measured: Float64Array | undefined;
  await predictInto(flags, call, {
    open: () =>
      openThen(
        () =>
          openOutput(out, {
            begins: beginningOf(format, "cell_type"),
            usual,
            overwrite,
            onWhole: elsewhere?.keep,
          }),
        elsewhere?.begin,
      ),
    takeOutputs: elsewhere?.takeOutputs,
    saysKnownGenes: true,
    check: (data, models, unlabelled) => {
      if (format === "tsv" || format === "csv") checkTableNames(namesIn(data));
      checkIntervals({ models, data, unlabelled }, interval);
      measured = measuredOf(data, labels);
    },
    write: (sink, prediction) =>
      writePredictionTable(sink, prediction.data, {
        ...predictedOf(prediction, interval),
        measured,
        format,
        metadata: { histone: JSON.stringify(describe(prediction)) },
      }),
  });
}

async function predictAnndata(
  flags: PredictFlags,
  call: Pick<CommandCall, "signal">,
  { output: { out }, labels, elsewhere }: Plan,
): Promise<void> {
  const { overwrite, interval } = flags;
  const how = { overwrite, onWhole: elsewhere?.keep };
  let measured: Float64Array | undefined;
  await predictInto(flags, call, {
    open: () => openThen(() => openOutputDirectory(out, how), elsewhere?.begin),
    takeOutputs: elsewhere?.takeOutputs,
    saysKnownGenes: true,
    check: (data, models, unlabelled) => {
      checkIntervals({ models, data, unlabelled }, interval);
      measured = measuredOf(data, labels);
    },
    write: (store, prediction) =>
      writePredictionAnndata(store, prediction.data, {
        ...predictedOf(prediction, interval),
        measured,
        about: describe(prediction),
      }),
  });
}

/** Opens an output, and calls a function once it may be written. */
async function openThen<Target>(
  open: () => Promise<OutputOf<Target>>,
  begin: (() => Promise<void>) | undefined,
): Promise<OutputOf<Target>> {
  const output = await open();
  await begin?.();
  return output;
}

function predictedOf(prediction: WrittenPrediction, confidence: number | undefined) {
  const { members, mean, unlike } = prediction;
  const spread = members.length > 1 ? spreadOfMembers(members) : undefined;
  const intervals = intervalColumns(prediction, { mean, unlike, confidence });
  return { predictions: mean, spread, ...intervals };
}

/** Where predictions come from, for formats that keep it. */
function describe({ data, models, notes }: WrittenPrediction) {
  const [model] = models;
  // The unit of the predictions is known from the model where the data have no labels.
  const expressionTransform = data.record.expressionTransform ?? model?.record.expressionTransform;
  return {
    version: VERSION,
    model: model?.spec.name ?? "",
    members: models.length,
    notes: notes.length === 0 ? undefined : notes,
    record: recordValue({ ...data.record, expressionTransform }),
  };
}

function namesIn({ columns: { cellTypes, genes, geneDetails = [] } }: Dataset): string[] {
  const details = geneDetails.flatMap(({ symbol, chromosome }) => [symbol ?? "", chromosome ?? ""]);
  return [...cellTypes, ...genes, ...details];
}
