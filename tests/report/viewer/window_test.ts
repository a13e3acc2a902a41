import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  clampDomain,
  describeGenomeSpan,
  describeSpan,
  distanceTicks,
  formatBp,
  genomeTicks,
  roundTicks,
  type ViewWindow,
  zoomDomain,
} from "../../../src/report/viewer/window.ts";

const WINDOW: ViewWindow = {
  bins: 100,
  binBp: 100,
  startBp: -5000,
  centre: "TSS",
  genome: { chromosome: "chr1", edge: 1_005_001, direction: -1 },
  leastBins: 5,
};

Deno.test("a domain stays in the window and is never too narrow", () => {
  const place = fc.double({ min: -300, max: 300, noNaN: true });
  fc.assert(fc.property(place, place, (start, end) => {
    const found = clampDomain({ start, end }, WINDOW);
    ok(found.start >= 0 && found.end <= 100 + 1e-9);
    ok(found.end - found.start >= 5 - 1e-9);
    // Once more changes nothing.
    const again = clampDomain(found, WINDOW);
    ok(Math.abs(again.start - found.start) + Math.abs(again.end - found.end) < 1e-9);
  }));
  deepStrictEqual(clampDomain({ start: -20, end: 20 }, WINDOW), { start: 0, end: 40 });
  deepStrictEqual(clampDomain({ start: 50, end: 50 }, WINDOW), { start: 47.5, end: 52.5 });
  deepStrictEqual(clampDomain({ start: 0, end: 1 }, { bins: 3, leastBins: 5 }), {
    start: 0,
    end: 3,
  });
});

Deno.test("zooming keeps its anchor where it is", () => {
  const { start, end } = zoomDomain({ start: 20, end: 60 }, { factor: 0.5, anchor: 30 });
  deepStrictEqual([start, end], [25, 45]);
  strictEqual((30 - start) / (end - start), (30 - 20) / (60 - 20));
});

Deno.test("ticks are round whole numbers within the range, as many as fit", () => {
  deepStrictEqual(roundTicks(-5000, { high: 5000, most: 4 }), [-5000, -2500, 0, 2500, 5000]);
  deepStrictEqual(roundTicks(1, { high: 4, most: 20 }), [1, 2, 3, 4]);
  const base = fc.integer({ min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(
      base,
      fc.integer({ min: 1, max: 1e7 }),
      fc.integer({ min: 1, max: 20 }),
      (low, width, most) => {
        const ticks = roundTicks(low, { high: low + width, most });
        ok(ticks.length <= most + 1);
        ok(ticks.every((tick) => Number.isInteger(tick) && tick >= low && tick <= low + width));
        ok(new Set(ticks.slice(1).map((tick, i) => tick - ticks[i]!)).size <= 1);
      },
    ),
  );
});

Deno.test("the axes name the centre, and coordinates fall where the gene runs backwards", () => {
  const whole = { start: 0, end: 100, most: 4 };
  deepStrictEqual(distanceTicks(WINDOW, whole).map(({ text }) => text), [
    "−5,000",
    "−2,500",
    "TSS",
    "+2,500",
    "+5,000",
  ]);
  const ticks = genomeTicks(WINDOW, whole);
  deepStrictEqual(ticks.map(({ text }) => text), [
    "997,500",
    "1,000,000",
    "1,002,500",
    "1,005,000",
  ]);
  ok(ticks.every(({ share }, i) => i === 0 || share < ticks[i - 1]!.share));
  deepStrictEqual(genomeTicks({ ...WINDOW, genome: null }, whole), []);
});

Deno.test("spans are said in distances, and in the genome from the first base to the last", () => {
  const span = { start: 49, end: 51 };
  strictEqual(describeSpan(WINDOW, span), "−100 to +100 bp");
  // Bases 1,000,001 less 100 to 1,000,000 and 100, numbered from 1.
  strictEqual(describeGenomeSpan(WINDOW, span), "chr1:999,902–1,000,101");
  const early = { chromosome: "chrM", edge: -50, direction: 1 } as const;
  strictEqual(describeGenomeSpan({ ...WINDOW, genome: early }, { start: 0, end: 1 }), "chrM:1–50");
  strictEqual(describeGenomeSpan({ ...WINDOW, genome: null }, span), "");
  deepStrictEqual([-1234, 0, 1].map(formatBp), ["−1,234", "0", "+1"]);
});
