/** Kernels of letters and of recurrent layers as text, and how letters are packed: no GPU is needed. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  codeLetters,
  noteLetters,
  roomForLetters,
  takeLetters,
} from "../../../src/engine/gathered_letters.ts";
import { SampleBatch } from "../../../src/engine/sample_source.ts";
import { createWebgpuEngine } from "../../../src/engine/webgpu/engine.ts";
import { planGraph } from "../../../src/engine/webgpu/graph_plan.ts";
import type { GraphPurpose, Kernel } from "../../../src/engine/webgpu/kernel.ts";
import { countWords, groupLetters, LetterPacker } from "../../../src/engine/webgpu/letters.ts";
import { MOST_UNITS } from "../../../src/engine/webgpu/ops/recurrent_steps.ts";
import type { PlanOptions } from "../../../src/engine/webgpu/plan_types.ts";
import { modelGraph } from "../../../src/model/graph.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { DNA_PRESET_NAMES, presetSpec } from "../../../src/model/presets.ts";
import type { LayerSpec, ModelSpec } from "../../../src/model/spec.ts";
import { checkGolden, checkLimits } from "./golden.ts";

const LIMITS = { storageBytes: 16_384, threads: 256 };
const TINY: PlanOptions = { models: 2, samples: 3, gathered: 3, limits: LIMITS };
const PURPOSES: readonly GraphPurpose[] = ["training", "prediction", "inputGradients"];

function sequenceSpec(layers: readonly LayerSpec[], bases = 40): ModelSpec {
  return parseSpec({
    name: "letters",
    inputs: [{ name: "sequence", bases }],
    branches: [{ name: "dna", input: "sequence", layers }],
    head: { join: [{ type: "output", branch: "dna" }], layers: [{ type: "dense", units: 1 }] },
    loss: "meanSquaredError",
  });
}

function kernelsOf(spec: ModelSpec, options: PlanOptions): Map<string, Kernel> {
  const all = PURPOSES.flatMap((purpose) => planGraph(spec, options, purpose).kernels);
  return new Map(all.map((kernel) => [kernel.name, kernel]));
}

Deno.test("kernels of letters and of recurrent layers equal those in golden/", async () => {
  const spec = sequenceSpec([
    { type: "conv1d", filters: 5, width: 11, dilation: 1, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "maxPool1d", size: 10 },
    { type: "bidirectionalGru", units: 3, returnSequences: true },
    { type: "lstm", units: 2 },
  ]);
  for (const [name, kernel] of kernelsOf(spec, TINY)) {
    if (/^(conv0|bidirectionalGru3|lstm4)/.test(name)) await checkGolden(kernel, `letters ${name}`);
  }
  const dilated = sequenceSpec([
    { type: "conv1d", filters: 2, width: 3, dilation: 2, padding: "same" },
    { type: "flatten" },
  ]);
  await checkGolden(kernelsOf(dilated, TINY).get("feed dna")!, "letters feed dna");
  const wide = sequenceSpec([{ type: "flatten" }, { type: "dense", units: 3 }], 1024);
  for (const [name, kernel] of kernelsOf(wide, TINY)) {
    if (/^dense1 (partial|forward)/.test(name)) await checkGolden(kernel, `wide ${name}`);
  }
});

Deno.test("no kernel of a model of DNA asks for more than WebGPU grants everywhere", () => {
  const recurrent = sequenceSpec([
    { type: "lstm", units: MOST_UNITS, bidirectional: true, returnSequences: true },
    { type: "bidirectionalGru", units: MOST_UNITS },
  ]);
  const large = { models: 16, samples: 100, gathered: 100, limits: LIMITS };
  for (const spec of [recurrent, ...DNA_PRESET_NAMES.map((name) => presetSpec(name))]) {
    for (const kernel of kernelsOf(spec, large).values()) checkLimits(kernel);
  }
});

Deno.test("more units than a workgroup has threads are refused by name", () => {
  const { supports } = createWebgpuEngine();
  const lstm = (units: number) => sequenceSpec([{ type: "lstm", units }]);
  strictEqual(supports(lstm(MOST_UNITS)).supported, true);
  deepStrictEqual(supports(lstm(MOST_UNITS + 1)), {
    supported: false,
    reason: "its lstm has 257 units (branches[0].layers[0]), expected at most 256",
  });
});

Deno.test("the first convolution takes any pool; no letters are made one-hot for it", () => {
  const conv = { type: "conv1d", filters: 3, width: 6, padding: "same" } as const;
  const relu = { type: "activation", kind: "relu" } as const;
  const pool = { type: "maxPool1d", size: 20 } as const;
  const kindsOf = (layers: readonly LayerSpec[]) => {
    const [encoder] = modelGraph(sequenceSpec([...layers, { type: "flatten" }])).encoders;
    return groupLetters(encoder!, 8).map(({ kind, layer }) => `${kind} ${layer}`);
  };
  const first = { ...conv, dilation: 1 };
  deepStrictEqual(kindsOf([first, relu, pool]), ["conv 0", "flatten 3"]);
  deepStrictEqual(kindsOf([first, pool, relu]), ["conv 0", "activation 2", "flatten 3"]);
  // The second has its positions in registers, which a large pool does not leave room for.
  const second = { ...conv, dilation: 1 };
  deepStrictEqual(kindsOf([first, relu, second, pool]), [
    "conv 0",
    "conv 2",
    "pool 3",
    "flatten 4",
  ]);

  const feeds = (layers: readonly LayerSpec[]) =>
    [...kernelsOf(sequenceSpec([...layers, { type: "flatten" }]), TINY).keys()]
      .filter((name) => name.startsWith("feed"));
  deepStrictEqual(feeds([first, pool]), []);
  for (const other of [[{ ...conv, dilation: 2 }], [{ ...first, width: 17 }], [pool]]) {
    deepStrictEqual(feeds(other), ["feed dna"]);
  }
});

Deno.test("what a step of waka-dna takes: no array of 10,000 bases × 4, nor of 10,000 × filters", () => {
  const options = { models: 1, samples: 100, gathered: 100, limits: LIMITS };
  const { kernels, buffers } = planGraph(presetSpec("waka-dna"), options, "training");
  ok(kernels.length <= 30, `${kernels.length} dispatches`);
  const used = new Set(kernels.flatMap(({ buffers }) => buffers.map(({ buffer }) => buffer)));
  const sizes = [...used].map((name) => 4 * (buffers[name] ?? 0));
  // Its pooled values, 312 × 128 for each of 100 samples; the gradients of its 3.3 million weights are smaller.
  const pooled = 4 * 100 * 312 * 128;
  ok(Math.max(...sizes) <= 1.05 * pooled, `${Math.max(...sizes)} bytes`);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  ok(total < 150e6, `${total} bytes`);
  strictEqual(4 * buffers["input.sequence"]!, 100 * 5000);
});

Deno.test("codes of four bits are packed, each entry from a whole word on", () => {
  const entries = fc.integer({ min: 1, max: 40 }).chain((bases) =>
    fc.record({
      bases: fc.constant(bases),
      rows: fc.array(fc.array(fc.nat(4), { minLength: bases, maxLength: bases }), {
        minLength: 1,
        maxLength: 4,
      }),
    })
  );
  fc.assert(fc.property(entries, fc.boolean(), ({ bases, rows }, asNumbers) => {
    const samples = rows.length;
    const { inputs: [input] } = new SampleBatch([{ name: "sequence", bases }], samples);
    // As the source's own values, or, last row first, as numbers of sequences in a table.
    if (asNumbers) {
      takeLetters(input!, samples);
      rows.forEach((_, entry) => roomForLetters(input!)![entry] = samples - 1 - entry);
      noteLetters(input!, codeLetters(rows.toReversed().flat(), bases));
    } else input!.values.set(rows.flat());
    input!.entries = samples;
    const packer = new LetterPacker(bases, samples);
    for (let batch = 0; batch < 2; batch++) {
      const words = packer.pack(input!);
      strictEqual(words.length, samples * countWords(bases));
      const codeAt = (entry: number, base: number) => {
        const word = words[entry * countWords(bases) + Math.floor(base / 8)]!;
        return Math.floor(word / 16 ** (base % 8)) % 16;
      };
      rows.forEach((row, entry) =>
        row.forEach((code, base) => strictEqual(codeAt(entry, base), code))
      );
    }
  }));
});
