import { deepStrictEqual, ok, throws } from "node:assert";
import type { OpenedDevice } from "../../../src/engine/webgpu/device.ts";
import { chooseOptions, planForRoom } from "../../../src/engine/webgpu/plan_options.ts";
import { UnsupportedModelError } from "../../../src/errors.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import type { ModelSpec } from "../../../src/model/spec.ts";

/** A GPU of the limits that every WebGPU device has, without a GPU. */
function roomFor(models: number, largest = 128 * 1024 * 1024) {
  const limits = {
    maxComputeWorkgroupsPerDimension: 65_535,
    maxComputeWorkgroupStorageSize: 16_384,
    maxComputeInvocationsPerWorkgroup: 256,
  };
  const opened = { name: "small GPU", device: { limits } } as unknown as OpenedDevice;
  return { opened, largest, models };
}

const REFERENCES = parseSpec({
  name: "references",
  inputs: [{ name: "references", references: 50, values: 4 }],
  branches: [{ name: "others", input: "references", layers: [{ type: "dense", units: 3 }] }],
  head: { join: [{ type: "mean", branch: "others" }], layers: [{ type: "dense", units: 1 }] },
  loss: "meanSquaredError",
});
/** A dilated convolution, whose letters are made one-hot, and one that looks them up. */
const [ONE_HOT, LOOKED_UP] = [2, 1].map((dilation) =>
  parseSpec({
    name: "sequence",
    inputs: [{ name: "sequence", bases: 10_000 }],
    branches: [{
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 8, width: 11, dilation, padding: "same" },
        { type: "maxPool1d", size: 100 },
        { type: "flatten" },
        { type: "dense", units: 1 },
      ],
    }],
    head: { join: [{ type: "output", branch: "dna" }], layers: [] },
    loss: "meanSquaredError",
  })
) as [ModelSpec, ModelSpec];

Deno.test("several steps are gathered together, as many as memory has room for", () => {
  const spec = presetSpec("wakawaka");
  deepStrictEqual(chooseOptions(spec, 250, roomFor(1)).gathered, 250 * 32);
  deepStrictEqual(chooseOptions(spec, 250, roomFor(1, 4_000_000)).gathered, 250 * 4);
  deepStrictEqual(chooseOptions(spec, 250, roomFor(16, 4_000_000)).gathered, 250);
});

Deno.test("a prediction's batch is as large as memory allows, a training batch as requested", () => {
  const sizeOf = (spec: ModelSpec, purpose: "training" | "prediction") =>
    planForRoom(spec, { samples: 512, purpose }, roomFor(1)).options.samples;
  deepStrictEqual(sizeOf(ONE_HOT, "training"), 512);
  const predicted = sizeOf(ONE_HOT, "prediction");
  ok(predicted < 512 && predicted >= 16, `${predicted} samples`);
  deepStrictEqual(sizeOf(LOOKED_UP, "prediction"), 512);
});

Deno.test("more references in a batch than the GPU runs in parallel are refused", () => {
  const plan = (samples: number) =>
    planForRoom(REFERENCES, { samples, purpose: "training" }, roomFor(1));
  deepStrictEqual(plan(1000).options.samples, 1000);
  throws(() => plan(2000), (error) => {
    ok(error instanceof UnsupportedModelError);
    ok(/100000 entries of a batch side by side are too many, .* most 65535/.test(error.message));
    return true;
  });
});
