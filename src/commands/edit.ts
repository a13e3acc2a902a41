/** Command `edit`: what changes of marks or DNA do to predictions. */

import { MODEL_ARGUMENT } from "./_flag_aliases.ts";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EngineName } from "../engine/select.ts";
import {
  checkEdits,
  type Edit,
  predictEdits,
  type PredictEditsOptions,
  readEdits,
} from "../explain/mod.ts";
import { ROW_FORMATS, type RowFormat, writeRowTable } from "../io/row_table.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { loadModels } from "../runs/models.ts";
import { GREATEST_CONFIDENCE } from "../validation/intervals.ts";
import {
  choice,
  type CommandCall,
  type CommandDefinition,
  declareCommon,
  integer,
  number,
} from "./flags.ts";
import { loadData } from "./_data.ts";
import { effectRows, EffectSummary, FIRST_COLUMN } from "./_edit_effects.ts";
import { annotateGenes } from "./_explained_samples.ts";
import { checkInputFile } from "./_input_file.ts";
import { noteUnlike } from "./_intervals.ts";
import { declareModelAndData, declareModelData, type ModelDataFlags } from "./_model_data_flags.ts";
import { declareOverwrite, openOutput, type OverwriteFlag } from "./_outputs.ts";
import { declarePanel, loadUnlabelled, type PanelFlags } from "./_panel_flags.ts";
import { checkPanelOf, noteScores } from "./_predict.ts";
import { ProgressLine } from "./_progress.ts";
import { checkTableNames } from "./_submission_ids.ts";
import { beginningOf, chooseTableFile } from "./_table_output.ts";
import { VERSION } from "./version.ts";
import { warn } from "./_warn.ts";

interface EditFlags extends PanelFlags, ModelDataFlags, OverwriteFlag {
  readonly data: string;
  readonly edits: string;
  readonly out?: string | undefined;
  readonly format?: RowFormat | undefined;
  readonly draws: number;
  readonly confidence: number;
  readonly seed: number;
  readonly engine: EngineName;
  readonly geneFile?: string | undefined;
}

/** Fewer models say little of what training could have given. */
const FEW_MODELS = 5;

/** Command `edit`. */
export const command: CommandDefinition<EditFlags> = {
  name: "edit",
  summary:
    "Changes marks or DNA of samples and predicts them again: knocks marks out, doses, moves or exchanges them, or puts " +
    "profiles of real genes in their place, as a table of edits says. Writes a table of effects, with intervals over the " +
    "models of an ensemble and over the genes that were drawn.",
  examples: [
    [
      "deno task edit runs/five --data train.npz --edits edits.tsv",
      "effects.tsv; edits.tsv has columns such as gene, cell_type, edit, mark, factor, start_bp and end_bp",
    ],
    [
      "deno task edit runs/five --data train.npz --edits edits.tsv --draws 50 --out effects.parquet",
      "50 real genes are drawn for each counterfactual, in place of 20",
    ],
    ["deno task edit starter --data new.npz --edits edits.tsv --out - | head", "a look at it"],
  ],
  aliases: [MODEL_ARGUMENT],
  declare: (command) =>
    declareCommon(
      declareOverwrite(
        declareModelData(
          declarePanel(
            declareModelAndData(command, "samples to edit, and genes to draw")
              .requiredOption(
                "--edits <file>",
                "table of edits: remove, scale, move, swap, replace or substitute in a column edit; see docs/edits.md",
              ),
          )
            .option(
              "--out <file>",
              "what to write: .tsv, .csv, .jsonl or .parquet; - is standard output " +
                "(default: effects.tsv, or as --format has it)",
            )
            .option(
              "--format <name>",
              `${ROW_FORMATS.join(", ")} (default: by the end of --out)`,
              choice(ROW_FORMATS),
            )
            .option(
              "--draws <n>",
              "real genes that are drawn for an edit that draws some",
              integer(1, 10_000),
              20,
            )
            .option(
              "--confidence <x>",
              "confidence of the intervals of effects",
              number(Number.MIN_VALUE, GREATEST_CONFIDENCE),
              0.95,
            )
            .option("--seed <n>", "seed of the draws", integer(0), 0)
            .option(
              "--gene-file <file>",
              "annotation with symbols and strands of the genes, for data that lack them: GTF, GFF3, BED or a table; " +
                "hg19 and hg38 are built in",
            ),
        ),
      ),
    ),
  run: editSamples,
};

async function editSamples(flags: EditFlags, { args, signal }: CommandCall): Promise<void> {
  const [directory = ""] = args;
  const { out, format, usual } = chooseTableFile(flags, "effects");
  await using output = await openOutput(out, {
    begins: beginningOf(format, FIRST_COLUMN),
    usual,
    overwrite: flags.overwrite,
  });
  await checkInputFile("--edits", flags.edits);
  const edits = await readEdits(flags.edits, { onWarning: warn });
  const models = await loadModels(directory);
  const loaded = await loadData(flags.data, flags, {
    allowMissingMarks: checkPanelOf(models, flags),
  });
  const { geneFile } = flags;
  const data = geneFile === undefined ? loaded : await annotateGenes(loaded, geneFile);
  if (format === "tsv" || format === "csv") {
    checkTableNames(namesIn(data));
    checkTableNames(edits.map(({ id }) => id), "the table of edits");
  }
  const unlabelled = await loadUnlabelled(flags, { [flags.data]: loaded });
  const options = { ...optionsOf(flags), edits, unlabelled, signal };
  const { samples, leftOut } = checkEdits(models, data, options);
  console.info(
    `Edits: ${edits.length.toLocaleString("en-US")}, of ${formatCountOf(samples, "sample")} in all`,
  );
  for (const sentence of leftOut) console.info(`Note: ${sentence}.`);
  noteUnlike({ models, data });
  const notes = new Set<string>();
  const progress = new ProgressLine("samples");
  const blocks = predictEdits(models, data, {
    ...options,
    onNote: (note) => notes.add(note),
    onProgress: ({ done, total }) => progress.update({ done, total, label: "predicting" }),
  });
  const summary = new EffectSummary();
  await output.write((sink) =>
    writeRowTable(sink, {
      ...effectRows(data, summary.watch(blocks)),
      metadata: { histone: JSON.stringify(describe(models, flags)) },
    }, { format })
  );
  progress.clear();
  for (const note of notes) console.info(`Note: ${note}.`);
  noteScores(models);
  for (const line of summary.lines()) console.info(line);
  const unlike = summary.describeUnlike();
  if (unlike !== undefined) console.info(unlike);
  for (const note of describeIntervals(models, edits, flags)) console.info(note);
  console.info(`${output.done}, ${formatCountOf(samples, "effect")}`);
}

function optionsOf(
  { engine, threads, acceptAssembly, dropMarks, draws, confidence, seed }: EditFlags,
): Omit<PredictEditsOptions, "edits"> {
  return { engine, threads, acceptAssembly, dropMarks, draws, confidence, seed };
}

/** Says what intervals are of, and what those of few models are worth. */
function describeIntervals(
  { length: models }: readonly TrainedModel[],
  edits: readonly Edit[],
  { confidence, draws }: EditFlags,
): string[] {
  const isDrawn = edits.some(({ steps }) =>
    steps.some((step) => step.kind === "replace" || step.kind === "remove" && step.to === "low")
  );
  const over = [
    ...models > 1 ? [`${models} models`] : [],
    ...isDrawn ? [`up to ${draws} drawn genes where some were drawn`] : [],
  ];
  const percent = `${Number((100 * confidence).toFixed(1))}%`;
  return [
    ...over.length === 0 ? [] : [
      `Intervals hold the mean effect with a confidence of ${percent}, over ${over.join(" and ")}.`,
    ],
    ...models === 1
      ? [
        "Note: this is one model, so no interval says what another training would have given; train --ensemble 5 gives five.",
      ]
      : models < FEW_MODELS
      ? [`Note: ${models} models are few, so intervals over them are wide and rough.`]
      : [],
  ];
}

/** Where effects come from, for formats that keep it. */
function describe(
  models: readonly TrainedModel[],
  { draws, confidence, seed }: EditFlags,
): Readonly<Record<string, unknown>> {
  const model = models[0]?.spec.name ?? "";
  return { version: VERSION, model, members: models.length, draws, confidence, seed };
}

function namesIn({ columns: { cellTypes, genes, geneDetails = [] } }: Dataset): string[] {
  const details = geneDetails.flatMap(({ symbol, chromosome }) => [symbol ?? "", chromosome ?? ""]);
  return [...cellTypes, ...genes, ...details];
}
