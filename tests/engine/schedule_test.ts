import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { learningRateAt } from "../../src/engine/schedule.ts";
import { parseSchedule, type Schedule } from "../../src/model/schedule.ts";

function ratesOf(schedule: Schedule, totalSteps: number, learningRate: number): number[] {
  return Array.from(
    { length: totalSteps },
    (_, i) => learningRateAt(schedule, { step: i + 1, totalSteps, learningRate }),
  );
}

function checkRates(found: readonly number[], wanted: readonly number[]): void {
  strictEqual(found.length, wanted.length);
  for (const [i, rate] of wanted.entries()) {
    ok(Math.abs(found[i]! - rate) <= 1e-12 * Math.max(...wanted), `step ${i + 1}: ${found[i]}`);
  }
}

Deno.test("one cycle has the rates of PyTorch's OneCycleLR", () => {
  // torch 2: OneCycleLR(max_lr, total_steps, pct_start), the rate of each step before `scheduler.step()`.
  checkRates(ratesOf({ type: "oneCycle", warmUp: 0.3 }, 10, 0.003), [
    0.00012,
    0.00156,
    0.003,
    0.002851453896040421,
    0.0024352369618492894,
    0.0018337860658088677,
    0.0011662259341911321,
    0.0005647750381507109,
    0.00014855810395957884,
    1.2e-8,
  ]);
  checkRates(ratesOf({ type: "oneCycle", warmUp: 0 }, 7, 1), [
    0.9504846320134737,
    0.8117456539497631,
    0.6112620219362893,
    0.38874197806371075,
    0.18825834605023697,
    0.049519367986526286,
    4e-6,
  ]);
  checkRates(ratesOf({ type: "oneCycle", warmUp: 0.9 }, 4, 1), [
    0.04,
    0.34978965421958286,
    0.8792851591221285,
    4e-6,
  ]);
  const rates = ratesOf({ type: "oneCycle", warmUp: 0.2 }, 25, 0.01);
  checkRates([1, 5, 15, 25].map((step) => rates[step - 1]!), [
    0.0004,
    0.01,
    0.00500002,
    4e-8,
  ]);
  deepStrictEqual(
    ratesOf({ type: "oneCycle" }, 10, 1),
    ratesOf({ type: "oneCycle", warmUp: 0.3 }, 10, 1),
  );
});

Deno.test("the other schedules by hand", () => {
  checkRates(ratesOf({ type: "constant" }, 3, 0.5), [0.5, 0.5, 0.5]);
  checkRates(ratesOf({ type: "linear" }, 4, 1), [1, 0.75, 0.5, 0.25]);
  checkRates(ratesOf({ type: "linear", warmUp: 0.4 }, 5, 1), [0.5, 1, 1, 2 / 3, 1 / 3]);
  checkRates(ratesOf({ type: "cosine" }, 4, 2), [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2]);
  checkRates(ratesOf({ type: "exponential", end: 0.01 }, 3, 1), [1, 0.1, 0.01]);
});

const warmUp = fc.option(fc.double({ min: 0, max: 0.999, noNaN: true }), { nil: undefined });
const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.constant({ type: "constant" } as const),
  warmUp.map((warmUp) => ({ type: "oneCycle", warmUp }) as const),
  warmUp.map((warmUp) => ({ type: "cosine", warmUp }) as const),
  warmUp.map((warmUp) => ({ type: "linear", warmUp }) as const),
  fc.double({ min: 1e-6, max: 1, noNaN: true }).map((end) =>
    ({ type: "exponential", end }) as const
  ),
);

Deno.test("every rate is above 0 and at most the peak, which is reached but for a single step", () => {
  fc.assert(fc.property(anySchedule, fc.integer({ min: 1, max: 200 }), (schedule, totalSteps) => {
    const rates = ratesOf(schedule, totalSteps, 0.01);
    for (const [i, rate] of rates.entries()) {
      ok(rate > 0 && rate <= 0.01 * (1 + 1e-12), `step ${i + 1} of ${totalSteps}: ${rate}`);
    }
    const top = rates.indexOf(Math.max(...rates));
    // It rises to one top and falls from there.
    for (let i = 1; i < rates.length; i++) {
      ok(i <= top ? rates[i]! >= rates[i - 1]! : rates[i]! <= rates[i - 1]!, `step ${i + 1}`);
    }
  }));
});

Deno.test("steps after the last have its rate", () => {
  for (const type of ["oneCycle", "cosine", "linear"] as const) {
    const at = (step: number) =>
      learningRateAt({ type, warmUp: 0.2 }, { step, totalSteps: 9, learningRate: 1 });
    strictEqual(at(10), at(9));
    strictEqual(at(1000), at(9));
  }
});

Deno.test("a constant rate keeps its bits", () => {
  const schedule = { type: "constant" } as const;
  strictEqual(learningRateAt(schedule, { step: 7, totalSteps: 9, learningRate: 0.1 }), 0.1);
});

Deno.test("anything but a schedule is refused with the field", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /schedule is missing/],
    ["oneCycle", /schedule is "oneCycle"/],
    [{}, /schedule\.type is missing, expected one of constant, oneCycle/],
    [{ type: "step" }, /schedule\.type is "step"/],
    [{ type: "constant", warmUp: 0.1 }, /unknown field "warmUp"/],
    [{ type: "oneCycle", warmUp: 1 }, /schedule\.warmUp is 1, expected a number >= 0 and < 1/],
    [{ type: "oneCycle", warmUp: NaN }, /schedule\.warmUp is NaN/],
    [{ type: "oneCycle", warmUp: "0.1" }, /schedule\.warmUp is "0.1"/],
    [{ type: "exponential" }, /schedule\.end is missing/],
    [{ type: "exponential", end: 0 }, /schedule\.end is 0, expected a number > 0 and <= 1/],
  ];
  for (const [value, message] of cases) {
    throws(() => parseSchedule(value), (error) => {
      ok(error instanceof RangeError);
      ok(message.test(error.message), error.message);
      return true;
    });
  }
  fc.assert(fc.property(anySchedule, (schedule) => {
    const text = JSON.stringify(schedule);
    strictEqual(JSON.stringify(parseSchedule(JSON.parse(text))), text);
  }));
});
