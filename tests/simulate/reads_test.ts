import { ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { NegativeBinomial } from "../../src/simulate/distributions.ts";
import { drawCounts, drawReaching, OVERLAP } from "../../src/simulate/reads.ts";

/** Counts of one mark at a constant rate, `[bin]`. */
function drawFlat(rate: number, options: { bins: number; size: number }): Uint32Array {
  const { bins, size } = options;
  const counts = new Uint32Array(bins);
  drawCounts(new Float64Array(bins).fill(rate), counts, {
    stream: new RandomStream(deriveKey(8, "flat", Math.round(100 * rate), size)),
    marks: 1,
    starts: new NegativeBinomial(size),
  });
  return counts;
}

Deno.test("counts have the expected mean at every rate, and the variance of reads in one or two bins", () => {
  const bins = 200_000;
  for (const size of [2, 20]) {
    for (const rate of [0.3, 2, 9, 30, 400]) {
      const counts = drawFlat(rate, { bins, size });
      const mean = counts.reduce((sum, count) => sum + count, 0) / bins;
      const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / bins;
      // Of N reads that start in a bin, 35% also count in the next: the variance is that of N + binomial(N', 0.35).
      const starting = rate / (1 + OVERLAP);
      const excess = starting ** 2 / size;
      const variance = starting + excess + OVERLAP * starting + OVERLAP ** 2 * excess;
      const error = Math.sqrt(variance / bins * (1 + OVERLAP) ** 2);
      ok(Math.abs(mean - rate) < 5 * error, `rate ${rate}, size ${size}: mean ${mean}`);
      ok(
        Math.abs(squares / variance - 1) < 0.05,
        `rate ${rate}, size ${size}: variance ${squares}, expected ${variance}`,
      );
    }
  }
});

Deno.test("neighbouring bins share reads, others do not, below and above the change of method", () => {
  const bins = 200_000;
  for (const rate of [1, 8, 40]) {
    const counts = drawFlat(rate, { bins, size: 1e9 });
    const correlationAt = (lag: number) => {
      let products = 0;
      let squares = 0;
      for (let bin = 0; bin < bins; bin++) {
        squares += (counts[bin]! - rate) ** 2;
        if (bin >= lag) products += (counts[bin]! - rate) * (counts[bin - lag]! - rate);
      }
      return products / squares;
    };
    ok(Math.abs(correlationAt(1) - OVERLAP / (1 + OVERLAP)) < 5 / Math.sqrt(bins), `rate ${rate}`);
    ok(Math.abs(correlationAt(2)) < 5 / Math.sqrt(bins), `rate ${rate}`);
  }
});

Deno.test("no more reads reach into the next bin than start, and a third of many do", () => {
  const stream = new RandomStream(deriveKey(9));
  strictEqual(drawReaching(stream, 0), 0);
  for (const reads of [1, 2, 31, 32, 33, 1000]) {
    let sum = 0;
    for (let i = 0; i < 4000; i++) {
      const reaching = drawReaching(stream, reads);
      ok(reaching >= 0 && reaching <= reads);
      sum += reaching;
    }
    const error = Math.sqrt(reads * OVERLAP * (1 - OVERLAP) / 4000);
    ok(Math.abs(sum / 4000 - OVERLAP * reads) < 5 * error, `${reads} reads: ${sum / 4000}`);
  }
});

Deno.test("marks do not share reads, and no signal gives no reads", () => {
  const counts = new Uint32Array(200);
  const rates = Float64Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? 0 : 50);
  const stream = new RandomStream(deriveKey(10));
  drawCounts(rates, counts, { stream, marks: 2, starts: new NegativeBinomial(20) });
  ok(counts.every((count, i) => i % 2 === 0 ? count === 0 : count > 0));
});
