/** The flags that say what training starts from, what it leaves as it is, and how much each sample counts. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { loadModels } from "../runs/models.ts";
import type { FrozenPart } from "../training/frozen.ts";
import { checkInputFile } from "./_input_file.ts";
import { readSampleTable, type SampleTable } from "./_sample_table.ts";
import { list } from "./flags.ts";

/** Flags of {@linkcode declareStart}. */
export interface StartFlags {
  readonly from?: string | undefined;
  readonly ownPanel?: boolean | undefined;
  readonly acceptAssembly?: boolean | undefined;
  readonly freeze?: readonly string[] | undefined;
  readonly weights?: string | undefined;
  readonly weightColumn?: string | undefined;
}

/** Declares the flags. Call it after those that they exclude. */
export function declareStart(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--from <dir>",
        "trained model whose weights to start from, or starter; settings that are not given are those it was trained with, and a " +
          "tenth of its learning rate",
      ).conflicts(["preset", "spec"]),
    )
    .option(
      "--own-panel",
      "with a --from that has a panel: take a panel of your own samples alone instead of adding them to that one",
      false,
    )
    .option(
      "--accept-assembly",
      "accept a --from that was trained on another build of the species, such as hg38 for hg19",
      false,
    )
    .option(
      "--freeze <layers>",
      "layers that are not trained: encoder, head, or numbers such as 0,3",
      parseLayers,
    )
    .option(
      "--weights <file>",
      "table with cell_type, gene_id or both, and how much the samples of each count (0: not at all)",
    )
    .option("--weight-column <name>", "column of --weights (default: the only one)");
}

/** Parses words between commas of which each is a part of a model, or the number of a layer. */
function parseLayers(text: string): string[] {
  const words = list(text);
  if (words.every((word) => word === "encoder" || word === "head" || /^\d{1,4}$/.test(word))) {
    return words;
  }
  throw new InvalidArgumentError("Expected encoder, head, or numbers of layers between commas.");
}

/** The parts that `--freeze` names, as a setting. */
export function frozenOf(
  { freeze }: Pick<StartFlags, "freeze">,
): { readonly frozen?: readonly FrozenPart[] } {
  if (freeze === undefined) return {};
  return {
    frozen: freeze.map((word) => word === "encoder" || word === "head" ? word : Number(word)),
  };
}

/**
 * Loads the model of `--from`.
 *
 * @throws {ContractError} If it is an ensemble, or the directory holds no model.
 */
export async function loadInitial(
  { from }: Pick<StartFlags, "from">,
): Promise<TrainedModel | undefined> {
  if (from === undefined) return undefined;
  const [first, ...others] = await loadModels(from);
  if (others.length > 0) {
    throw new ContractError(
      `Cannot start from ${from}: it holds an ensemble of ${
        others.length + 1
      } models, expected one, such as --from ${quotePath(`${from}/models/1`)}`,
    );
  }
  return first;
}

const SEEN_BEFORE =
  "Folds hold nothing out that this model was trained on before: on such samples their scores are too good.";

/**
 * Says which weights training starts from, and that folds, which are measured on samples that they hold out, cannot hold
 * out what the weights have seen.
 */
export function printStart(
  { from }: Pick<StartFlags, "from">,
  initial: TrainedModel | undefined,
  { learningRate, folds = false }: {
    readonly learningRate: number;
    readonly folds?: boolean | undefined;
  },
): void {
  if (from === undefined || initial === undefined) return;
  const { spec, training: { epochs, samples } } = initial;
  console.info(
    `Starting from ${from}: ${spec.name}, trained for ${formatCountOf(epochs, "epoch")} on ${
      formatCountOf(samples, "sample")
    }; learning rate now ${Number(learningRate.toPrecision(6))}`,
  );
  if (folds) console.info(SEEN_BEFORE);
}

/**
 * Reads the table of `--weights`. Call it before the data are read, which may take long.
 *
 * @throws {ContractError} If `--weight-column` is given without it.
 * @throws {FormatError} If the table is damaged.
 */
export async function readWeights(
  { weights, weightColumn }: StartFlags,
): Promise<SampleTable | undefined> {
  if (weights === undefined) {
    if (weightColumn === undefined) return undefined;
    throw new ContractError(
      "Cannot use --weight-column: found no --weights, expected the table that has the column",
    );
  }
  await checkInputFile("--weights", weights);
  return await readSampleTable(weights, { column: weightColumn, flag: "--weight-column" });
}

/**
 * Finds the weight of each sample.
 *
 * @returns `[position]`, or `undefined` without a table.
 * @throws {ContractError} If the table lacks a sample, or a value is not a number of at least 0.
 */
export function joinWeights(
  data: Dataset,
  table: SampleTable | undefined,
): Float64Array | undefined {
  if (table === undefined) return undefined;
  const texts = table.valuesOf(data);
  const weights = Float64Array.from(texts, (text) => text.trim() === "" ? NaN : Number(text));
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) {
    throw new ContractError(
      `Cannot weigh samples: column ${table.column} has "${texts[bad]}" for gene ${
        data.describeGene(bad)
      } in ${data.cellTypeOf(bad)}, expected a number >= 0`,
    );
  }
  const idle = weights.filter((weight) => weight === 0).length;
  console.info(
    `Weights: column ${table.column}, from ${least(weights)} to ${most(weights)}${
      idle === 0 ? "" : `; ${idle.toLocaleString("en-US")} samples of weight 0 are left out`
    }`,
  );
  return weights;
}

function least(values: Float64Array): number {
  return values.reduce((found, value) => Math.min(found, value), Infinity);
}

function most(values: Float64Array): number {
  return values.reduce((found, value) => Math.max(found, value), -Infinity);
}
