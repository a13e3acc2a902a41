/** A model whole in one safetensors file. */

import { deepStrictEqual, ok, rejects } from "node:assert";
import {
  modelToOnnx,
  modelToSafetensors,
  readModelFile,
  readOnnx,
  readSafetensorsHeader,
  readSafetensorsModel,
  readTensors,
} from "../../src/exchange/mod.ts";
import { formatSafetensors } from "../../src/exchange/safetensors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadStarter } from "../../src/starter/load_starter.ts";
import { BRANCHED } from "../helpers/branched.ts";
import { trainedOf } from "../helpers/exchanged_models.ts";

const read = (file: Uint8Array<ArrayBuffer>) =>
  readSafetensorsModel(bytesSource(file, "a.safetensors"));

Deno.test("a model is the same after it was written and read, with its panel and calibration", async () => {
  const starter = await loadStarter();
  ok(starter.panel !== undefined && starter.calibration !== undefined);
  for (const model of [trainedOf(presetSpec("wakawaka")), trainedOf(BRANCHED), starter]) {
    deepStrictEqual(await read(await modelToSafetensors(model)), model);
  }
});

Deno.test("a weight or a text that was changed is noticed", async () => {
  const file = await modelToSafetensors(trainedOf(presetSpec("experiment1")));
  const weight = file.slice();
  weight[weight.length - 3]! ^= 1;
  await rejects(read(weight), { name: "FormatError", message: /the weights are not those/ });
  const edited = file.slice();
  // Not by TextDecoder("latin1"), which is windows-1252 and changes bytes of the header's length.
  const at = Array.from(file, (byte) => String.fromCharCode(byte)).join("").indexOf("hg19");
  edited.set(new TextEncoder().encode("hg38"), at);
  await rejects(read(edited), { name: "FormatError", message: /it was damaged or edited/ });
});

Deno.test("a file of another program is refused, with what to give", () =>
  rejects(
    read(formatSafetensors([], { format: "pt" })),
    { name: "FormatError", message: /found no metadata histone\.model.*give the spec/ },
  ));

Deno.test("readers of models take bytes, a file, an answer of fetch and a path", async () => {
  const model = trainedOf(presetSpec("experiment1"));
  const file = await modelToSafetensors(model);
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await Deno.writeFile(path, file);
    for (const source of [file, new File([file], "a.safetensors"), path]) {
      deepStrictEqual(await readSafetensorsModel(source), model);
      const tensors = await readTensors(source, await readSafetensorsHeader(source));
      deepStrictEqual(
        tensors.map(({ values }) => values.length),
        model.weights.map(({ length }) => length),
      );
    }
    deepStrictEqual((await readModelFile(new Response(file))).model, model);
    deepStrictEqual((await readOnnx(await modelToOnnx(model))).model?.weights, model.weights);
  } finally {
    await Deno.remove(path);
  }
  await rejects(readModelFile(path), { name: "NotFoundError" });
});
