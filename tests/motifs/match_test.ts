import { ok, strictEqual, throws } from "node:assert";
import { matchMotif } from "../../src/motifs/match.ts";
import { type Motif, reverseComplement } from "../../src/motifs/motif.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { SIMULATED_MOTIFS } from "../../src/simulate/sequence/motifs.ts";

const KNOWN: readonly Motif[] = SIMULATED_MOTIFS;

/** A motif of random words, as strict as the known ones. */
function randomMotif(width: number, stream: RandomStream): Motif {
  const matrix = Array.from({ length: width }, () => {
    const letter = stream.below(4);
    return [0, 1, 2, 3].map((each) => each === letter ? 0.94 : 0.02);
  });
  return { name: "random", matrix };
}

Deno.test("a part of each known motif matches it, on either strand and at its offset", () => {
  for (const motif of KNOWN) {
    const part = { name: "part", matrix: motif.matrix.slice(1, 7) };
    const match = matchMotif(part, KNOWN, { shuffles: 500 });
    strictEqual(match?.name, motif.name);
    strictEqual(match.offset, 1);
    strictEqual(match.overlap, 6);
    ok(match.p < 0.02, `${motif.name}: ${match.p}`);
    const turned = matchMotif(reverseComplement(part), KNOWN, { shuffles: 500 });
    strictEqual(turned?.name, motif.name);
    ok(Math.abs(turned.score - match.score) < 1e-9);
  }
});

Deno.test("a motif that reads the same on both strands matches on the first", () => {
  const matrix = KNOWN.find(({ name }) => name === "planted3")!.matrix;
  strictEqual(matchMotif({ name: "palindrome", matrix }, KNOWN)?.strand, "+");
});

Deno.test("random motifs are as alike as their p-values say", () => {
  const stream = new RandomStream(deriveKey(1, "random motifs"));
  const trials = 200;
  let [low, half, lowOfAll] = [0, 0, 0];
  for (let i = 0; i < trials; i++) {
    const motif = randomMotif(6, stream);
    const match = matchMotif(motif, KNOWN.slice(0, 1), { shuffles: 200, seed: i });
    if (match!.p <= 0.1) low++;
    if (match!.p <= 0.6) half++;
    if (matchMotif(motif, KNOWN, { shuffles: 200, seed: i })!.pOfAll <= 0.1) lowOfAll++;
  }
  // Of 200 trials at a rate of 0.1, three standard errors are 0.064. Equal scores make p-values greater than need be.
  ok(low <= 0.164 * trials && low >= 0.02 * trials, `${low}`);
  ok(half >= 0.35 * trials, `${half}`);
  ok(lowOfAll <= 0.164 * trials, `${lowOfAll}`);
});

Deno.test("there is no match without known motifs, and options are checked", () => {
  const motif = { name: "a", matrix: [[1, 0, 0, 0]] };
  strictEqual(matchMotif(motif, []), undefined);
  throws(() => matchMotif(motif, KNOWN, { shuffles: 0 }), /shuffles is 0/);
  throws(() => matchMotif(motif, KNOWN, { leastOverlap: 1.5 }), /leastOverlap is 1.5/);
  // A motif that is shorter than the least overlap lies on others whole.
  strictEqual(matchMotif(motif, KNOWN)?.overlap, 1);
});
