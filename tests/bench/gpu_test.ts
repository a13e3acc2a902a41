import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { UnsupportedModelError } from "../../src/errors.ts";
import { presetSpec } from "../../src/model/presets.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { Budget, NOMINAL_SECONDS, runWithin } from "./gpu/budget.ts";
import { planReportRun, timeInTurns } from "./gpu/comparisons.ts";
import { formatFloors, kernelMicroseconds, predictStep } from "./gpu/floor.ts";
import { partsFor, stepCases } from "./gpu/parts.ts";
import { countStep } from "./gpu/step_cost.ts";
import { repeatSamples } from "./gpu/workloads.ts";
import { formatTable, type Row } from "./report.ts";

/** 6 bins × 2 marks → 6 positions × 4 filters, pooled to 2 → 8 values → 1. */
const TINY: ModelSpec = {
  name: "tiny",
  bins: 6,
  marks: 2,
  layers: [
    { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
    { type: "activation", kind: "relu" },
    { type: "maxPool1d", size: 3 },
    { type: "flatten" },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

Deno.test("the cost of a step of a tiny model is the one counted by hand", () => {
  const costs = countStep(TINY, { batchSize: 10, signalBytes: 1 });
  // A sample has 12 values of input, 8 maxima, 1 output; 28 weights in the convolution and 9 in the dense layer.
  deepStrictEqual(
    costs.map((
      { name, multiplyAdds, denseMultiplyAdds, bytes },
    ) => [name, multiplyAdds / 10, denseMultiplyAdds / 10, bytes]),
    [
      ["gather", 0, 0, 10 * 12 * (1 + 4)],
      ["conv0 forward", 6 * 3 * 2 * 4, 6 * 3 * 2 * 4, 4 * (10 * (12 + 8 + 8) + 28)],
      ["conv0 kernel gradient", 2 * 3 * 2 * 4, 6 * 3 * 2 * 4, 4 * (10 * (12 + 8 + 8) + 28)],
      ["dense5 forward", 8, 8, 4 * (10 * (8 + 1) + 9)],
      ["dense5 kernel gradient", 8, 8, 4 * (10 * (8 + 1) + 9)],
      ["dense5 input gradient", 8, 8, 4 * (10 * (1 + 8 + 8) + 9)],
      ["update", 0, 0, 7 * 4 * (28 + 9)],
    ],
  );
});

Deno.test("a sample of wakawaka takes 1.6 MFLOP to train, 2.8 with dense backward passes", () => {
  const costs = countStep(presetSpec("wakawaka"), { batchSize: 1, signalBytes: 1 });
  const sum = (of: (cost: typeof costs[number]) => number) =>
    costs.reduce((total, cost) => total + 2 * of(cost), 0) / 1e6;
  strictEqual(sum(({ multiplyAdds }) => multiplyAdds).toFixed(1), "1.6");
  strictEqual(sum(({ denseMultiplyAdds }) => denseMultiplyAdds).toFixed(1), "2.8");
});

Deno.test("a pool after a normalisation saves no work in its convolution", () => {
  const costs = countStep(presetSpec("experiment5"), { batchSize: 1, signalBytes: 1 });
  for (const { multiplyAdds, denseMultiplyAdds } of costs) {
    strictEqual(multiplyAdds, denseMultiplyAdds);
  }
  strictEqual(costs.filter(({ name }) => name.startsWith("batchNorm")).length, 3 * 4);
  throws(
    () => countStep(presetSpec("bigru10"), { batchSize: 1, signalBytes: 1 }),
    UnsupportedModelError,
  );
});

Deno.test("a kernel takes as long as the slower of its arithmetic and its memory", () => {
  const ceilings = { fp32Gigaflops: 2, copyGigabytes: 1 };
  const cost = { name: "", denseMultiplyAdds: 0 };
  const costs = [
    { ...cost, multiplyAdds: 5000, bytes: 1000 }, // 5 µs of arithmetic
    { ...cost, multiplyAdds: 1000, bytes: 3000 }, // 3 µs of memory
  ];
  strictEqual(kernelMicroseconds(costs, ceilings), 8);
  strictEqual(kernelMicroseconds(costs, ceilings, 8), 64);
});

const CEILINGS = {
  copyGigabytes: 3000,
  fp32Gigaflops: 60_000,
  dispatchMicroseconds: 2,
  shuffleNanoseconds: 10,
};

Deno.test("a step's floor has dispatches once for all models and samples for each", () => {
  const step = { figure: "many", spec: TINY, batchSize: 100, rate: 8e6 };
  const one = predictStep({ ...step, models: 1 }, CEILINGS);
  const many = predictStep({ ...step, models: 8 }, CEILINGS);
  strictEqual(many.dispatches, one.dispatches);
  strictEqual(many.order, 8 * one.order);
  strictEqual(one.order, 1);
  strictEqual(many.measured, 100);
  strictEqual(many.floor, many.kernels + many.dispatches + many.order);
  const table = formatFloors([many, { ...one, figure: "one", measured: null }]);
  const [header, , first, second] = table.split("\n");
  strictEqual(header!.length, second!.length);
  ok(/^\| many \| 8 /.test(first!) && /× *\|$/.test(first!), first);
  ok(second!.includes("| not measured |"), second);
});

Deno.test("a part may take the remaining time except the shares of later parts", () => {
  let now = 100;
  const budget = new Budget(NOMINAL_SECONDS + 10, () => now);
  // 480 of the 490 seconds can be used.
  const later = [{ seconds: 120 }, { seconds: 240 }];
  strictEqual(budget.limit(later), 120);
  now += 60;
  strictEqual(budget.limit(later), 60);
  strictEqual(budget.limit(later.slice(1)), 180); // what the first left over
  strictEqual(budget.limit([]), 420);
  now += 1000;
  strictEqual(budget.limit([]), 0);
  strictEqual(budget.elapsed, 1060);
});

Deno.test("a task that does not end in time is left running, notified and reported", async () => {
  let told: AbortSignal | undefined;
  const stuck = runWithin(0, ({ signal }) => {
    told = signal;
    return new Promise(() => {});
  });
  await rejects(stuck, { name: "TimeoutError" });
  ok(told!.aborted);
  strictEqual(await runWithin(60, ({ left }) => Promise.resolve(left() > 0)), true);
});

Deno.test("the parts' shares leave time for the ceilings", () => {
  for (const kind of ["gpu", "software"] as const) {
    const parts = partsFor(kind);
    const shares = parts.reduce((sum, { seconds }) => sum + seconds, 0);
    ok(shares <= NOMINAL_SECONDS - 30, `${shares} s`);
    const names = new Set(parts.map(({ figure, peer }) => `${figure} ${peer}`));
    strictEqual(names.size, parts.length);
  }
});

Deno.test("pairs are left out if there is too little time for another", async () => {
  const run = async (pairs: number, seconds: number) => {
    let calls = 0;
    const side = () => Promise.resolve(++calls);
    const { ratio } = await timeInTurns({ ours: side, theirs: side }, pairs, () => seconds - calls);
    ok(ratio! < 1);
    return calls;
  };
  strictEqual(await run(3, 100), 2 + 6);
  strictEqual(await run(3, 7), 2 + 4);
  strictEqual(await run(3, 0), 2 + 2);
  const ours = () => Promise.resolve(5);
  const alone = await timeInTurns({ ours, theirs: undefined }, 3, () => 1);
  deepStrictEqual(alone, { ours: 5, theirs: null, ratio: null });
});

Deno.test("the report's run is done in full, for an epoch or in part, as time allows", () => {
  const whole = { samples: 800_000, epochs: 15, label: "" };
  deepStrictEqual(planReportRun(1_000_000, 75, 250), whole);
  strictEqual(planReportRun(190_000, 300, 250).label, "scaled from one epoch"); // 63 s
  strictEqual(planReportRun(250_000, 60, 250).epochs, 1); // 48 s, of 42 that may be planned
  const part = planReportRun(1000, 10, 250);
  deepStrictEqual([part.samples, part.epochs], [7000, 1]);
  strictEqual(part.label, "scaled from 7000 samples of one epoch");
  strictEqual(planReportRun(10, 1, 250).samples, 250);
});

Deno.test("samples are repeated as bytes", () => {
  const data = {
    ...{ bins: 1, marks: 2, transform: "none" } as const,
    signal: Uint16Array.of(1, 2, 300, 4),
    labels: Float64Array.of(0.5, 1.5),
  };
  const { signal, labels } = repeatSamples(data, 3);
  deepStrictEqual(signal, Uint8Array.of(1, 2, 255, 4, 1, 2));
  deepStrictEqual(labels, Float64Array.of(0.5, 1.5, 0.5));
});

Deno.test("a figure that was not measured stays in the table, and floors use the first that was measured", () => {
  const row: Row = {
    figure: "wakawaka-training",
    unit: "samples/s",
    threads: 1,
    ours: null,
    peer: "PyTorch cuda",
    theirs: null,
    ratio: null,
  };
  const rows = [row, { ...row, ours: 1e6 }];
  const [, , first] = formatTable(rows).split("\n");
  ok(/\| not measured +\| not measured +\| +\| +\| PyTorch cuda +\|$/.test(first!), first);
  const [wakawaka, many] = stepCases(rows);
  deepStrictEqual([wakawaka!.rate, many!.rate], [1e6, null]);
});
