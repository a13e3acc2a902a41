/** Calibrations and typical signal in saved models: kept exactly, refused if damaged. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { FormatError } from "../../src/errors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { type Calibration, parseCalibration } from "../../src/model/calibration.ts";
import { trainedGenesOf, withCalibration } from "../../src/model/known_genes.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { parseTypicalSignal } from "../../src/model/typical_signal.ts";
import { fit } from "../../src/training/fit.ts";
import { fitCalibrated } from "../../src/training/fit_calibrated.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { resealModel } from "../helpers/reseal.ts";

const CALIBRATION: Calibration = {
  folds: 4,
  least: -1,
  greatest: 9.5,
  cellTypes: ["E003", "E004"],
  genes: ["ENSG00000000003"],
  regimes: {
    newGene: {
      samples: 400,
      cellTypes: 4,
      genes: 100,
      limits: [0.5],
      halfWidths: [[0.1, 0.2], [0.3, 0.3, 0.4]],
    },
  },
};

async function trained() {
  const { train } = simulatedData();
  const { model } = await fit("experiment1", train, { epochs: 1, engine: "wasm" });
  return model;
}

function load(json: string, weights: Uint8Array<ArrayBuffer>) {
  return loadModel({
    json: bytesSource(new TextEncoder().encode(json), "model.json"),
    weights: bytesSource(weights, "weights.bin"),
  });
}

Deno.test("a calibration and typical signal are the same after saving and loading", async () => {
  const data = new Dataset(simulatedData().train.columns);
  const { members: [first] } = await fitCalibrated("experiment1", data, {
    epochs: 1,
    engine: "wasm",
  });
  const { model } = first!;
  const { json, weights } = await serializeModel(model);
  deepStrictEqual(await load(json, weights), model);
  strictEqual(model.typicalSignal!.cellTypes, 3);
});

Deno.test("a model without them has no field of them, as before", async () => {
  const { json, weights } = await serializeModel(await trained());
  strictEqual(/calibration|typicalSignal/.test(json), false);
  const loaded = await load(json, weights);
  deepStrictEqual(Object.keys(loaded).filter((name) => /calibration|typical/.test(name)), []);
});

Deno.test("a damaged calibration does not load, though its seal is right", async () => {
  const { json, weights } = await serializeModel({ ...await trained(), calibration: CALIBRATION });
  const damaged = JSON.parse(json);
  damaged.userDefinedMetadata.histone.calibration.regimes.newGene.limits = [0.5, 0.2];
  await rejects(
    load(resealModel(damaged), weights),
    /halfWidths has 2 bins, expected 3 \(model\.json\)/,
  );
});

type Change = (calibration: ReturnType<typeof structuredClone<Calibration>>) => unknown;
const plain = () => JSON.parse(JSON.stringify(CALIBRATION));

const FAULTS: Record<string, Change> = {
  "calibration.folds is 0": (it) => ({ ...it, folds: 0 }),
  "calibration.least is 10, expected at most 9.5": (it) => ({ ...it, least: 10 }),
  "calibration.greatest is null": (it) => ({ ...it, greatest: null }),
  'calibration.cellTypes[1] is "E003", expected each once': (it) => ({
    ...it,
    cellTypes: ["E003", "E003"],
  }),
  "calibration.regimes is an array": (it) => ({ ...it, regimes: [] }),
  "calibration.regimes.newGene.halfWidths[0] falls": (it) => ({
    ...it,
    regimes: { newGene: { ...it.regimes.newGene, halfWidths: [[0.2, 0.1], [1]] } },
  }),
  "calibration.regimes.newGene.halfWidths[1][0] is -1": (it) => ({
    ...it,
    regimes: { newGene: { ...it.regimes.newGene, halfWidths: [[0.2], [-1]] } },
  }),
  "calibration.regimes.newGene.limits are not in ascending order": (it) => ({
    ...it,
    regimes: { newGene: { ...it.regimes.newGene, limits: [1, 1], halfWidths: [[1], [1], [1]] } },
  }),
  "calibration.regimes.bothNew.samples is missing": (it) => ({
    ...it,
    regimes: { bothNew: { ...it.regimes.newGene, samples: undefined } },
  }),
};

for (const [message, change] of Object.entries(FAULTS)) {
  Deno.test(`a calibration is refused: ${message}`, () => {
    throws(
      () => parseCalibration(change(plain()), "model.json"),
      (error: Error) => {
        strictEqual(error instanceof FormatError, true);
        strictEqual(error.message.includes(message), true, error.message);
        return true;
      },
    );
  });
}

Deno.test("unknown fields of a calibration are left out, so that later versions may add some", () => {
  deepStrictEqual(parseCalibration({ ...plain(), later: 1 }, "model.json"), CALIBRATION);
});

Deno.test("typical signal that is damaged is refused", () => {
  const good = {
    cellTypes: 2,
    statistics: [{ statistic: "depth", marks: ["H3K4me3"], cellTypes: 2, mean: 0.1, sd: 0 }],
  };
  deepStrictEqual(parseTypicalSignal(good, "model.json"), good as unknown);
  for (
    const bad of [
      null,
      { ...good, cellTypes: 0 },
      { ...good, statistics: [{ ...good.statistics[0], statistic: "colour" }] },
      { ...good, statistics: [{ ...good.statistics[0], sd: -1 }] },
      { ...good, statistics: [{ ...good.statistics[0], marks: [] }] },
    ]
  ) {
    throws(() => parseTypicalSignal(bad, "model.json"), /Cannot load model: typicalSignal/);
  }
});

Deno.test("a list of genes that gene effects have already is not kept again", async () => {
  const model = await trained();
  const genes = ["ENSG00000000003", "ENSG00000000005"];
  const geneEffects = {
    genes: genes.map((gene) => `${gene}.7`),
    effects: Float32Array.of(0, 1),
    mean: 0,
    betweenVariance: 1,
    withinVariance: 1,
  };
  const same = withCalibration({ ...model, geneEffects }, { ...CALIBRATION, genes });
  strictEqual(same.calibration!.genes, undefined);
  deepStrictEqual([...trainedGenesOf(same)!], genes);
  const other = withCalibration({ ...model, geneEffects }, CALIBRATION);
  deepStrictEqual(other.calibration!.genes, CALIBRATION.genes);
  deepStrictEqual(withCalibration(model, CALIBRATION).calibration, CALIBRATION);
  strictEqual(trainedGenesOf(model), undefined);
});
