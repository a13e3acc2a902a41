/**
 * The bits of training on engine `wasm`: `fixtures/golden/bits.json` has a digest of the weights that each preset ends
 * with, for each way in which processors round. They change only where a change is meant to change results, and then
 * `HISTONE_WRITE_BITS=1 deno test -P tests/training/bits_test.ts` writes those of this machine's way.
 */

import { deepStrictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { selectEngine } from "../../src/engine/select.ts";
import { PRESET_NAMES, type PresetName, presetSpec } from "../../src/model/presets.ts";
import { fit } from "../../src/training/fit.ts";
import { labelHighLow } from "../../src/training/high_low.ts";

const FILE = new URL("../../fixtures/golden/bits.json", import.meta.url);
const TRAIN = new URL("../../fixtures/train.npz", import.meta.url);
/** Of the samples in fixtures/, this many are trained on, in steps of a size that does not divide them. */
const SAMPLES = 230;

/** Digests by preset, by arithmetic. */
type Bits = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function trainedBits(preset: PresetName, data: Dataset): Promise<string> {
  const labelled = preset === "deepchrome" ? labelHighLow({ train: data, test: data }).train : data;
  const { model } = await fit(preset, labelled, {
    engine: "wasm",
    epochs: 2,
    batchSize: 50,
    seed: 11,
  });
  const bytes = model.weights.map(({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  );
  const joined = new Uint8Array(await new Blob(bytes).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined)).toHex().slice(0, 32);
}

Deno.test("every preset trains to the bits kept for this arithmetic", async () => {
  const { engine } = await selectEngine("wasm", presetSpec("wakawaka"));
  const arithmetic = await engine.arithmetic();
  const all = await readDataset(TRAIN.pathname);
  const data = all.subset(Uint32Array.from({ length: SAMPLES }, (_, i) => i * 2 % all.length));
  const found: Record<string, string> = {};
  for (const preset of PRESET_NAMES) found[preset] = await trainedBits(preset, data);
  const kept: Bits = JSON.parse(await Deno.readTextFile(FILE));
  if (Deno.env.has("HISTONE_WRITE_BITS")) {
    const all = { ...kept, [arithmetic]: found };
    await Deno.writeTextFile(FILE, `${JSON.stringify(all, null, 2)}\n`);
  }
  deepStrictEqual(found, kept[arithmetic] ?? found);
});
