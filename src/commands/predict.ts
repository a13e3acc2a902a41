/** `deno task predict`: writes a trained model's prediction for each gene in each cell type as a table. */

import { Option } from "commander";
import type { Dataset } from "../data/dataset.ts";
import { writePredictionAnndata } from "../data/prediction_anndata.ts";
import { type PredictionFormat, writePredictionTable } from "../data/prediction_table.ts";
import type { PredictionFile } from "../io/submission.ts";
import { readPredictions } from "../io/submission.ts";
import { recordValue } from "../io/zarr/anndata.ts";
import { spreadOfMembers } from "../training/ensemble.ts";
import { choice, type CommandCall, type CommandDefinition, declareCommon } from "./flags.ts";
import {
  checkIntervals,
  declareInterval,
  intervalColumns,
  type IntervalFlags,
} from "./_intervals.ts";
import { measuredOf } from "./_measured.ts";
import { openOutputDirectory } from "./_output_directory.ts";
import { declareOverwrite, openOutput, type OverwriteFlag } from "./_outputs.ts";
import {
  declarePrediction,
  predictInto,
  type PredictionFlags,
  type WrittenPrediction,
} from "./_predict.ts";
import {
  choosePredictionOutput,
  OUTPUT_FORMATS,
  type OutputFormat,
  type PredictionOutput,
} from "./_prediction_format.ts";
import { beginningOf } from "./_table_output.ts";
import { checkTableNames } from "./_submission_ids.ts";
import { VERSION } from "./version.ts";

interface PredictFlags extends Omit<PredictionFlags, "out">, OverwriteFlag, IntervalFlags {
  readonly out?: string;
  readonly format?: OutputFormat;
  readonly labels?: string;
}

/** Command `predict`. */
export const command: CommandDefinition<PredictFlags> = {
  name: "predict",
  summary:
    "Predicts the expression of every gene in every cell type of a data set, and writes a table: cell type, gene, " +
    "symbol and position where the data have them, the prediction, with several models its spread, with --interval its interval, and with labels " +
    "the measured value and the residual.",
  examples: [
    [
      "deno task predict --model runs/first --data new.npz --out predictions.tsv",
      "cell_type gene_id symbol chrom tss strand prediction, between tabs",
    ],
    [
      "deno task predict --model runs/five --data new.npz --out predictions.parquet",
      "for pandas, DuckDB and R; five models add spread, their standard deviation",
    ],
    [
      "deno task predict --model runs/first --data valid.npz --out predictions.csv",
      "data with labels add measured and residual, which is measured - prediction",
    ],
    [
      "deno task predict --model runs/first --data new.npz --interval 0.9",
      "adds low and high, between which nine of ten measured values lie, for models of train --calibrate",
    ],
    [
      "deno task predict --model runs/first --data new.npz --out predictions.zarr",
      "cell types x genes for Python's anndata",
    ],
    ["deno task predict --model runs/first --data new.npz --out - | head", "a look at it"],
  ],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declareInterval(
          declarePrediction(command),
          "adds columns low, high, regime and unlike",
        )
          .addOption(
            new Option(
              "--out <file>",
              "what to write: .tsv, .csv, .jsonl, .parquet, or .zarr, which is a folder; - is standard output " +
                "(default: predictions.tsv, or as --format has it)",
            ),
          )
          .option(
            "--format <name>",
            `${OUTPUT_FORMATS.join(", ")} (default: by the end of --out)`,
            choice(OUTPUT_FORMATS),
          )
          .option("--labels <file>", "measured values, id,expression, for data without them"),
      ),
    ),
  run: predictTable,
};

async function predictTable(flags: PredictFlags, call: CommandCall): Promise<void> {
  const output = choosePredictionOutput(flags);
  const { format } = output;
  // The labels are read first, since the prediction may take long.
  const { labels: path } = flags;
  const labels = path === undefined ? undefined : await readPredictions(path, { what: "labels" });
  if (format === "anndata") await predictAnndata(flags, call, { output, labels });
  else await predictRows(flags, call, { output, format, labels });
}

/** What is written besides the predictions, and where. */
interface Plan {
  readonly output: PredictionOutput;
  readonly labels: PredictionFile | undefined;
}

async function predictRows(
  flags: PredictFlags,
  call: CommandCall,
  { output: { out, usual }, format, labels }: Plan & { readonly format: PredictionFormat },
): Promise<void> {
  const { overwrite, interval } = flags;
  let measured: Float64Array | undefined;
  await predictInto(flags, call, {
    open: () => openOutput(out, { begins: beginningOf(format, "cell_type"), usual, overwrite }),
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
  call: CommandCall,
  { output: { out }, labels }: Plan,
): Promise<void> {
  const { interval } = flags;
  let measured: Float64Array | undefined;
  await predictInto(flags, call, {
    open: () => openOutputDirectory(out, flags),
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
