import { match, rejects, strictEqual } from "node:assert";
import type { GpuDescription } from "../../src/engine/gpu.ts";
import { chooseEngine, type EngineName, selectEngine } from "../../src/engine/select.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { type PresetName, presetSpec } from "../../src/model/presets.ts";
import type { ModelSpec } from "../../src/model/spec.ts";

Deno.test("auto takes a hardware GPU if there is one, else the processor, and says why", async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  const hardware = adapter != null && !adapter.info.isFallbackAdapter;
  const { engine, reason } = await selectEngine("auto", presetSpec("wakawaka"));
  strictEqual(engine.name, hardware ? "webgpu" : "wasm");
  match(reason, hardware ? /has a GPU/ : /no GPU|software adapter/);
});

Deno.test("auto tries webgpu, wasm and tf.js in turn until one runs the model", async () => {
  const gpu = { device: "a card", software: false };
  const choose = async (model: PresetName | ModelSpec, found?: GpuDescription) => {
    const spec = typeof model === "string" ? presetSpec(model) : model;
    const { engine, reason } = await chooseEngine(spec, found);
    return `${engine.name}: ${reason}`;
  };
  strictEqual(await choose("wakawaka", gpu), "webgpu: this machine has a GPU");
  strictEqual(await choose("bigru10", gpu), "webgpu: this machine has a GPU");
  // A state of more units than a workgroup of webgpu holds.
  const recurrent = parseSpec({
    name: "recurrent",
    bins: 10,
    marks: 5,
    loss: "meanSquaredError",
    layers: [{ type: "bidirectionalGru", units: 300 }, { type: "dense", units: 1 }],
  });
  match(await choose(recurrent, gpu), /^wasm: this machine has a GPU, engine webgpu cannot run/);
  strictEqual(await choose("bigru10"), "wasm: this machine has no GPU");
  const software = { ...gpu, software: true };
  strictEqual(await choose("wakawaka", software), "wasm: a card is a software adapter, not a GPU");
  // Wider than a WebAssembly memory.
  const huge = parseSpec({
    name: "huge",
    bins: 20_000,
    marks: 5,
    loss: "meanSquaredError",
    layers: [
      { type: "conv1d", filters: 128, width: 3, dilation: 1, padding: "same" },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
  });
  strictEqual((await chooseEngine(huge, undefined)).engine.name, "tfjs-cpu");
});

Deno.test("the error for an unknown engine lists the known ones", async () => {
  await rejects(
    selectEngine("cuda" as EngineName, presetSpec("wakawaka")),
    /"cuda".*auto, webgpu, wasm, tfjs-cpu, tfjs-webgpu/,
  );
});

Deno.test("in place of a model its name, or nothing, is refused in words", async () => {
  for (const name of ["webgpu", "wasm", "auto"] as const) {
    for (const [spec, found] of [[undefined, "missing"], ["wakawaka", '"wakawaka"'], [{}, "{}"]]) {
      await rejects(selectEngine(name, spec as never), {
        name: "TypeError",
        message:
          `Cannot select an engine: found ${found} as the model, expected the spec of one, such as ` +
          'presetSpec("wakawaka")',
      });
    }
  }
});
