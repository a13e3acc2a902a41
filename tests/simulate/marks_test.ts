import { ok } from "node:assert";
import { pearson } from "../../src/metrics/pearson.ts";
import { simulate } from "../../src/simulate/simulation.ts";

const BINS = 100;
const MARKS = 5;
const [K27ME3, K36ME3, K4ME1, K4ME3, K9ME3] = [0, 1, 2, 3, 4];

const simulation = simulate({
  cellTypes: 4,
  genes: 600,
  newGenes: 0,
  depthSpread: 0,
  enrichmentSpread: 0,
});
const blocks = [...simulation.blocks("train")];
const rows = [...simulation.rows("train")];

/** Mean counts of a mark, `[bin]`, over the rows that `accepts` takes. */
function meanProfile(mark: number, accepts: (row: (typeof rows)[number]) => boolean): Float64Array {
  const sums = new Float64Array(BINS);
  let taken = 0;
  let row = 0;
  for (const { genes, signal } of blocks) {
    for (let gene = 0; gene < genes.length; gene++) {
      if (!accepts(rows[row++]!)) continue;
      taken++;
      for (let bin = 0; bin < BINS; bin++) {
        sums[bin]! += signal[(gene * BINS + bin) * MARKS + mark]!;
      }
    }
  }
  return sums.map((sum) => sum / taken);
}

/** Total count of a mark in the window, `[row]`. */
function windowSums(mark: number): number[] {
  return blocks.flatMap(({ genes, signal }) =>
    genes.map((_, gene) => {
      let sum = 0;
      for (let bin = 0; bin < BINS; bin++) sum += signal[(gene * BINS + bin) * MARKS + mark]!;
      return sum;
    })
  );
}

function meanOf(values: Float64Array, start = 0, end = values.length): number {
  return values.slice(start, end).reduce((sum, value) => sum + value, 0) / (end - start);
}

const isPlus = (row: { strand: 1 | -1 }) => row.strand === 1;
const isMinus = (row: { strand: 1 | -1 }) => row.strand === -1;

Deno.test("about half of the genes are on each strand", () => {
  const share = rows.filter(isPlus).length / rows.length;
  ok(Math.abs(share - 0.5) < 4 * Math.sqrt(0.25 / 600), `share of plus is ${share}`);
});

Deno.test("H3K4me3 peaks at the TSS, slightly downstream on either strand", () => {
  const peakBin = (profile: Float64Array) => profile.indexOf(Math.max(...profile));
  const plus = meanProfile(K4ME3, isPlus);
  const minus = meanProfile(K4ME3, isMinus);
  ok(peakBin(plus) >= 50 && peakBin(plus) <= 55, `plus-strand peak is in bin ${peakBin(plus)}`);
  ok(peakBin(minus) >= 44 && peakBin(minus) <= 49, `minus-strand peak: bin ${peakBin(minus)}`);
  ok(Math.max(...plus) > 20 * meanOf(plus, 0, 15), "the peak stands out of the background");
});

Deno.test("H3K4me1 has two flanks with a dip at the TSS", () => {
  const profile = meanProfile(K4ME1, () => true);
  const tss = meanOf(profile, 48, 52);
  ok(meanOf(profile, 34, 42) > 1.5 * tss);
  ok(meanOf(profile, 58, 66) > 1.5 * tss);
});

Deno.test("H3K36me3 is over the body: to the right on the plus strand, to the left on the minus", () => {
  const plus = meanProfile(K36ME3, isPlus);
  const minus = meanProfile(K36ME3, isMinus);
  ok(meanOf(plus, 60, 100) > 1.3 * meanOf(plus, 0, 50));
  ok(meanOf(minus, 0, 40) > 1.3 * meanOf(minus, 50, 100));
});

Deno.test("marks of active genes rise with activity, H3K27me3 falls", () => {
  const activity = rows.map((row) => row.activity);
  const logOf = (mark: number) => windowSums(mark).map(Math.log1p);
  ok(pearson(logOf(K4ME3), activity) > 0.7);
  ok(pearson(logOf(K4ME1), activity) > 0.4);
  ok(pearson(logOf(K36ME3), activity) > 0.5);
  ok(pearson(logOf(K27ME3), activity) < -0.15);
});

Deno.test("there is a gap at the TSS of active genes, and none at silent ones", () => {
  const depthOf = (accepts: (row: (typeof rows)[number]) => boolean) => {
    const profile = meanProfile(K9ME3, accepts);
    return meanOf(profile, 48, 52) / meanOf(profile, 30, 70);
  };
  ok(depthOf((row) => row.activity > 0.5) < 0.8);
  ok(depthOf((row) => row.activity < -1.5) > 0.9);
});

Deno.test("depth scales the counts of every mark", () => {
  const [deep] = simulate({ cellTypes: 1, genes: 300, depth: 10, depthSpread: 0 }).blocks("train");
  const [plain] = simulate({ cellTypes: 1, genes: 300, depthSpread: 0 }).blocks("train");
  for (let mark = 0; mark < MARKS; mark++) {
    const sum = (signal: Uint32Array) =>
      signal.reduce((total, count, i) => i % MARKS === mark ? total + count : total, 0);
    const ratio = sum(deep!.signal) / sum(plain!.signal);
    ok(Math.abs(ratio - 10) < 0.2, `mark ${mark}: ratio is ${ratio}`);
  }
});

Deno.test("enrichment scales the signal and not the background", () => {
  const { enrichments } = simulation.truth();
  ok(Object.values(enrichments).every((byMark) => Object.values(byMark).every((x) => x === 1)));
  const wide = simulate({ cellTypes: 40, genes: 1, newGenes: 1, newCellTypes: 0 }).truth();
  const logs = Object.values(wide.enrichments).map((byMark) => Math.log(byMark.H3K4me3!));
  const deviation = Math.sqrt(logs.reduce((sum, value) => sum + value ** 2, 0) / logs.length);
  // 1.25 times the option's 0.4, with four standard errors.
  ok(Math.abs(deviation - 0.5) < 4 * 0.5 / Math.sqrt(2 * logs.length), `deviation ${deviation}`);
});

Deno.test("each sample has its own depth", () => {
  const { depths } = simulate({ cellTypes: 40, genes: 1, newGenes: 1, newCellTypes: 2 }).truth();
  const logs = Object.values(depths).flatMap((byMark) => Object.values(byMark).map(Math.log));
  ok(logs.length === 42 * MARKS);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length;
  ok(Math.abs(mean + 0.2 ** 2 / 2) < 4 * 0.2 / Math.sqrt(logs.length), `mean is ${mean}`);
  ok(Math.abs(Math.sqrt(variance) - 0.2) < 4 * 0.2 / Math.sqrt(2 * logs.length));
});
