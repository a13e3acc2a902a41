/**
 * What `waka2` gains over `wakawaka`, and from what, on simulated data of each seed; prints Markdown.
 *
 *     deno run -A tests/bench/waka2.ts --seeds 1,2,3
 *
 * Test samples are the simulator's eval, by default in about the competition's proportions of regimes. They play no
 * part in training; the "best epoch" alone is chosen with them, so that nobody needs to ask whether wakawaka was
 * merely trained for too long. About 5 minutes a seed on two cores.
 */

import { parseArgs } from "node:util";
import { Dataset } from "../../src/data/dataset.ts";
import { countParameters, findPreset, type PresetName, presetSpec } from "../../src/model/mod.ts";
import { simulate, simulateColumns } from "../../src/simulate/mod.ts";
import { fitEnsemble, type FitManyResult } from "../../src/training/mod.ts";
import { predictEnsemble } from "../../src/training/ensemble.ts";
import {
  evaluateRegimes,
  forecastMix,
  type RegimeEvaluation,
  type RegimeScores,
} from "../../src/validation/mod.ts";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    "cell-types": { type: "string", default: "20" },
    genes: { type: "string", default: "2000" },
    "new-cell-types": { type: "string", default: "3" },
    "new-genes": { type: "string", default: "226" },
    threads: { type: "string", default: "2" },
  },
});

const MEMBERS = 3;
const COMPUTE = { engine: "wasm", threads: Number(flags.threads) } as const;

/** A trained model or ensemble. */
interface Trained {
  readonly results: readonly FitManyResult[];
  readonly parameters: number;
}

/** A line of the table: which members of what was trained, with gene effects or without. */
interface Variant {
  readonly name: string;
  readonly trained: Trained;
  readonly members: number;
  readonly geneEffects: boolean;
}

/** A line's cost, beside its scores. */
interface Cost {
  readonly seconds: number;
  readonly parameters: number;
  /** Lowest test error of any epoch of the first network alone. */
  readonly bestEpoch: string;
}

async function train(
  data: { train: Dataset; test: Dataset },
  { preset, members, transform }: {
    preset: PresetName;
    members: number;
    transform?: "log1p" | undefined;
  },
): Promise<Trained> {
  const results = await fitEnsemble(preset, data.train, {
    ...COMPUTE,
    ...(transform && { transform }),
    members,
    geneEffects: true,
    validation: data.test,
    onEpoch: (member, { epoch, loss, validationLoss }) =>
      console.error(
        `${preset} ${member} ${epoch} ${loss.toFixed(4)} ${validationLoss?.toFixed(4)}`,
      ),
  });
  return { results, parameters: countParameters(presetSpec(preset)) };
}

async function trainVariants(data: { train: Dataset; test: Dataset }): Promise<Variant[]> {
  const plain = await train(data, { preset: "wakawaka", members: 1 });
  const logged = await train(data, { preset: "wakawaka", members: 1, transform: "log1p" });
  const waka2 = await train(data, { preset: "waka2", members: MEMBERS });
  const one = { members: 1, geneEffects: false };
  return [
    { name: "wakawaka", trained: plain, ...one },
    { name: "wakawaka, log1p", trained: logged, ...one },
    { name: "waka2's layers and settings", trained: waka2, ...one },
    { name: "waka2: with gene effects", trained: waka2, members: 1, geneEffects: true },
    { name: `waka2, mean of ${MEMBERS}`, trained: waka2, members: MEMBERS, geneEffects: true },
    {
      name: "for comparison: wakawaka with gene effects",
      trained: plain,
      members: 1,
      geneEffects: true,
    },
  ];
}

async function predictVariant(variant: Variant, test: Dataset): Promise<Float32Array> {
  const models = variant.trained.results.slice(0, variant.members).map(({ model }) => model);
  const { mean } = await predictEnsemble(models, test, {
    ...COMPUTE,
    geneEffects: variant.geneEffects,
  });
  return mean;
}

function costOf({ trained, members }: Variant): Cost {
  const histories = trained.results.slice(0, members).map(({ history }) => history);
  const best = histories[0]!.toSorted((a, b) => a.validationLoss! - b.validationLoss!)[0];
  return {
    seconds: histories.flat().reduce((sum, { seconds }) => sum + seconds, 0),
    parameters: members * trained.parameters,
    bestEpoch: `${best!.validationLoss!.toFixed(3)} (${best!.epoch} of ${histories[0]!.length})`,
  };
}

async function measureSeed(
  seed: number,
): Promise<{ costs: ReadonlyMap<string, Cost>; evaluation: RegimeEvaluation; reachable: string }> {
  const size = {
    seed,
    cellTypes: Number(flags["cell-types"]),
    genes: Number(flags.genes),
    newCellTypes: Number(flags["new-cell-types"]),
    newGenes: Number(flags["new-genes"]),
  };
  const columns = simulateColumns(size);
  const data = { train: new Dataset(columns.train), test: new Dataset(columns.eval) };
  const variants = await trainVariants(data);
  const predictions: Record<string, Float32Array> = {};
  for (const variant of variants) {
    predictions[variant.name] = await predictVariant(variant, data.test);
  }
  return {
    costs: new Map(variants.map((variant) => [variant.name, costOf(variant)])),
    evaluation: evaluateRegimes({ ...data, predictions }, { bootstrapSamples: 200 }),
    reachable: describeReachable(simulate(size).truth().bestReachable.evalByRegime),
  };
}

function describeReachable(
  regimes: ReturnType<ReturnType<typeof simulate>["truth"]>["bestReachable"]["evalByRegime"],
): string {
  const { newGeneSeenCellType, seenGeneNewCellType, newGeneNewCellType } = regimes;
  const floor = forecastMix({
    newGene: newGeneSeenCellType?.fromMarks.mse ?? null,
    newCellType: seenGeneNewCellType?.fromMarksAndGene.mse ?? null,
    bothNew: newGeneNewCellType?.fromMarks.mse ?? null,
  });
  return `The least that could be reached, knowing each sample's true activity and each trained gene's ` +
    `hidden level: ${floor?.toFixed(3)}.`;
}

function formatTable(
  seed: number,
  { costs, evaluation, reachable }: Awaited<ReturnType<typeof measureSeed>>,
): string {
  const scopes: RegimeScores[] = [evaluation.mix, ...evaluation.regimes];
  const number = (value: number | null | undefined) => value?.toFixed(3) ?? "";
  const scores = (name: string) =>
    scopes.map(({ models, baselines }) =>
      number([...models, ...baselines].find((scored) => scored.name === name)?.mse.value)
    );
  const lines = evaluation.mix.models.map(({ name, skill }) => {
    const { seconds, parameters, bestEpoch } = costs.get(name)!;
    const cells = [name, ...scores(name), number(skill.value), bestEpoch];
    return [...cells, parameters.toLocaleString("en-US"), seconds.toFixed(0)];
  });
  const baselines = evaluation.mix.baselines.map(({ name }) => {
    return [`baseline: ${name}`, ...scores(name), "", "", "", ""];
  });
  const head = ["", "mix", ...scopes.slice(1).map(({ regime }) => regime), "skill on the mix"];
  const rows = [
    [...head, "best epoch on test, network alone", "parameters", "seconds"],
    Array(head.length + 3).fill("---"),
    ...lines,
    ...baselines,
  ];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `### Seed ${seed}: test MSE\n\n${table}\n\n${reachable}\n`;
}

const seeds = flags.seeds.split(",").map(Number);
console.log(
  `${flags["cell-types"]} cell types × ${flags.genes} genes to train on; waka2 trains for ` +
    `${findPreset("waka2").training.epochs} epochs.\n`,
);
for (const seed of seeds) console.log(formatTable(seed, await measureSeed(seed)));
