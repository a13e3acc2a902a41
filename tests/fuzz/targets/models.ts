/** The readers of JSON: saved models, data records, and the files that a search reads. */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { ContractError, FormatError, UnsupportedModelError } from "../../../src/errors.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { loadModel, serializeModel } from "../../../src/model/save_load.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { sizeOf, weightShapes } from "../../../src/model/shapes.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import type { ModelSpec } from "../../../src/model/spec.ts";
import { DEEPCHROME_RECORD, parseRecord } from "../../../src/record.ts";
import { parseSpace } from "../../../src/search/parse_space.ts";
import { DEFAULT_SPACE } from "../../../src/search/space.ts";
import { parseTrials } from "../../../src/search/trial.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../src/training/checkpoint.ts";
import { readRunLog } from "../../../src/training/_run_log.ts";
import { describeState, packStates } from "../../../src/training/_states.ts";
import type { FitCheckpoint } from "../../../src/training/fit_types.ts";
import { BRANCHED } from "../../helpers/branched_spec.ts";
import { resealModel } from "../../helpers/reseal.ts";
import {
  type Bytes,
  encode,
  expectSound,
  jsonPart,
  type Seed,
  type Target,
  textPart,
} from "../seed.ts";

const LINE_FEED = 10;

const SMALL: ModelSpec = {
  name: "small",
  bins: 8,
  marks: 2,
  layers: [
    { type: "conv1d", filters: 3, width: 3, dilation: 2, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "batchNorm", momentum: 0.99, epsilon: 0.001 },
    { type: "maxPool1d", size: 2 },
    { type: "flatten" },
    { type: "dropout", rate: 0.3 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};
const TRAINING = {
  engine: "wasm",
  seed: 7,
  epochs: 3,
  batchSize: 16,
  learningRate: 0.001,
  samples: 40,
};

/** The files of a saved model, whose JSON is damaged as it is, or is given a correct digest afterwards. */
async function modelSeeds(spec: ModelSpec): Promise<Seed[]> {
  const { json, weights } = await serializeModel({
    spec,
    weights: weightShapes(spec).map(({ shape }) => new Float32Array(sizeOf(shape))),
    record: DEEPCHROME_RECORD,
    inputRecord: DEEPCHROME_RECORD,
    training: TRAINING,
    geneEffects: {
      genes: ["ENSG00000000003", "ENSG00000000005"],
      effects: Float32Array.of(0.5, -1),
      mean: 0.1,
      betweenVariance: 1,
      withinVariance: 2,
    },
  });
  const part = { name: "model.json", kind: "json", bytes: encode(json) } as const;
  const bytes = { name: "weights.bin", kind: "binary", bytes: weights } as const;
  return [[part, bytes], [{ ...part, wrap: reseal }, bytes]];
}

/** Gives a damaged `model.json` the digest of its content, if it still has a place for one. */
function reseal(bytes: Bytes): Bytes {
  try {
    return encode(resealModel(JSON.parse(new TextDecoder().decode(bytes))));
  } catch {
    return bytes;
  }
}
const MODEL: Target = {
  name: "model",
  seeds: async () =>
    (await Promise.all([SMALL, presetSpec("experiment1"), BRANCHED].map(modelSeeds))).flat(),
  async read([json, weights]) {
    const loaded = await loadModel({ json, weights: weights! });
    const shapes = weightShapes(loaded.spec);
    expectSound(
      shapes.every(({ shape }, i) => loaded.weights[i]!.length === sizeOf(shape)),
      "weights do not fill their shapes",
    );
    expectSound(
      loaded.weights.every((values) => values.every(Number.isFinite)),
      "a weight is not finite",
    );
  },
};

/** The value of a JSON file, or `undefined` if it is not JSON, which the reader's caller checks. */
async function readJson(file: ByteSource): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await file.read(0, file.size)));
  } catch {
    return undefined;
  }
}

const SPEC: Target = {
  name: "model-spec",
  allowed: [UnsupportedModelError, ContractError],
  seeds: () =>
    [SMALL, presetSpec("wakawaka"), BRANCHED].map((spec) => [jsonPart("spec.json", spec)]),
  async read([file]) {
    const spec = parseSpec(await readJson(file));
    const parameters = weightShapes(spec).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expectSound(Number.isSafeInteger(parameters), "the parameters are too many to count");
  },
};

const RECORD: Target = {
  name: "data-record",
  seeds: () => [[jsonPart("record.json", {
    ...DEEPCHROME_RECORD,
    extendBp: 200,
    minMappingQuality: 30,
    normalisation: "rpm",
    expressionTransform: "asinh",
  })]],
  async read([file]) {
    const { marks, binSizeBp } = parseRecord(await readJson(file), file.name);
    expectSound(marks.every((mark) => typeof mark === "string"), "a mark is no text");
    expectSound(Number.isSafeInteger(binSizeBp) && binSizeBp >= 1, "the bins have no width");
  },
};

const SPACE: Target = {
  name: "search-space",
  seeds: () => [
    [jsonPart("space.json", DEFAULT_SPACE)],
    [jsonPart("space.json", {
      filters: [25, 50],
      blocks: [{ width: [5, 10], pool: [5] }, { width: [3] }],
      learningRate: { from: 0.0003, to: 0.01, scale: "log" },
    })],
  ],
  async read([file]) {
    expectSound(parseSpace(await readJson(file), file.name).blocks.length > 0, "no blocks");
  },
};

const TRIAL = {
  trial: 1,
  rung: 1,
  epochs: 3,
  seed: 0,
  point: { filters: [8] },
  status: "scored",
  foldScores: [1, 2],
  score: 1.5,
  parameters: 100,
  seconds: 1,
  engine: "wasm",
};

const TRIALS: Target = {
  name: "search-trials",
  seeds: () => {
    const failed = { ...TRIAL, trial: 2, status: "diverged", reason: "its loss is NaN" };
    return [[textPart("trials.jsonl", `${JSON.stringify(TRIAL)}\n${JSON.stringify(failed)}\n`)]];
  },
  async read([file]) {
    const text = new TextDecoder().decode(await file.read(0, file.size));
    const trials = parseTrials(text, file.name);
    expectSound(trials.every(({ trial }) => trial >= 1), "a trial has no number");
  },
};

const CHECKPOINT: FitCheckpoint = {
  identity: "a",
  arithmetic: ["wasm"],
  group: [0, 1],
  epoch: 1,
  position: 16,
  lossSums: [3.5],
  seconds: 2,
  runs: [{
    state: {
      step: 9,
      weights: [Float32Array.of(1, 2, 3), Float32Array.of(4)],
      firstMoments: [Float32Array.of(0, 0, 1), Float32Array.of(0)],
      secondMoments: [Float32Array.of(0, 0, 1), Float32Array.of(0)],
    },
    history: [{ epoch: 1, loss: 2, validationLoss: undefined, seconds: 1, samplesPerSecond: 40 }],
  }],
};
const DIGEST_BYTES = 32;

/** A checkpoint that is damaged as it is, and one whose JSON is damaged under a correct digest. */
async function checkpointSeeds(): Promise<Seed[]> {
  const name = "000001.checkpoint";
  const bytes = await encodeCheckpoint(CHECKPOINT);
  const start = bytes.indexOf(LINE_FEED) + 1;
  const end = bytes.indexOf(LINE_FEED, start);
  const wrap = (json: Bytes): Bytes => {
    const pieces = [bytes.subarray(0, start), json, bytes.subarray(end, -DIGEST_BYTES)];
    const digest = createHash("sha256");
    for (const piece of pieces) digest.update(piece);
    return new Uint8Array(Buffer.concat([...pieces, digest.digest()]));
  };
  const boundaries = [start, end, bytes.length - DIGEST_BYTES];
  return [
    [{ name, kind: "binary", bytes, boundaries }],
    [{ name, kind: "json", bytes: bytes.slice(start, end), wrap }],
  ];
}

const CHECKPOINTS: Target = {
  name: "checkpoint",
  seeds: checkpointSeeds,
  async read([file]) {
    const { runs } = await decodeCheckpoint(await file.read(0, file.size), file.name);
    for (const { state: { weights, firstMoments, secondMoments } } of runs) {
      const arrays = [...weights, ...firstMoments, ...secondMoments];
      expectSound(
        arrays.every((array) => array instanceof Float32Array),
        "a state is not an array",
      );
    }
  },
};

/** A log of one frame that is damaged as it is, and one whose JSON is damaged under a correct digest. */
function logSeeds(): Seed[] {
  const name = "000001.log";
  const { state, history } = CHECKPOINT.runs[0]!;
  const header = {
    epochs: [{ run: 0, records: history }, { run: 1, records: history }],
    finished: [{ run: 0, state: describeState(state) }],
  };
  const content = packStates(JSON.stringify(header), [state]);
  const values = content.subarray(content.indexOf(LINE_FEED));
  const frame = (content: Bytes): Bytes => {
    const length = new Uint8Array(BigUint64Array.of(BigInt(content.length)).buffer);
    const digest = createHash("sha256").update(new Uint8Array(DIGEST_BYTES)).update(content);
    return new Uint8Array(Buffer.concat([length, digest.digest(), content]));
  };
  return [
    [{ name, kind: "binary", bytes: frame(content), boundaries: [8, 40] }],
    [{
      name,
      kind: "json",
      bytes: encode(JSON.stringify(header)),
      wrap: (json) => frame(new Uint8Array(Buffer.concat([json, values]))),
    }],
  ];
}

const LOGS: Target = {
  name: "checkpoint-log",
  seeds: logSeeds,
  async read([file]) {
    const start = await file.read(0, Math.min(file.size, 8 + DIGEST_BYTES));
    const digest = start.subarray(8).toHex();
    const fail = (found: string) => new FormatError(found, { file: file.name });
    const runs = await readRunLog(file, { number: 1, bytes: file.size, digest }, fail);
    expectSound(runs.every(({ history }) => history.every(({ epoch }) => epoch >= 0)), "no epoch");
  },
};

/** Readers of JSON and of the files of a run. */
export const MODEL_TARGETS: readonly Target[] = [
  MODEL,
  SPEC,
  RECORD,
  SPACE,
  TRIALS,
  CHECKPOINTS,
  LOGS,
];
