/** `deno task simulate`: simulates data in the competition's format from a model with known truth. */

import { Option } from "commander";
import { ContractError } from "../errors.ts";
import type {
  ReachableScores,
  SimulatedExpression,
  SimulatedFeatures,
  SimulatedSequenceOptions,
  SimulationTruth,
} from "../simulate/mod.ts";
import { SIMULATED_EXPRESSIONS, SIMULATED_FEATURES, writeSimulation } from "../simulate/mod.ts";
import { choice, type CommandCall, type CommandDefinition, integer, number } from "./flags.ts";
import { type CompareFlags, compareSimulation } from "./_compare_simulation.ts";
import { checkOutput, lockOutput } from "./_outputs.ts";
import { ProgressLine } from "./_progress.ts";
import { withNothingKept } from "./_interrupt.ts";
import { withFlagNames } from "./_simulated_flags.ts";

interface SimulateFlags extends CompareFlags {
  readonly out: string;
  readonly cellTypes: number;
  readonly genes: number;
  readonly newCellTypes: number;
  readonly newGenes: number;
  readonly bins: number;
  readonly visibleShare: number;
  readonly hiddenShare: number;
  readonly depth: number;
  readonly depthSpread: number;
  readonly enrichmentSpread: number;
  readonly expressionTransform: SimulatedExpression;
  readonly dispersion: number;
  readonly seed: number;
  readonly features: SimulatedFeatures;
  readonly sequences: boolean;
  readonly sequenceHalfWidth?: number | undefined;
  readonly sequenceEffect?: number | undefined;
  readonly full: boolean;
  readonly compress: boolean;
  readonly overwrite: boolean;
}

const share = number(0, 1);

/** The files, in the order in which they are written. */
const FILES = ["train.npz", "eval.npz", "eval_labels.csv", "truth.json"];
/** The file that is written in addition where there is DNA. */
const SEQUENCE_FILE = "seq_data.csv";

/** Size of the competition's own data set. */
const FULL_SIZE = { cellTypes: 50, genes: 16_000, newCellTypes: 6, newGenes: 1447, bins: 100 };

/** Command `simulate`. */
export const command: CommandDefinition<SimulateFlags> = {
  name: "simulate",
  summary:
    "Writes simulated data whose truth is known: train.npz, eval.npz, eval_labels.csv and truth.json.",
  examples: [
    ["deno task simulate", "8 cell types × 200 genes in simulated/"],
    ["deno task simulate --full", "the competition's size, 800,000 and 177,032 rows: 2.7 GB"],
    ["deno task simulate --full --compress", "the same, deflated: 0.5 GB"],
    ["deno task simulate --sequences --sequence-half-width 1000", "with DNA around each gene"],
    [
      "deno task simulate --compare counts.npz --expression-transform log2p1",
      "writes nothing; prints statistics of your data beside those of simulated data",
    ],
  ],
  declare: (command) =>
    command
      .option("--out <dir>", "directory to write", "simulated")
      .option("--cell-types <n>", "training cell types", integer(1), 8)
      .option("--genes <n>", "training genes", integer(1), 200)
      .option("--new-cell-types <n>", "cell types that only eval has", integer(0), 2)
      .option("--new-genes <n>", "genes that only eval has", integer(0), 40)
      .option("--bins <n>", "100 bp bins, the TSS in the middle", integer(1), 100)
      .addOption(
        new Option("--full", "use the competition's sizes for all of these")
          .conflicts(Object.keys(FULL_SIZE))
          .default(false),
      )
      .option(
        "--expression-transform <name>",
        "what the labels are: signed-log-difference, the competition's, or log2p1, log2(RPKM + 1)",
        choice(SIMULATED_EXPRESSIONS),
        "signed-log-difference",
      )
      .option(
        "--visible-share <x>",
        "share of the variance of expression that the marks show",
        share,
        0.71,
      )
      .option(
        "--hidden-share <x>",
        "share of that variance that belongs to the gene and is not in the marks",
        share,
        0.22,
      )
      .option("--depth <x>", "factor on all counts", number(Number.MIN_VALUE), 1)
      .option(
        "--depth-spread <x>",
        "standard deviation of ln(depth) between samples",
        number(0, 1),
        0.2,
      )
      .option(
        "--enrichment-spread <x>",
        "standard deviation of ln(enrichment) between samples",
        share,
        0.4,
      )
      .option("--dispersion <x>", "variance is mean + x · mean²", number(Number.MIN_VALUE), 0.05)
      .option("--seed <n>", "random seed", integer(0), 1)
      .option(
        "--features <name>",
        "what the files hold: log1p, ln(1 + count) as float32 as in the competition's files, or counts as float64",
        choice(SIMULATED_FEATURES),
        "log1p",
      )
      .option(
        "--sequences",
        "add DNA: promoters with planted motifs of known effect, CpG islands and repeats, in the npz files and as " +
          "seq_data.csv",
        false,
      )
      .option(
        "--sequence-half-width <bp>",
        "for --sequences: bases on each side of the TSS (default: 5000)",
        integer(300),
      )
      .option(
        "--sequence-effect <x>",
        "for --sequences: share of the variance of expression that motifs explain, a part of --hidden-share; with 0 the " +
          "DNA says nothing (default: 0.15)",
        share,
      )
      .option("--compress", "deflate the npz files", false)
      .option(
        "--compare <path>",
        "write nothing, but print statistics of these data beside those of as many simulated ones",
      )
      .option(
        "--compare-expression <file>",
        "the same for the labels of Roadmap's table of expression, 57epigenomes.RPKM.pc.gz",
      )
      .option("--overwrite", "replace the data that --out already holds", false),
  run: (flags, call) => withFlagNames(() => simulate(flags, call)),
};

async function simulate(flags: SimulateFlags, { signal, given }: CommandCall): Promise<void> {
  const { out, overwrite, full, compare, compareExpression, features, compress, ...others } = flags;
  const { sequences: _, sequenceHalfWidth: __, sequenceEffect: ___, ...marks } = others;
  const model = { ...marks, sequences: sequencesOf(flags) };
  const files = flags.sequences ? [...FILES, SEQUENCE_FILE] : FILES;
  if (compare !== undefined || compareExpression !== undefined) {
    const options = { ...model, ...(full ? FULL_SIZE : {}) };
    await compareSimulation({ compare, compareExpression }, { options, given });
    return;
  }
  await using _lock = await lockOutput(`${out}/${FILES[0]}`);
  for (const name of files) {
    if (await checkOutput(`${out}/${name}`) && !overwrite) {
      throw new ContractError(
        `Cannot write to ${out}: it already holds ${name}. Name another --out, or add --overwrite`,
      );
    }
  }
  const progress = new ProgressLine("cell types");
  const truth = await writeSimulation(out, {
    ...model,
    ...(full ? FULL_SIZE : {}),
    features,
    compress,
    signal: withNothingKept(signal),
    onProgress: ({ done, total, file, cellType }) =>
      progress.update({ done, total, label: `${file} ${cellType}` }),
  });
  progress.clear();
  printTruth(truth);
  console.info(`Written: ${out}/ (${files.join(", ")})`);
}

/** The DNA that flags ask for. */
function sequencesOf(
  { sequences, sequenceHalfWidth, sequenceEffect }: SimulateFlags,
): SimulatedSequenceOptions | undefined {
  if (sequences) return { halfWidthBp: sequenceHalfWidth, effect: sequenceEffect };
  if (sequenceHalfWidth === undefined && sequenceEffect === undefined) return undefined;
  throw new ContractError(
    "Cannot simulate: --sequence-half-width and --sequence-effect describe DNA, add --sequences",
  );
}

function printTruth({ bestReachable }: SimulationTruth): void {
  console.log("Best reachable:");
  for (const part of ["train", "eval"] as const) {
    const { fromMarks, fromMarksAndSequence, fromMarksAndGene } = bestReachable[part];
    console.log(`  ${part}, from the marks alone: ${formatScore(fromMarks)}`);
    if (fromMarksAndSequence !== undefined) {
      console.log(`  ${part}, from the marks and the motifs: ${formatScore(fromMarksAndSequence)}`);
    }
    console.log(
      `  ${part}, knowing all about each gene too: ${formatScore(fromMarksAndGene)}`,
    );
  }
}

function formatScore({ mse, pearson }: ReachableScores["fromMarks"]): string {
  return `MSE ${mse.toFixed(4)}, Pearson r ${pearson.toFixed(4)}`;
}
