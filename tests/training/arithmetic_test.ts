import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { selectEngine } from "../../src/engine/select.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { searchModels } from "../../src/search/mod.ts";
import type { ScoredTrial } from "../../src/search/trial.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions } from "../../src/training/fit_types.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const QUICK = { epochs: 2, engine: "wasm", threads: 1 } as const satisfies FitOptions;

async function checkpointOf(options: FitOptions = {}): Promise<FitCheckpoint> {
  const kept: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    kept.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  await fit("experiment2", train, { ...QUICK, ...options, checkpoint: { save } });
  return kept[0]!;
}

async function ourArithmetic(): Promise<string> {
  const { engine } = await selectEngine("wasm", presetSpec("experiment2"));
  return await engine.arithmetic();
}

Deno.test("a model and a checkpoint name the arithmetic that made them", async () => {
  const ours = await ourArithmetic();
  ok(/^wasm, (no )?fused multiply-add$/.test(ours), ours);
  deepStrictEqual((await checkpointOf()).arithmetic, [ours]);
  let said: string | undefined;
  const { model, arithmetic } = await fit("experiment2", train, {
    ...QUICK,
    onStart: ({ arithmetic }) => said = arithmetic,
  });
  deepStrictEqual([said, arithmetic, model.training.arithmetic], [ours, ours, [ours]]);
  const { json, weights } = await serializeModel(model);
  const loaded = await loadModel({
    json: bytesSource(new TextEncoder().encode(json)),
    weights: bytesSource(weights),
  });
  deepStrictEqual(loaded.training.arithmetic, [ours]);
});

Deno.test("a run that other arithmetic started resumes only when allowed to, and then names both", async () => {
  const ours = await ourArithmetic();
  const resume = { ...await checkpointOf(), arithmetic: ["that of another machine"] };
  await rejects(fit("experiment2", train, { ...QUICK, resume }), {
    name: "ContractError",
    message: `Cannot resume: the checkpoint was computed with other arithmetic (that of another ` +
      `machine) than would be used now (${ours}), and would end with weights of neither. Resume ` +
      `where it was started, or anyway with otherArithmetic (--other-arithmetic)`,
  });
  const both = ["that of another machine", ours];
  const { model } = await fit("experiment2", train, { ...QUICK, resume, otherArithmetic: true });
  deepStrictEqual(model.training.arithmetic, both);
  const mixed = await checkpointOf({ resume, otherArithmetic: true });
  deepStrictEqual(mixed.arithmetic, both);
  // What was mixed by choice resumes without being allowed again.
  await fit("experiment2", train, { ...QUICK, resume: mixed });
});

Deno.test("an engine on tf.js has its own arithmetic", async () => {
  const { engine } = await selectEngine("tfjs-cpu", presetSpec("experiment2"));
  strictEqual(await engine.arithmetic(), "tfjs-cpu");
});

Deno.test("a search does not rank trials of another arithmetic together with its own, unless allowed to", async () => {
  const settings = {
    space: { filters: [2], width: [3], blocks: [{ pool: [2, 4, 5] }], dense: [[]] },
    method: "grid",
    folds: 2,
    epochs: 1,
    engine: "wasm",
    scheme: "by-gene",
  } as const;
  const { parseSpace } = await import("../../src/search/mod.ts");
  const options = { ...settings, space: parseSpace(settings.space) };
  const { records } = await searchModels(train, options);
  const first = records[0] as ScoredTrial;
  deepStrictEqual(first.arithmetic, [await ourArithmetic()]);
  const finished = [{ ...first, arithmetic: ["another"] }];
  await rejects(searchModels(train, { ...options, finished }), {
    name: "ContractError",
    message:
      /its trials were computed with other arithmetic \(another\) than would be used now \(wasm/,
  });
  const mixed = await searchModels(train, { ...options, finished, otherArithmetic: true });
  strictEqual(mixed.ranking.length, 3);
  const { arithmetic: _, ...old } = first;
  strictEqual((await searchModels(train, { ...options, finished: [old] })).ranking.length, 3);
});
