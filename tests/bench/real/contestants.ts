/** The baselines and presets that take part. */

import type { Dataset } from "../../../src/data/dataset.ts";
import {
  PRESET_NAMES,
  type PresetName,
  PRESETS,
  presetSpec,
  readsPanel,
} from "../../../src/model/mod.ts";
import { fit, predict } from "../../../src/training/mod.ts";
import {
  type Baseline,
  hideLabels,
  makeBaselines,
  makeRidge,
} from "../../../src/validation/mod.ts";
import type { Transform } from "../../../src/record.ts";
import type { RealContestant, RealPrediction, RealTask } from "./contestant.ts";
import { turnWindows } from "./turned.ts";

/** Stretches of each mark whose sums are squared and multiplied. */
export const PRODUCT_STRETCHES = 5;

/** Presets that are compared unless others are asked for: those that one run of the benchmark has the time for. */
export const USUAL_PRESETS: readonly PresetName[] = PRESET_NAMES.filter((name) =>
  ["wakawaka", "waka2", "waka3"].includes(name)
);

/** Presets that take no part, and why. */
export const LEFT_OUT: Readonly<Partial<Record<PresetName, string>>> = {
  experiment8: "experiment8 is wakawaka by another name",
  deepchrome: "deepchrome predicts a class, not a number: --auroc has it",
};

/** Every preset that can take part. */
export const REAL_PRESETS: readonly PresetName[] = PRESET_NAMES.filter((name) =>
  LEFT_OUT[name] === undefined
);

/** Training samples in a second on two quiet cores, measured in November 2026; for estimates alone. */
const SAMPLES_PER_SECOND: Readonly<Partial<Record<PresetName, number>>> = {
  wakawaka: 20_000,
  waka2: 20_000,
  waka3: 40_000,
  experiment1: 100_000,
  experiment2: 40_000,
  experiment3: 11_000,
  experiment4: 11_000,
  experiment5: 6800,
  experiment6: 6000,
  experiment7: 6800,
  bigru10: 14_000,
  bigru25: 11_000,
  bigru50: 8000,
};
const UNKNOWN_SAMPLES_PER_SECOND = 8000;

/**
 * The baselines of `evaluateRegimes`, ridge regression with squares and products, and both kinds of ridge on windows in the
 * direction of transcription.
 */
export function baselineContestants(): RealContestant[] {
  const curved = makeRidge({ productStretches: PRODUCT_STRETCHES });
  return [
    ...[...makeBaselines(), curved].map((baseline) => baselineContestant(baseline)),
    ...[makeRidge(), curved].map((ridge) =>
      baselineContestant({ ...ridge, name: `${ridge.name}, turned` }, turnWindows)
    ),
  ];
}

function baselineContestant(
  baseline: Baseline,
  prepare = (data: Dataset) => data,
): RealContestant {
  const { name } = baseline;
  return {
    name,
    kind: "baseline",
    usesSeed: false,
    identity: { baseline: name, PRODUCT_STRETCHES },
    // 425 features squared for each sample, about as fast as a plain loop multiplies.
    expectSeconds: ({ train }) => (name.includes("squares") ? 2.3e-4 : 2e-5) * train.length,
    run({ fold }) {
      const fitted = baseline.fit(prepare(fold.train));
      const { values } = fitted.predict(prepare(hideLabels(fold.test)));
      return Promise.resolve([{ reading: "none", values: Float32Array.from(values) }]);
    },
  };
}

/** A preset with its own settings, on ln(1 + signal). */
export function presetContestant(name: PresetName): RealContestant {
  const { training } = PRESETS[name];
  const rate = SAMPLES_PER_SECOND[name] ?? UNKNOWN_SAMPLES_PER_SECOND;
  return {
    name,
    kind: "preset",
    usesSeed: true,
    identity: { preset: PRESETS[name], spec: presetSpec(name), transform: transformOf(name) },
    expectSeconds: ({ train }) => training.epochs * train.length / rate,
    run: (task) => runPreset(name, task),
  };
}

/** The report's models were trained on ln(1 + count), which its files hold: so they are here, whatever the files hold. */
function transformOf(name: PresetName): Transform | undefined {
  return readsPanel(presetSpec(name)) ? undefined : PRESETS[name].training.transform ?? "log1p";
}

/** Trains once: what a panel holds of new genes is added to the trained model's when it predicts. */
async function runPreset(
  name: PresetName,
  { fold, seed, engine, threads, signal }: RealTask,
): Promise<RealPrediction[]> {
  const compute = { engine, threads, signal };
  const { model, interrupted } = await fit(name, fold.train, {
    ...compute,
    seed,
    transform: transformOf(name),
  });
  if (interrupted) throw signal?.reason;
  const test = hideLabels(fold.test);
  const values = await predict(model, test, compute);
  if (!readsPanel(model.spec)) return [{ reading: "none", values }];
  const unlabelled = [newGenesOf(fold)];
  const known = { ...compute, unlabelled };
  const predictions: RealPrediction[] = [
    { reading: "with", values: await predict(model, test, known) },
    { reading: "without", values },
  ];
  for (const dropped of test.marks) {
    const options = { ...known, dropMarks: [dropped] };
    predictions.push({ reading: "with", dropped, values: await predict(model, test, options) });
  }
  return predictions;
}

/** Labelled samples without their labels: the marks that a panel may hold of new genes. */
export function newGenesOf({ test, kinds }: RealTask["fold"]): Dataset {
  return hideLabels(test.filter((row) => kinds[row] === "newGene"));
}
