import { match, rejects, strictEqual } from "node:assert";
import { type EngineName, selectEngine } from "../../src/engine/select.ts";
import { presetSpec } from "../../src/model/presets.ts";

Deno.test("auto takes a GPU if there is one that is hardware, else the processor, and says why", async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  const hardware = adapter != null && !adapter.info.isFallbackAdapter;
  const { engine, reason } = await selectEngine("auto", presetSpec("wakawaka"));
  strictEqual(engine.name, hardware ? "webgpu" : "wasm");
  match(reason, hardware ? /has a GPU/ : /no GPU|software adapter/);
});

Deno.test("an unknown engine is refused with the names there are", async () => {
  await rejects(
    selectEngine("cuda" as EngineName, presetSpec("wakawaka")),
    /"cuda".*auto, webgpu, wasm, tfjs-cpu, tfjs-webgpu/,
  );
});
