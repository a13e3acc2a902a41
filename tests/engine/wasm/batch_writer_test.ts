import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { entrySize, SampleBatch } from "../../../src/engine/sample_source.ts";
import { ArrangedBatch } from "../../../src/engine/wasm/arranged_batch.ts";
import { BatchArranger } from "../../../src/engine/wasm/batch_arranger.ts";
import { cutPieces } from "../../../src/engine/wasm/batch_lists.ts";
import { BatchWriter } from "../../../src/engine/wasm/batch_writer.ts";
import { addressOf, deltaOf } from "../../../src/engine/wasm/layout.ts";
import { loadExtendedCode } from "../../../src/engine/wasm/extended_code.ts";
import { assembleKernels } from "../../../src/engine/wasm/module.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import { collectUses, firstDelta } from "../../../src/engine/wasm/ops/join/entries.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import type { ModelSpec } from "../../../src/model/spec.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { BRANCHED, BRANCHED_PLAIN, branchedSource, parseBranched } from "../../helpers/branched.ts";

await loadExtendedCode();

const SAMPLES = 9;

/** A batch of nine samples of four genes, arranged for a mode, and what writes it. */
async function arrange(spec: ModelSpec, mode: "train" | "predict" | "explain") {
  const plan = planModel(spec, { batchSize: SAMPLES, threads: 1 });
  const { pages } = plan;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = await WebAssembly.compile(assembleKernels(plan, false).bytes);
  const context = new ExecutionContext({ module, memory, scratch: plan.scratch });
  const arranged = new ArrangedBatch(plan, modelInputs(spec));
  arranged.mode = mode;
  const rows = Uint32Array.from({ length: SAMPLES }, (_, i) => i);
  await branchedSource(BRANCHED, SAMPLES).gather(rows, arranged.batch);
  new BatchArranger(plan, arranged).arrange();
  return { plan, context, arranged, writer: new BatchWriter(context, plan) };
}

/** The same, written. */
async function write(spec: ModelSpec, mode: "train" | "predict" | "explain") {
  const { plan, context, arranged, writer } = await arrange(spec, mode);
  writer.write(arranged);
  return { plan, context, entries: arranged.entries };
}

/**
 * Encoders: profile, mask, dna, sample (of summaries, then references), labels, known; then samples. Of the genes' 4
 * sequences, 4 contexts and 20 references, the nine samples have 9, 9 and 26.
 */
const SHARED = [9, 2, 4, 9 + 20, 20, 4, 9];

Deno.test("entries that samples share are computed once in training if nothing is dropped", async () => {
  deepStrictEqual((await write(BRANCHED_PLAIN, "train")).entries, SHARED);
});

Deno.test("in training, layers after a dropout are computed for each sample, layers before it once", async () => {
  // The encoder "sample" is two chains.
  deepStrictEqual((await write(BRANCHED, "train")).entries, [9, 2, 4, 9 + 20, 9 + 26, 20, 4, 9]);
});

Deno.test("entries that samples share are computed once in a prediction, dropouts or not", async () => {
  deepStrictEqual((await write(BRANCHED, "predict")).entries, [9, 2, 4, 9 + 20, 9 + 20, 20, 4, 9]);
});

Deno.test("entries are computed for each sample if its gradients are wanted", async () => {
  deepStrictEqual((await write(BRANCHED, "explain")).entries, [9, 9, 9, 9 + 26, 9 + 26, 26, 9, 9]);
});

Deno.test("a shared entry has the sum of the derivatives of all its uses", async () => {
  const { plan, context, entries } = await write(BRANCHED_PLAIN, "train");
  const { floats } = context;
  const dna = plan.join!.branches[2]!;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const delta = firstDelta(dna, sample) / 4;
    floats.fill(2 ** sample, delta, delta + 5);
  }
  collectUses(context, plan.encoders[2]!, { index: 0, start: 0, count: entries[2]! });
  const { output } = plan.encoders[2]!;
  const sums = [0, 1, 2, 3].map((gene) => floats[deltaOf(output, gene) / 4]);
  deepStrictEqual(sums, [
    2 ** 0 + 2 ** 4 + 2 ** 8,
    2 ** 1 + 2 ** 5,
    2 ** 2 + 2 ** 6,
    2 ** 3 + 2 ** 7,
  ]);
});

/** The codes of the first sample's letters. */
async function firstCodes(): Promise<number[]> {
  const batch = new SampleBatch(modelInputs(BRANCHED), SAMPLES);
  await branchedSource(BRANCHED, SAMPLES).gather(Uint32Array.of(0), batch);
  const { values, spec } = batch.input("sequence");
  return [...values.subarray(0, entrySize(spec))];
}

Deno.test("a sequence that a convolution reads is written as codes, around which no letter is known", async () => {
  const { plan, context } = await write(BRANCHED, "predict");
  const { input } = plan.encoders[2]!;
  const codes = await firstCodes();
  const end = addressOf(input, 1) - input.before;
  const written = [...context.bytes.subarray(addressOf(input, 0) - input.before, end)];
  const before = Array(input.before).fill(4);
  const after = Array(input.sampleStride - input.before - codes.length).fill(4);
  deepStrictEqual(written, [...before, ...codes, ...after]);
});

Deno.test("a sequence that another layer reads is written one-hot", async () => {
  const branches = BRANCHED.branches.map((branch) =>
    branch.name === "dna"
      ? {
        name: "dna",
        input: branch.input,
        layers: [{ type: "bidirectionalGru", units: 2 } as const],
      }
      : branch
  );
  const { plan, context } = await write(parseBranched({ ...BRANCHED, branches }), "predict");
  const { input } = plan.encoders[2]!;
  const codes = await firstCodes();
  const first = addressOf(input, 0) / 4;
  const written = codes.map((
    _,
    base,
  ) => [...context.floats.subarray(first + 4 * base, first + 4 * base + 4)]);
  deepStrictEqual(
    written,
    codes.map((code) => [0, 1, 2, 3].map((letter) => Number(letter === code))),
  );
});

Deno.test("pieces and the entries of the chain that they leave out are the whole batch, in any order", async () => {
  const { context: { bytes: whole } } = await write(BRANCHED, "train");
  const { plan, context: { bytes }, arranged, writer } = await arrange(BRANCHED, "train");
  const { entries } = arranged;
  for (const piece of cutPieces(plan, entries, 3).toReversed()) writer.writePiece(arranged, piece);
  notDeepStrictEqual(bytes, whole);
  const half = Math.floor(entries[3]! / 2);
  writer.writePiece(arranged, { chain: 3, start: half, count: entries[3]! - half });
  writer.writePiece(arranged, { chain: 3, start: 0, count: half });
  deepStrictEqual(bytes, whole);
});
