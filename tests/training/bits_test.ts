/**
 * The bits of training on engine `wasm`: `fixtures/golden/bits.json` has a digest of the weights that each preset ends
 * with, for each way in which processors round. They change only where a change is meant to change results, and then
 * `HISTONE_WRITE_BITS=1 deno test -P tests/training/bits_test.ts` writes those of this machine's way, and with
 * `--v8-flags=--no-enable-fma3` those of a processor without fused multiply-add.
 */

import { deepStrictEqual, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { selectEngine } from "../../src/engine/select.ts";
import {
  DNA_PRESET_NAMES,
  PRESET_NAMES,
  type PresetName,
  presetSpec,
} from "../../src/model/presets.ts";
import { DEEPCHROME_RECORD, type Transform } from "../../src/record.ts";
import { fit } from "../../src/training/fit.ts";
import { labelHighLow } from "../../src/training/high_low.ts";

const FILE = new URL("../../fixtures/golden/bits.json", import.meta.url);
/** The logarithms of 6 cell types × 100 genes; what they are of does not matter, as long as it never changes. */
const TRAIN = new URL("../../fixtures/golden/bits.npz", import.meta.url);
/** Of these samples, this many are trained on, in steps of a size that does not divide them. */
const SAMPLES = 230;

/** Digests by preset, by arithmetic. */
type Bits = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function trainedBits(
  preset: PresetName,
  data: Dataset,
  transform?: Transform,
): Promise<string> {
  const labelled = preset === "deepchrome" ? labelHighLow({ train: data, test: data }).train : data;
  const { model } = await fit(preset, labelled, {
    engine: "wasm",
    epochs: 2,
    batchSize: 50,
    seed: 11,
    transform,
  });
  const bytes = model.weights.map(({ buffer, byteOffset, byteLength }) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  );
  const joined = new Uint8Array(await new Blob(bytes).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined)).toHex().slice(0, 32);
}

Deno.test("every preset without DNA trains to the bits kept for this arithmetic", async () => {
  const { engine } = await selectEngine("wasm", presetSpec("wakawaka"));
  const arithmetic = await engine.arithmetic();
  const data = someOf(await readCounts());
  const found: Record<string, string> = {};
  // The file has no DNA.
  const withoutDna = PRESET_NAMES.filter((name) => !DNA_PRESET_NAMES.some((dna) => dna === name));
  for (const preset of withoutDna) found[preset] = await trainedBits(preset, data);
  const kept: Bits = JSON.parse(await Deno.readTextFile(FILE));
  if (Deno.env.has("HISTONE_WRITE_BITS")) {
    const all = { ...kept, [arithmetic]: found };
    await Deno.writeTextFile(FILE, `${JSON.stringify(all, null, 2)}\n`);
  }
  deepStrictEqual(found, kept[arithmetic] ?? found);
  // Whoever writes one arithmetic's bits writes the other's, too.
  for (const bits of Object.values(kept)) deepStrictEqual(Object.keys(bits), withoutDna);
});

Deno.test("logarithms in a file train to the bits of their counts with log1p, and log1p is taken once", async () => {
  const logarithms = someOf(await readDataset(TRAIN.pathname));
  const counts = someOf(await readCounts());
  for (const preset of ["wakawaka", "waka2", "deepchrome"] as const) {
    const expected = await trainedBits(preset, counts, "log1p");
    strictEqual(await trainedBits(preset, logarithms, "log1p"), expected);
    strictEqual(await trainedBits(preset, logarithms, "none"), expected);
    strictEqual(
      await trainedBits(preset, logarithms, "asinh"),
      await trainedBits(preset, counts, "asinh"),
    );
  }
});

/** The counts of the file, as the presets that take plain counts see them. */
async function readCounts(): Promise<Dataset> {
  const { columns } = await readDataset(TRAIN.pathname);
  return new Dataset({ ...columns, signalValues: undefined, record: DEEPCHROME_RECORD });
}

function someOf(all: Dataset): Dataset {
  return all.subset(Uint32Array.from({ length: SAMPLES }, (_, i) => i * 2 % all.length));
}
