/** The readers of bodies in docs/examples/service/. */

import { ARROW_FORMAT } from "../../../docs/examples/service/arrow_format.ts";
import type { Format } from "../../../docs/examples/service/format.ts";
import { JSON_FORMAT } from "../../../docs/examples/service/json_format.ts";
import { NPZ_FORMAT } from "../../../docs/examples/service/npz_format.ts";
import { Refusal } from "../../../docs/examples/service/refusals.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import { ContractError } from "../../../src/errors.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import type { TrainedModel } from "../../../src/model/trained_model.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { type BodyKind, makeBody } from "../../bench/service/bodies.ts";
import { expectSound, type PartKind, type Target } from "../seed.ts";
import { packedSignal } from "../../helpers/packed.ts";

const BINS = 8;
const { train } = simulateColumns({ cellTypes: 2, genes: 3, newGenes: 1, bins: BINS });
const DATA = new Dataset(train);
const spec = { ...presetSpec("experiment1"), bins: BINS };
const MODEL: TrainedModel = {
  spec,
  weights: initialWeights(spec, 1),
  record: train.record,
  inputRecord: train.record,
  training: { engine: "wasm", seed: 1, epochs: 1, batchSize: 1, learningRate: 1, samples: 1 },
};

const LIMITS = { model: MODEL, maxSamples: 100, maxInflatedBytes: 2 ** 24, takeRoom: () => {} };

function targetOf(kind: BodyKind, format: Format, damage: PartKind): Target {
  return {
    name: `service-${kind}`,
    // They say that a body contradicts the model, or has too many samples.
    allowed: [ContractError, Refusal],
    seeds: async () =>
      await Promise.all([DATA, DATA.slice(0, 1)].map(async (data) => [
        { name: "body", kind: damage, bytes: await makeBody(kind, data) },
      ])),
    async read([file]) {
      const body = await file.read(0, file.size);
      const data = await format.read(body, LIMITS);
      const values = data.length * data.bins * data.marks.length;
      expectSound(data.columns.signal.length === values, "signal does not fill the samples");
      expectSound(
        packedSignal(data.columns).every((value) => value >= 0 && value < Infinity),
        "a count is impossible",
      );
      const predictions = new Float32Array(data.length);
      await format.write({ data, details: { predictions } });
    },
  };
}

/** Readers of the service. */
export const SERVICE_TARGETS: readonly Target[] = [
  targetOf("json", JSON_FORMAT, "json"),
  targetOf("npz", NPZ_FORMAT, "binary"),
  targetOf("arrow", ARROW_FORMAT, "binary"),
];
