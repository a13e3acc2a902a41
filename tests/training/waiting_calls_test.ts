import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { PredictorCall } from "../../src/training/_predictor_call.ts";
import { type CallPart, FEW, shareRoom, WaitingCalls } from "../../src/training/_waiting_calls.ts";
import { packedSignal } from "../helpers/packed.ts";

const DATA = new Dataset(
  simulateColumns({ cellTypes: 2, genes: 200, newGenes: 1, newCellTypes: 0, bins: 4 }).train,
);

/** A call of some samples; without a signal in memory it cannot be computed together with others. */
function callOf(samples: number, { isAlone = false, path = "direct" as const } = {}) {
  const data = DATA.slice(0, samples);
  const { bins, record } = DATA.columns;
  const signal = packedSignal(DATA.columns);
  const marks = record.marks.length;
  const whole = memorySource({ signal, labels: undefined, bins, marks, transform: "none" });
  const { resident: _, ...gathered } = whole;
  const source = isAlone ? { ...gathered, gather: whole.gather } : whole;
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  return new PredictorCall({
    data,
    sources: [source],
    order,
    path,
    onProgress: undefined,
  });
}

Deno.test("room is shared so that nobody gets more than wanted and none of it is left over", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 20, max: 300 }),
      (wanted, room) => {
        const shares = shareRoom(wanted, room);
        const all = wanted.reduce((sum, value) => sum + value, 0);
        strictEqual(shares.reduce((sum, value) => sum + value, 0), Math.min(all, room));
        ok(shares.every((share, i) => share >= 1 && share <= wanted[i]!));
        // Who gets less than wanted gets as much as anybody, but for one.
        const most = Math.max(...shares);
        ok(shares.every((share, i) => share === wanted[i] || share >= most - 1));
      },
    ),
  );
});

/** How many samples each call of a turn has. */
function sizesOf(parts: readonly CallPart[]): number[] {
  return parts.map(({ positions }) => positions.length);
}

Deno.test("a call of one sample has its turn beside those of many, which continue after others", () => {
  const waiting = new WaitingCalls();
  const [many, one, some] = [callOf(300), callOf(1), callOf(40)];
  for (const call of [many, one, some]) waiting.add(call);
  const first = waiting.take(100);
  deepStrictEqual(first.map(({ call }) => call), [one, many, some]);
  deepStrictEqual(sizesOf(first), [1, 59, 40]);
  const late = callOf(2);
  waiting.add(late);
  const second = waiting.take(100);
  deepStrictEqual(second.map(({ call }) => call), [late, many]);
  deepStrictEqual([...second[1]!.positions], Array.from({ length: 98 }, (_, i) => 59 + i));
  waiting.remove(many);
  deepStrictEqual(waiting.take(100), []);
  ok(waiting.isEmpty);
});

Deno.test("large calls are not divided into crumbs, and small ones do not take all of the room", () => {
  const waiting = new WaitingCalls();
  const large = Array.from({ length: 10 }, () => callOf(200));
  const small = Array.from({ length: 80 }, () => callOf(1));
  for (const call of large.concat(small)) waiting.add(call);
  const turn = waiting.take(100);
  deepStrictEqual(sizesOf(turn), Array(50).fill(1).concat([25, 25]));
  deepStrictEqual(turn.slice(50).map(({ call }) => call), large.slice(0, 2));
  deepStrictEqual(sizesOf(waiting.take(100)), Array(30).fill(1).concat([35, 35]));
  // Nobody else is there: the small ones have all of it.
  const others = new WaitingCalls();
  for (let i = 0; i < 120; i++) others.add(callOf(1));
  deepStrictEqual([others.take(100).length, others.take(100).length], [100, 20]);
});

Deno.test("every call is finished, by turns that are full as long as enough wait", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: FEW, max: 300 }),
      (sizes, room) => {
        const waiting = new WaitingCalls();
        for (const size of sizes) waiting.add(callOf(size));
        let left = sizes.reduce((sum, size) => sum + size, 0);
        while (!waiting.isEmpty) {
          const taken = sizesOf(waiting.take(room)).reduce((sum, size) => sum + size, 0);
          ok(taken <= room && taken > Math.min(left, room) - FEW, `${taken} of ${left}`);
          left -= taken;
        }
        strictEqual(left, 0);
      },
    ),
  );
});

Deno.test("calls that cannot be computed together take turns in the order in which they came", () => {
  const waiting = new WaitingCalls();
  const [long, first, second, alone] = [
    callOf(90),
    callOf(3, { isAlone: true }),
    callOf(2),
    callOf(5, { isAlone: true }),
  ];
  for (const call of [long, first, second, alone]) waiting.add(call);
  const turns = Array.from({ length: 5 }, () => waiting.take(30).map(({ call }) => call));
  deepStrictEqual(turns, [[second, long], [first], [alone], [long], [long]]);
});
