/** The arms of a comparison that shows what DNA adds: a model of marks and DNA beside its controls. */

import { Option } from "commander";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { readsSequence } from "../model/inputs.ts";
import { marksOnly } from "../model/marks_only.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { loadModels } from "../runs/models.ts";
import { findOtherTraining } from "../runs/trained_on.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import type { SequenceControlSettings } from "../record.ts";
import {
  type Arm,
  ARM_KINDS,
  type ArmKind,
  type ArmsOfRegime,
  compareArms,
  formatArms,
} from "../validation/mod.ts";
import { type PredictionFlags, predictWithProgress } from "./_predict.ts";
import { warn } from "./_warn.ts";

/** What an arm is called where room is scarce: in the table by regime, and in messages. Sentences have longer names. */
export const SHORT_ARM_NAMES: Readonly<Record<ArmKind, string>> = {
  dna: "DNA",
  shuffled: "shuffled",
  "random-code": "random code",
  "marks-only": "marks alone",
};

/** What an arm is shown beside the marks, in a few words. */
export const ARM_VIEWS: Readonly<Record<ArmKind, string>> = {
  dna: "each gene's own sequence",
  shuffled: "for each gene the sequence of another",
  "random-code": "for each gene random letters",
  "marks-only": "without the branch over DNA",
};

/** Makes the flag `--no-arms`. */
export function noArms(): Option {
  return new Option(
    "--no-arms",
    "for models that read DNA: do not train the controls too, which see shuffled sequences, a random code a gene, or the " +
      "marks alone",
  );
}

/** An arm that is to be trained. */
export interface PlannedArm {
  readonly kind: ArmKind;
  readonly model: ModelSpec;
  readonly sequenceControl: SequenceControlSettings | undefined;
}

/**
 * Plans the controls of a model: none for a model that reads no DNA, or is itself a control, or reads nothing else.
 *
 * @param model The model, in the shape of the data.
 * @param options The control that the model itself is trained with, and the seed of the others.
 */
export function planArms(
  model: ModelSpec,
  { sequenceControl, seed }: {
    readonly sequenceControl?: SequenceControlSettings | undefined;
    readonly seed: number;
  },
): PlannedArm[] {
  if (!readsSequence(model) || sequenceControl !== undefined) return [];
  const controls = (["shuffled", "random-code"] as const).map((kind) => ({
    kind,
    model,
    sequenceControl: { kind, seed },
  }));
  const readsMarks = "inputs" in model && model.inputs.length > 1;
  if (!readsMarks) return controls;
  return [...controls, {
    kind: "marks-only",
    model: marksOnly(model),
    sequenceControl: undefined,
  }];
}

/** Tells what a trained model saw. */
function armKindOf({ spec, record }: TrainedModel): ArmKind {
  if (!readsSequence(spec)) return "marks-only";
  return record.sequence?.control?.kind ?? "dna";
}

/** Flags with which `evaluate` compares runs. */
export interface ArmsFlags
  extends Pick<PredictionFlags, "model" | "engine" | "threads" | "acceptAssembly"> {
  readonly arms?: readonly string[] | undefined;
  readonly train?: string | undefined;
}

/** Throws if runs are to be compared by regime where nothing says what the regimes are. */
export function checkArmsFlag({ arms, train }: ArmsFlags): void {
  if (arms === undefined || train !== undefined) return;
  throw new ContractError(
    "Cannot compare arms: found no --train, expected what the models were trained on, by which samples have regimes",
  );
}

/**
 * Predicts samples with the models of further runs.
 *
 * @returns The arms, that of the command's own model first; this alone where no others are named.
 * @throws {ContractError} If the models are not one of DNA and its controls.
 */
export async function predictArms(
  flags: ArmsFlags,
  { models, data, mean, signal }: {
    readonly models: readonly TrainedModel[];
    readonly data: Dataset;
    /** What the command's own model predicts. */
    readonly mean: ArrayLike<number>;
    readonly signal: AbortSignal;
  },
): Promise<PredictedArm[]> {
  const arms: PredictedArm[] = [{ kind: armKindOf(models[0]!), test: mean }];
  if (flags.arms === undefined) return arms;
  const loaded: (readonly TrainedModel[])[] = [];
  for (const path of flags.arms) loaded.push(await loadModels(path));
  const kinds = loaded.map(([first]) => armKindOf(first!));
  checkArmKinds([arms[0]!.kind, ...kinds]);
  for (const [i, others] of loaded.entries()) {
    console.info(`Arm: ${SHORT_ARM_NAMES[kinds[i]!]}, from ${flags.arms[i]}`);
    const different = await findOtherTraining(flags.model, flags.arms[i]!);
    if (different.length > 0) {
      warn(
        `${flags.model} and ${
          flags.arms[i]
        } were trained in different ways, which may make the difference: ` +
          different.join("; "),
      );
    }
    const { mean } = await predictWithProgress(others, data, { ...flags, signal });
    arms.push({ kind: kinds[i]!, test: mean });
  }
  return arms;
}

/** Throws unless models can be compared as arms: one of DNA, and one or more controls, each of another kind. */
function checkArmKinds(kinds: readonly ArmKind[]): void {
  const twice = kinds.find((kind, i) => kinds.indexOf(kind) !== i);
  if (twice !== undefined) {
    throw new ContractError(
      `Cannot compare arms: two of the models are of one kind, ${
        SHORT_ARM_NAMES[twice]
      }, expected one of each`,
    );
  }
  if (kinds.includes("dna")) return;
  throw new ContractError(
    `Cannot compare arms: found ${
      kinds.map((kind) => SHORT_ARM_NAMES[kind]).join(", ")
    }, expected a model of the genes' own DNA among ` +
      "them",
  );
}

/** So many samples that were trained on are predicted, to see what the arms learned by heart. */
const MOST_TRAINED = 20_000;

/** Chooses samples that were trained on, all or as many as show enough. */
export function chooseTrained(train: Dataset): Dataset {
  if (train.length <= MOST_TRAINED) return train;
  const order = shuffledIndices(train.length, new RandomStream(deriveKey(0, "trained samples")));
  return train.subset(order.subarray(0, MOST_TRAINED).sort());
}

/** The predictions of an arm: for samples that were held out, and for some that were trained on. */
export interface PredictedArm {
  readonly kind: ArmKind;
  readonly test: ArrayLike<number>;
  readonly trained?: ArrayLike<number> | undefined;
}

/** Compares arms on held-out samples and, where they predicted some, on samples that were trained on. */
export function compareAll(
  arms: readonly PredictedArm[],
  { train, test, trained }: {
    readonly train: Dataset;
    readonly test: Dataset;
    readonly trained?: Dataset | undefined;
  },
): ArmsOfRegime[] {
  const held = compareArms({
    train,
    test,
    arms: arms.map(({ kind, test }): Arm => ({ kind, predictions: test })),
  });
  if (trained === undefined) return held;
  const known = arms.flatMap(({ kind, trained }): Arm[] =>
    trained === undefined ? [] : [{ kind, predictions: trained }]
  );
  return [...held, ...compareArms({ train, test: trained, arms: known })];
}

/** Prints what the arms show. */
export function printArms(comparisons: readonly ArmsOfRegime[]): void {
  console.log(["", ...formatArms(comparisons)].join("\n"));
}

/** Predictions by name, as the table of regimes shows them, in the order of the arms. */
export function namedPredictions(
  arms: readonly PredictedArm[],
): Record<string, ArrayLike<number>> {
  const ordered = ARM_KINDS.flatMap((kind) => arms.find((arm) => arm.kind === kind) ?? []);
  return Object.fromEntries(ordered.map(({ kind, test }) => [SHORT_ARM_NAMES[kind], test]));
}
