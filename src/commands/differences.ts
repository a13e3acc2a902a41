/** Command `differences`: which marks and bins carry the change of each gene between cell types. */

import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import {
  type DifferenceOptions,
  explainDifferences,
  type GeneDifferences,
  writeDifferences,
  writeExplainedSets,
} from "../explain/mod.ts";
import { carryingDistances } from "../explain/differences/carrying_distances.ts";
import type { NamedGene } from "../genome/mod.ts";
import { readPredictions } from "../io/submission.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { formatJson } from "../runs/json.ts";
import { loadModels } from "../runs/models.ts";
import type { RowFormat } from "../io/row_table.ts";
import { MODEL_ARGUMENT } from "./_flag_aliases.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { loadData } from "./_data.ts";
import {
  checkDifferenceFlags,
  declareDifferences,
  type DifferenceFlags,
  readSides,
} from "./_difference_flags.ts";
import { checkDifferenceNames } from "./_difference_names.ts";
import {
  type ComparedNames,
  findNames,
  findTrainedEnds,
  matchFiles,
  nameGenes,
  readDifferenceFiles,
  type TrainedGenes,
} from "./_difference_inputs.ts";
import { type DifferenceSummary, summariseDifferences } from "./_difference_summary.ts";
import {
  formatAgreement,
  formatCarriers,
  formatCompleteness,
  formatExplained,
  formatHeading,
  formatLargestChanges,
} from "./_difference_text.ts";
import { noteUnlike } from "./_intervals.ts";
import { measuredOf } from "./_measured.ts";
import { openOutput, type Output } from "./_outputs.ts";
import { checkPanelFlag, loadUnlabelled, usesPanel } from "./_panel_flags.ts";
import { ProgressLine } from "./_progress.ts";
import { beginningOf, chooseTableFile } from "./_table_output.ts";
import { VERSION } from "./version.ts";

/** Command `differences`. */
export const command: CommandDefinition<DifferenceFlags> = {
  name: "differences",
  summary:
    "Writes for each gene how its predicted expression differs between two cell types or conditions, beside what was " +
    "measured, and which marks and bins carry the change; and says how well predicted changes agree with measured ones.",
  examples: [
    [
      "deno task differences runs/five --data new.npz --between E003,E004",
      "differences.tsv: predicted and measured change of each gene, what each mark adds, and where",
    ],
    [
      "deno task differences runs/five --data new.npz --from control.1,control.2 --to treated.1,treated.2 " +
      "--deseq2 results.csv --gene-sets hallmark.gmt",
      "how much of DESeq2's fold changes marks explain: of all genes, of significant ones, of each set",
    ],
    [
      "deno task differences runs/five --data new.npz --between E003,E004 --out changes.parquet --report changes.json",
      "a table for pandas, DuckDB and R, and all figures that are printed",
    ],
  ],
  aliases: [MODEL_ARGUMENT],
  declare: declareDifferences,
  run: differences,
};

async function differences(
  flags: DifferenceFlags,
  { args: [directory = ""], signal }: CommandCall,
): Promise<void> {
  const sides = readSides(flags);
  checkDifferenceFlags(flags);
  await using outputs = await openOutputs(flags);
  const files = await readDifferenceFiles(flags);
  const labels = flags.labels === undefined
    ? undefined
    : await readPredictions(flags.labels, { what: "labels" });
  const models = await loadModels(directory);
  const [{ spec }] = models as [TrainedModel];
  checkPanelFlag(flags, { name: spec.name, usesPanel: usesPanel(spec) });
  const data = await loadData(flags.data, flags, { allowMissingMarks: usesPanel(spec) });
  const unlabelled = await loadUnlabelled(flags, { [flags.data]: data });
  const measured = measuredOf(data, labels);
  checkMeasured(flags, measured);
  const named = nameGenes(data, files.annotated);
  checkDifferenceNames(data, named, { ...outputs, files });
  // What is wrong with the files would be found out after all the work.
  findNames(named, { files, flags });
  const options = { ...flags, ...sides, measured, unlabelled, signal };
  const found = await explainWithProgress(models, data, options);
  const isCompared = new Set([...found.from, ...found.to]);
  noteUnlike({
    models,
    data: data.filter((position) => isCompared.has(data.cellTypeOf(position))),
  });
  const compared = Array.from(found.genes, (gene) => named[gene]!);
  const names = matchFiles(found, { named, files, flags });
  const trained = await findTrainedEnds(found, {
    models,
    data,
    unlabelled,
    directory,
    path: flags.data,
  });
  const { ends } = trained;
  const summary = summariseDifferences(found, { data, names, ends, flags, signal });
  print(found, { data, compared, names, trained, summary, flags, spec });
  const { log2FoldChanges, qValues } = names.foldChanges ?? {};
  await outputs.genes.write((sink) =>
    writeDifferences(sink, data, {
      differences: found,
      symbols: named.map(({ symbol }) => symbol),
      log2FoldChanges,
      qValues,
      trained: ends,
      format: outputs.format,
      metadata: { histone: JSON.stringify({ version: VERSION, model: spec.name, ...sides }) },
    })
  );
  await outputs.sets?.write((sink) =>
    writeExplainedSets(sink, summary.explained?.sets ?? [], { format: outputs.setsFormat })
  );
  await outputs.report?.write(formatJson(describeAll(found, { summary, trained, flags, spec })));
  for (const output of [outputs.genes, outputs.sets, outputs.report]) {
    if (output !== undefined) console.info(output.done);
  }
}

/** The files that the command writes. */
interface Outputs extends AsyncDisposable {
  readonly genes: Output;
  readonly format: RowFormat;
  readonly sets: Output | undefined;
  readonly setsFormat: RowFormat;
  readonly report: Output | undefined;
}

/** Opens the outputs before anything is read. */
async function openOutputs(
  { out, format: asked, setsOut, report: reportPath, overwrite }: DifferenceFlags,
): Promise<Outputs> {
  const table = chooseTableFile({ out, format: asked }, "differences");
  const ofSets = chooseTableFile({ out: setsOut }, "differences.sets");
  await using stack = new AsyncDisposableStack();
  const genes = stack.use(
    await openOutput(table.out, {
      begins: beginningOf(table.format, "gene_id"),
      usual: table.usual,
      overwrite,
    }),
  );
  const sets = setsOut === undefined ? undefined : stack.use(
    await openOutput(setsOut, {
      begins: beginningOf(ofSets.format, "gene_set"),
      usual: setsOut,
      flag: "--sets-out",
      overwrite,
    }),
  );
  const report = reportPath === undefined ? undefined : stack.use(
    await openOutput(reportPath, { begins: BEGINNING, flag: "--report", overwrite }),
  );
  const opened = stack.move();
  return {
    genes,
    format: table.format,
    sets,
    setsFormat: ofSets.format,
    report,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The text with which the JSON of `--report` begins. */
const BEGINNING = '{\n  "differences"';

function checkMeasured(
  { geneSets, deseq2 }: DifferenceFlags,
  measured: Float64Array | undefined,
): void {
  if (geneSets === undefined || deseq2 !== undefined || measured !== undefined) return;
  throw new ContractError(
    "Cannot use --gene-sets: nothing was measured that could be explained, expected data with labels, or --labels, or " +
      "--deseq2",
  );
}

async function explainWithProgress(
  models: readonly TrainedModel[],
  data: Dataset,
  options: DifferenceOptions,
): Promise<GeneDifferences> {
  const notes = new Set<string>();
  const progress = new ProgressLine();
  try {
    return await explainDifferences(models, data, {
      ...options,
      onNote: (note) => notes.add(note),
      onProgress: ({ done, total }) => progress.update({ done, total, label: "explaining" }),
    });
  } finally {
    progress.clear();
    for (const note of notes) console.info(`Note: ${note}.`);
  }
}

/** What is printed, and what it is about. */
interface Printed {
  readonly data: Dataset;
  readonly compared: readonly NamedGene[];
  readonly names: ComparedNames;
  readonly trained: TrainedGenes;
  readonly summary: DifferenceSummary;
  readonly flags: DifferenceFlags;
  readonly spec: ModelSpec;
}

function print(
  found: GeneDifferences,
  { data, compared, names: { foldChanges }, trained, summary, flags, spec }: Printed,
): void {
  const { completeness, carriers, agreement, explained } = summary;
  const what = foldChanges === undefined
    ? "measured changes"
    : `the fold changes of ${flags.deseq2}`;
  const parts = [
    [formatHeading(found, flags)],
    [formatCompleteness(completeness, compared)],
    formatCarriers(carriers),
    formatLargestChanges(found, {
      names: compared,
      foldChanges: foldChanges?.log2FoldChanges,
      distances: carryingDistances(data, found),
    }),
    formatAgreement(agreement),
    explained === undefined ? [] : formatExplained(explained, { ...flags, what }),
  ].filter(({ length }) => length > 0);
  console.log(parts.map((lines) => lines.join("\n")).join("\n\n"));
  if (spec.loss === "rank") console.info(SCORES);
  if (found.models === 1) {
    console.info("One model: there are no intervals of changes (train --ensemble 5 makes some).");
  }
  if (trained.isWarning) console.warn(`warning: ${trained.sentence}`);
  else console.info(trained.sentence);
}

/** Said of models whose predictions have no unit. */
const SCORES =
  "The model was trained to rank: changes of its scores have a sign and an order, but no unit.";

/** All figures, for `--report`. */
function describeAll(
  found: GeneDifferences,
  { summary: { completeness, ...summary }, trained, flags, spec }: {
    readonly summary: DifferenceSummary;
    readonly trained: TrainedGenes;
    readonly flags: DifferenceFlags;
    readonly spec: ModelSpec;
  },
) {
  const { from, to, genes, models, marks, profiles, placeBins } = found;
  const size = profiles.length / 2;
  const profile = (direction: number) => {
    const own = Array.from(profiles.subarray(direction * size, (direction + 1) * size));
    return Object.fromEntries(
      marks.map((name, mark) => [name, own.filter((_, i) => i % marks.length === mark)]),
    );
  };
  return {
    differences: { from, to, genes: genes.length },
    version: VERSION,
    model: spec.name,
    models,
    data: flags.data,
    steps: flags.steps,
    trained: trained.sentence,
    completeness: { ...completeness, gene: undefined },
    ...summary,
    profiles: { placeBins: Array.from(placeBins), down: profile(0), up: profile(1) },
  };
}
