import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import {
  fillBackground,
  insertRepeats,
  makeRepeats,
} from "../../../src/simulate/sequence/background.ts";
import { SIMULATED_MOTIFS } from "../../../src/simulate/sequence/motifs.ts";
import { makeSequence, spellSequence } from "../../../src/simulate/sequence/sequence.ts";
import { drawSites, effectOfSites } from "../../../src/simulate/sequence/sites.ts";

/** Counts of letters after letters, `[former, letter]`, and of C followed by G. */
function pairs(codes: Uint8Array): number[][] {
  const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let i = 1; i < codes.length; i++) counts[codes[i - 1]!]![codes[i]!]!++;
  return counts;
}

/** How often G follows C, compared with what the shares of C and G say. */
function cpgRatio(codes: Uint8Array): number {
  const count = (letter: number) => codes.reduce((sum, code) => sum + (code === letter ? 1 : 0), 0);
  return pairs(codes)[1]![2]! * codes.length / (count(1) * count(2));
}

Deno.test("letters follow each other as often as the chains say, and CpG is rare outside islands", () => {
  const codes = new Uint8Array(400_000);
  const stream = new RandomStream(deriveKey(1, "test"));
  fillBackground(codes, { start: 0, end: 200_000 }, stream);
  const inside = pairs(codes.subarray(0, 200_000));
  const outside = pairs(codes.subarray(200_000));
  const share = (row: number[], letter: number) => row[letter]! / row.reduce((a, b) => a + b);
  const figures = [
    [share(inside[0]!, 2), 0.426],
    [share(inside[3]!, 1), 0.355],
    [share(outside[1]!, 2), 0.078],
    [share(outside[2]!, 3), 0.208],
  ];
  // 50,000 draws give a standard error of 0.0022.
  for (const [found, wanted] of figures) {
    ok(Math.abs(found! - wanted!) < 0.01, `${found} ${wanted}`);
  }
  ok(cpgRatio(codes.subarray(0, 200_000)) > 0.7);
  ok(cpgRatio(codes.subarray(200_000)) < 0.45);
});

Deno.test("sites are those that the motifs' laws say, and none overlaps another", () => {
  const genes = 20_000;
  const counts = SIMULATED_MOTIFS.map(() => 0);
  const offsets: number[][] = SIMULATED_MOTIFS.map(() => []);
  let minus = 0;
  for (let gene = 0; gene < genes; gene++) {
    const sites = drawSites(3, gene, { halfWidthBp: 1000 });
    const spans = sites.map(({ motif, offsetBp }) =>
      [offsetBp, offsetBp + SIMULATED_MOTIFS[motif]!.consensus.length] as const
    ).sort(([a], [b]) => a - b);
    for (let i = 1; i < spans.length; i++) ok(spans[i]![0] >= spans[i - 1]![1]);
    for (const { motif, offsetBp, strand } of sites) {
      counts[motif]!++;
      offsets[motif]!.push(offsetBp);
      if (SIMULATED_MOTIFS[motif]!.strand === "sense") strictEqual(strand, "+");
      else if (strand === "-") minus++;
    }
  }
  for (const [i, { share, meanBp, spreadBp, name }] of SIMULATED_MOTIFS.entries()) {
    ok(Math.abs(counts[i]! / genes - share) < 0.02, `${name}: ${counts[i]}`);
    const mean = offsets[i]!.reduce((a, b) => a + b) / offsets[i]!.length;
    ok(Math.abs(mean - meanBp) < spreadBp / 8, `${name}: ${mean}`);
  }
  const either = SIMULATED_MOTIFS.flatMap(({ strand }, i) => strand === "either" ? counts[i]! : []);
  ok(Math.abs(minus / either.reduce((a, b) => a + b) - 0.5) < 0.02);
});

Deno.test("the effects of sites have the mean 0 and the variance 1", () => {
  const effects = Array.from(
    { length: 40_000 },
    (_, gene) => effectOfSites(drawSites(5, gene, { halfWidthBp: 300 })),
  );
  const mean = effects.reduce((a, b) => a + b) / effects.length;
  const variance = effects.reduce((sum, x) => sum + (x - mean) ** 2, 0) / effects.length;
  ok(Math.abs(mean) < 0.02, `${mean}`);
  ok(Math.abs(variance - 1) < 0.03, `${variance}`);
});

Deno.test("a site has the letters of its motif, or their reverse complement", () => {
  const halfWidthBp = 400;
  const options = { seed: 2, halfWidthBp, cpgIsland: true, repeats: makeRepeats(2) };
  let [matching, letters] = [0, 0];
  for (let index = 0; index < 300; index++) {
    const sites = drawSites(2, index, { halfWidthBp });
    const { codes } = makeSequence("ENSG00000000003", { ...options, index, sites });
    for (const { motif, offsetBp, strand } of sites) {
      const { consensus } = SIMULATED_MOTIFS[motif]!;
      const start = halfWidthBp + offsetBp;
      const found = [...codes.subarray(start, start + consensus.length)];
      const read = strand === "+" ? found : found.toReversed().map((code) => 3 - code);
      for (const [i, code] of read.entries()) {
        letters++;
        if ("ACGT"[code] === consensus[i]) matching++;
      }
    }
  }
  // The mean of the probabilities of the letters of the consensus is above 0.9.
  ok(matching / letters > 0.88, `${matching} of ${letters}`);
});

Deno.test("repeats keep away from the TSS, are copies of few sequences, and are spelt in lower case", () => {
  const repeats = makeRepeats(4);
  const options = { seed: 4, halfWidthBp: 5000, index: 7, cpgIsland: false, sites: [], repeats };
  const sequence = makeSequence("ENSG00000000003", options);
  ok(sequence.repeats.length > 2);
  for (const { start, end } of sequence.repeats) {
    ok(start >= 0 && end <= 10_000 && end > start);
    ok(end <= 4500 || start >= 5500, `${start} to ${end}`);
  }
  const text = new TextDecoder().decode(spellSequence(sequence));
  strictEqual(text.length, 10_000);
  const lower = [...text].filter((letter) => letter !== letter.toUpperCase()).length;
  strictEqual(lower, sequence.repeats.reduce((sum, { start, end }) => sum + end - start, 0));
  deepStrictEqual([...text.toUpperCase()].map((letter) => "ACGT".indexOf(letter)), [
    ...sequence.codes,
  ]);
  // A copy is much more like its consensus than random letters are.
  const codes = new Uint8Array(4000);
  const [span] = insertRepeats(codes, repeats, new RandomStream([1, 2]));
  const copy = [...codes.subarray(span!.start, span!.end)];
  const alike = (consensus: readonly number[]) =>
    Math.max(
      ...consensus.map((_, first) =>
        first + copy.length > consensus.length
          ? 0
          : copy.filter((code, i) => code === consensus[first + i]).length / copy.length
      ),
    );
  const best = Math.max(
    ...repeats.flatMap((each) => [
      alike([...each]),
      alike([...each].toReversed().map((code) => 3 - code)),
    ]),
  );
  ok(best > 0.75, `${best}`);
});
