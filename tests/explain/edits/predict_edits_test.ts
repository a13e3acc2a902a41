/** Edits with models and data of all kinds: the same predictions as `predict`, whatever the blocks. */

import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import {
  type Edit,
  type EditEffect,
  knockOuts,
  predictEdits,
  type ReplaceLike,
} from "../../../src/explain/mod.ts";
import { countLogarithms } from "../../../src/io/signal_values.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { fit, fitEnsemble, predict, predictEnsemble } from "../../../src/training/mod.ts";
import { typicalSignal } from "../../../src/validation/mod.ts";
import {
  effectsOf,
  linearColumns,
  linearData,
  linearModel,
  predictByHand,
  randomWeights,
  RECORD,
} from "./_linear.ts";
import { packedSignal } from "../../helpers/packed.ts";

const OPTIONS = { engine: "wasm", threads: 1 } as const;
const PREDICT = { ...OPTIONS, path: "grouped" } as const;
const WEIGHTS = randomWeights(5);

/** What of an effect is numbers, to compare two runs. */
const numbersOf = (effects: readonly EditEffect[]) =>
  effects.map((
    { edit: { id }, position, before, after, effect, low, high },
  ) => [id, position, before, after, effect, low, high]);

const simulated = (size = {}) =>
  new Dataset(
    simulateColumns({ cellTypes: 3, genes: 30, newGenes: 1, newCellTypes: 1, bins: 20, ...size })
      .train,
  );

Deno.test("before is what predict predicts, for logarithms kept as counts too, and a change of nothing adds nothing", async () => {
  const wide = simulated({ cellTypes: 2, genes: 20, bins: 100 });
  const options = { members: 2, epochs: 1, batchSize: 10, ...OPTIONS };
  const models = (await fitEnsemble("wakawaka", wide, options)).map(({ model }) => model);
  const { mean } = await predictEnsemble(models, wide, PREDICT);
  const nothing: Edit[] = [
    { id: "factor 1", steps: [{ kind: "scale", factor: 1 }] },
    { id: "shift 0", steps: [{ kind: "move", shiftBins: 0 }] },
    {
      id: "wraps round",
      steps: [{ kind: "move", shiftBins: 3, fill: "wrap" }, {
        kind: "move",
        shiftBins: -3,
        fill: "wrap",
      }],
    },
  ];
  const effects = await effectsOf(models, wide, { edits: nothing });
  strictEqual(effects.length, 3 * wide.length);
  for (const { position, before, effect, low, high } of effects) {
    strictEqual(Math.fround(before), mean[position]);
    deepStrictEqual([effect, low, high], [0, 0, 0]);
  }
});

Deno.test("values that are logarithms of no counts are edited as counts all the same", async () => {
  const columns = linearColumns(1, 4);
  const record = { ...RECORD, transform: "log1p" as const };
  const model = linearModel(WEIGHTS, { record });
  const [scale, remove]: Edit[] = [
    { id: "scale", steps: [{ kind: "scale", factor: 2 }] },
    { id: "remove", steps: [{ kind: "remove", marks: ["H3K4me3"] }] },
  ];
  // Half counts have logarithms that are those of no counts.
  const values = Float32Array.from(packedSignal(columns), (count) => Math.log1p(count / 2));
  const data = new Dataset({ ...columns, signal: values, record });
  strictEqual(data.hasCounts, false);
  const effects = await effectsOf([model], data, { edits: [scale!, remove!] });
  for (const { edit, position, after } of effects) {
    const counts = packedSignal(columns).subarray(position * 18, (position + 1) * 18);
    const wanted = Float64Array.from(
      counts,
      (count, i) => edit === scale ? Math.log1p(count) : i % 3 === 0 ? 0 : Math.log1p(count / 2),
    );
    ok(Math.abs(after - predictByHand(WEIGHTS, wanted)) < 2e-4);
  }
  // Logarithms that are kept as counts give the effects of the counts, to the bit.
  const kept = new Dataset({
    ...columns,
    signalValues: countLogarithms(255),
    record: { ...record },
  });
  strictEqual(kept.hasCounts, true);
  const plain = new Dataset({ ...columns, record: { ...record, transform: "none" } });
  const edits = [scale!, remove!];
  deepStrictEqual(
    numbersOf(await effectsOf([model], kept, { edits })),
    numbersOf(await effectsOf([model], plain, { edits })),
  );
});

Deno.test("effects do not depend on what else is edited, nor on blocks and threads", async () => {
  const data = simulated({ genes: 250, bins: 10 });
  const { model } = await fit("experiment1", data, { epochs: 1, ...OPTIONS });
  const edits: Edit[] = [
    ...knockOuts(data.marks),
    ...(["expression", "marks", "any"] as const).map((like: ReplaceLike): Edit => {
      return { id: like, cellType: "E065", steps: [{ kind: "replace", marks: ["H3K4me3"], like }] };
    }),
    { id: "low", cellType: "E065", steps: [{ kind: "remove", marks: ["H3K4me3"], to: "low" }] },
  ];
  const draws = 4;
  const all = numbersOf(await effectsOf([model], data, { edits, draws }));
  strictEqual(all.length, 5 * 750 + 4 * 250);
  const threaded = numbersOf(await effectsOf([model], data, { edits, draws, threads: 2 }));
  ok(JSON.stringify(all) === JSON.stringify(threaded));
  // One gene alone, with draws from the same data.
  const gene = data.geneOf(7);
  const alone = numbersOf(
    await effectsOf([model], data, { edits: edits.map((edit) => ({ ...edit, gene })), draws }),
  );
  const wanted = all.filter(([, position]) => data.geneOf(Number(position)) === gene);
  deepStrictEqual(alone, wanted);
  // Other draws by another seed or id, the same by the same.
  const [low] = edits.slice(-1) as [Edit];
  const one = { ...low, gene };
  const [first, again, seeded, named] = await Promise.all([
    effectsOf([model], data, { edits: [one], draws }),
    effectsOf([model], data, { edits: [one], draws }),
    effectsOf([model], data, { edits: [one], draws, seed: 1 }),
    effectsOf([model], data, { edits: [{ ...one, id: "other" }], draws }),
  ]);
  strictEqual(first[0]!.effect, again[0]!.effect);
  notStrictEqual(first[0]!.effect, seeded[0]!.effect);
  notStrictEqual(first[0]!.effect, named[0]!.effect);
});

Deno.test("gene effects are in both predictions, and so not in the difference", async () => {
  const data = linearData(2, 6);
  const genes = data.columns.genes;
  const geneEffects = {
    genes,
    effects: Float32Array.from(genes, (_, i) => i * 8),
    mean: 2,
    betweenVariance: 1,
    withinVariance: 1,
  };
  const edits = knockOuts(["H3K9me3"]);
  const [plain, shifted] = await Promise.all([
    effectsOf([linearModel(WEIGHTS)], data, { edits }),
    effectsOf([linearModel(WEIGHTS, { geneEffects })], data, { edits }),
  ]);
  const predicted = await predict(linearModel(WEIGHTS, { geneEffects }), data, PREDICT);
  for (const [i, { effect, position, before }] of shifted.entries()) {
    strictEqual(effect, plain[i]!.effect);
    strictEqual(before, predicted[position]);
    notStrictEqual(before, plain[i]!.before);
  }
});

Deno.test("effects of a model with a sigmoid are differences of probabilities", async () => {
  const plain = simulated({ cellTypes: 2, genes: 20 });
  const labels = Float64Array.from(plain.labels(), (label) => Number(label > 0));
  const { expressionTransform: _, ...record } = plain.record;
  const data = new Dataset({ ...plain.columns, labels, record });
  const { model } = await fit("deepchrome", data, { epochs: 2, batchSize: 5, ...OPTIONS });
  const predicted = await predict(model, data, PREDICT);
  const effects = await effectsOf([model], data, { edits: knockOuts(["H3K4me3"]) });
  for (const { position, before, after } of effects) {
    strictEqual(before, predicted[position]);
    ok(after >= 0 && after <= 1);
  }
});

Deno.test("a model with a panel sees the edited marks beside the same references", async () => {
  const data = simulated({ cellTypes: 3, genes: 40 });
  const { model } = await fit("waka3", data, { epochs: 1, batchSize: 20, ...OPTIONS });
  const edits = knockOuts(["H3K4me3"]);
  const effects = await effectsOf([model], data, { edits });
  const { signalValues: _, ...columns } = data.columns;
  const removed = new Dataset({
    ...columns,
    signal: packedSignal(columns).map((count, i) => i % 5 === 3 ? 0 : count),
    record: data.storedRecord,
  });
  const [before, after] = await Promise.all(
    [data, removed].map((samples) => predict(model, samples, PREDICT)),
  );
  let largest = 0;
  for (const { position, ...found } of effects) {
    strictEqual(Math.fround(found.before), before![position]);
    ok(Math.abs(found.after - after![position]!) < 1e-5);
    largest = Math.max(largest, Math.abs(found.effect));
  }
  ok(largest > 1e-3);
});

Deno.test("intervals over an ensemble are Student's over its models", async () => {
  const data = linearData(1, 3);
  const models = [1, 2, 3, 4].map((seed) => linearModel(randomWeights(seed)));
  const [effect] = await effectsOf(models, data, {
    edits: [{ ...knockOuts(["H3K4me3"])[0]!, gene: "gene0" }],
    confidence: 0.9,
  });
  const counts = data.countsOf(0);
  const effects = [1, 2, 3, 4].map((seed) => {
    const weights = randomWeights(seed);
    const without = Float64Array.from(counts, (count, i) => i % 3 === 0 ? 0 : count);
    return predictByHand(weights, without) - predictByHand(weights, counts);
  });
  const mean = effects.reduce((sum, value) => sum + value, 0) / 4;
  const sd = Math.sqrt(effects.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
  strictEqual(effect!.effect, mean);
  ok(Math.abs(effect!.modelSd - sd) < 1e-9);
  ok(Math.abs(effect!.high - mean - 2.3533634348018264 * sd / 2) < 1e-9); // t of 0.95 with 3 degrees of freedom
});

Deno.test("genes are drawn that are like the sample in what was asked for", async () => {
  // One mark tells the label, another repeats it; the third is noise. The model reads the third mark alone, so effects name donors.
  const genes = 300;
  const columns = linearColumns(1, genes);
  const level = (gene: number) => gene % 50;
  const signal = Uint16Array.from({ length: genes * 18 }, (_, i) => {
    const gene = Math.floor(i / 18);
    return i % 3 === 2 ? gene : level(gene);
  });
  const labels = Float64Array.from({ length: genes }, (_, gene) => gene % 7);
  const geneDetails = undefined;
  const data = new Dataset({ ...columns, signal, labels, geneDetails });
  const model = linearModel(Array.from({ length: 18 }, (_, i) => i === 2 ? 1 : 0));
  const donorsBy = async (step: Edit["steps"][number], draws: number) => {
    const donors: number[] = [];
    for (let seed = 0; seed < 16; seed++) {
      const [{ after }] = await effectsOf([model], data, {
        edits: [{ id: "e", gene: "gene120", steps: [step] }],
        draws,
        seed,
      }) as [EditEffect];
      donors.push(Math.round(after - 0.5));
    }
    return [...new Set(donors)].sort((a, b) => a - b);
  };
  // One draw at a time from the six nearest, 2% of 300.
  const marks = ["H3K36me3"];
  const byExpression = await donorsBy({ kind: "replace", marks, like: "expression" }, 1);
  ok(byExpression.every((gene) => gene % 7 === 120 % 7 && gene !== 120), String(byExpression));
  const byMarks = await donorsBy({ kind: "replace", marks, like: "marks" }, 1);
  ok(byMarks.every((gene) => Math.abs(level(gene) - level(120)) <= 1 && gene !== 120));
  ok(byMarks.filter((gene) => level(gene) === level(120)).length > 2, String(byMarks));
  const byAny = await donorsBy({ kind: "replace", marks, like: "any" }, 1);
  ok(byAny.length > 12 && !byAny.includes(120));
  // Of the tenth with least of the mark, which are genes 0 to 30, those with like other marks.
  const low = await donorsBy({ kind: "remove", marks, to: "low" }, 1);
  ok(low.length > 1 && low.every((gene) => gene <= 30 && Math.abs(gene - 20) <= 3), String(low));
});

Deno.test("without labels, genes of like expression are told by predictions", async () => {
  const columns = linearColumns(1, 60);
  const data = new Dataset({ ...columns, labels: undefined, geneDetails: undefined });
  const model = linearModel(WEIGHTS);
  const predicted = await predict(model, data, PREDICT);
  // The same data with the predictions as labels.
  const labelled = new Dataset({
    ...columns,
    geneDetails: undefined,
    labels: Float64Array.from(predicted),
  });
  const edits: Edit[] = [{ id: "e", steps: [{ kind: "replace", marks: ["H3K4me3"] }] }];
  const [one, other] = await Promise.all(
    [data, labelled].map((each) => effectsOf([model], each, { edits, draws: 5 })),
  );
  ok(JSON.stringify(numbersOf(one!)) === JSON.stringify(numbersOf(other!)));
});

Deno.test("edited samples unlike real ones are told, and real ones are not", async () => {
  const data = simulated({ cellTypes: 2, genes: 300, bins: 20 });
  const { model: trained } = await fit("experiment1", data, { epochs: 1, ...OPTIONS });
  const model = { ...trained, typicalSignal: typicalSignal(data) };
  const gene = data.geneOf(3);
  const effects = await effectsOf([model], data, {
    edits: [
      { id: "huge", gene, steps: [{ kind: "scale", factor: 10_000 }] },
      { id: "same", steps: [{ kind: "scale", factor: 1 }] },
      { id: "none", steps: [{ kind: "remove", marks: ["H3K4me3"] }] },
    ],
  });
  const of = (id: string) => effects.filter(({ edit }) => edit.id === id);
  for (const { typicality, unlike } of of("huge")) {
    ok(typicality! < 0.01 && /farther from real genes than these/.test(unlike), unlike);
  }
  const same = of("same");
  // By construction about one in a hundred, and no cell type as a whole.
  ok(same.filter(({ unlike }) => unlike !== "").length <= 0.03 * same.length);
  ok(same.every(({ unlike }) => !unlike.includes("the cell type")));
  ok(of("none").every(({ unlike }) => unlike.includes("the cell type: H3K4me3 has no signal")));
  // Too few genes to judge.
  const [few] = await effectsOf([model], data.slice(0, 90), {
    edits: [{ id: "huge", gene, steps: [{ kind: "scale", factor: 10_000 }] }],
  });
  deepStrictEqual([few!.typicality, few!.unlike], [undefined, ""]);
});

Deno.test("a run stops between blocks, says how far it is, and gives nothing of what is wrong", async () => {
  const data = simulated({ genes: 300, bins: 10 });
  const { model } = await fit("experiment1", data, { epochs: 1, ...OPTIONS });
  const controller = new AbortController();
  const reports: (readonly [number, number])[] = [];
  const blocks: number[] = [];
  const running = (async () => {
    for await (
      const block of predictEdits([model], data, {
        ...OPTIONS,
        edits: knockOuts(data.marks),
        signal: controller.signal,
        onProgress: ({ done, total }) => reports.push([done, total]),
      })
    ) {
      blocks.push(block.length);
      controller.abort(new Error("enough"));
    }
  })();
  await rejects(running, /enough/);
  deepStrictEqual(blocks, [2048]);
  deepStrictEqual(reports, [[2048, 4500]]);
});
