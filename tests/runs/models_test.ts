import { deepStrictEqual, rejects } from "node:assert";
import { loadModels, saveMembers } from "../../src/runs/models.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { type PresetName, presetSpec } from "../../src/model/presets.ts";
import { digestJson } from "../../src/model/seal.ts";
import { saveModel } from "../../src/model/save_load.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { withDirectory } from "../helpers/command.ts";

function member(seed: number, preset: PresetName = "experiment1"): TrainedModel {
  const spec = presetSpec(preset, { bins: 50 });
  return {
    spec,
    weights: initialWeights(spec, seed),
    record: DEEPCHROME_RECORD,
    inputRecord: DEEPCHROME_RECORD,
    training: {
      engine: "wasm",
      arithmetic: ["fused"],
      seed,
      epochs: 1,
      batchSize: 2,
      learningRate: 0.1,
      samples: 3,
    },
  };
}

async function refusesMembers(members: readonly TrainedModel[], message: RegExp): Promise<void> {
  await withDirectory(async (directory) => {
    await saveMembers(directory, new Map(members.map((model, i) => [i + 1, model])));
    await rejects(loadModels(directory), { name: "FormatError", message });
  });
}

Deno.test("an ensemble whose members may not be averaged is refused, with the member", async () => {
  const first = member(1);
  await refusesMembers([first, member(2, "experiment2")], /models\/2 is another model/);
  const log1p = { ...member(2), record: { ...DEEPCHROME_RECORD, transform: "log1p" as const } };
  await refusesMembers([first, member(3), log1p], /models\/3 is of data with another record/);
  const other = { ...member(2), training: { ...member(2).training, arithmetic: ["not fused"] } };
  await refusesMembers([first, other], /models\/2 is computed with another arithmetic/);
});

Deno.test("an ensemble loads as it was saved, and with no member or list exchanged", async () => {
  await withDirectory(async (directory) => {
    const members = [1, 2, 3].map((seed) => member(seed));
    await saveMembers(directory, new Map(members.map((model, i) => [i + 1, model])));
    deepStrictEqual(await loadModels(directory), members);

    const list = `${directory}/ensemble.json`;
    const text = await Deno.readTextFile(list);
    const { sha256: _, ...content } = JSON.parse(text);
    const refuses = async (change: Record<string, unknown>, message: RegExp, sealed = true) => {
      const changed = { ...content, ...change };
      const sha256 = sealed ? await digestJson(changed) : JSON.parse(text).sha256;
      await Deno.writeTextFile(list, JSON.stringify({ ...changed, sha256 }));
      await rejects(loadModels(directory), { name: "FormatError", message });
    };
    const { members: [one, two] } = content;
    await refuses({ members: [one, two] }, /its digest does not match/, false);
    await refuses({ members: [one, one] }, /lists a member twice/);
    await refuses({ members: [one, { ...two, sha256: one.sha256 }] }, /models\/2 is not the model/);
    await refuses({ members: ["models/1", "models/2"] }, /expected names such as "models\/1" with/);
    await refuses({ members: [{ ...one, name: "../models/1" }] }, /expected names/);
    await refuses({ version: undefined }, /version is missing, expected 2/);

    await Deno.writeTextFile(list, text);
    await saveModel(member(9), `${directory}/models/2`);
    await rejects(loadModels(directory), /models\/2 is not the model that it was saved with/);
  });
});
