/** Each kind of edit against a linear model, whose effects are known exactly. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import type { EditStep } from "../../../src/explain/mod.ts";
import {
  BINS,
  effectsOf,
  linearColumns,
  linearData,
  linearModel,
  MARKS,
  predictByHand,
  randomWeights,
} from "./_linear.ts";

const WEIGHTS = randomWeights(5);
const MODEL = linearModel(WEIGHTS);

/** The counts of a sample as `[mark][bin]`, and back. */
const toProfiles = (counts: ArrayLike<number>) =>
  MARKS.map((_, mark) =>
    Array.from({ length: BINS }, (_, bin) => counts[bin * MARKS.length + mark]!)
  );
const toCounts = (profiles: readonly (readonly number[])[]) =>
  Array.from(
    { length: BINS * MARKS.length },
    (_, i) => profiles[i % MARKS.length]![Math.floor(i / MARKS.length)]!,
  );

/** Compares the effects of a step on the samples of a gene with what `change` does to their profiles. */
async function compare(
  step: EditStep | readonly EditStep[],
  gene: number,
  change: (profiles: number[][], position: number, data: Dataset) => void,
): Promise<void> {
  const data = linearData(2, 6);
  const steps = [step].flat() as readonly EditStep[];
  const effects = await effectsOf([MODEL], data, {
    edits: [{ id: "e", gene: `gene${gene}`, steps }],
  });
  deepStrictEqual(effects.map(({ position }) => position), [gene, gene + 6]);
  for (const { position, before, after, effect, low, draws } of effects) {
    const counts = data.countsOf(position);
    const profiles = toProfiles(counts);
    change(profiles, position, data);
    strictEqual(before, predictByHand(WEIGHTS, counts));
    strictEqual(after, predictByHand(WEIGHTS, toCounts(profiles)));
    strictEqual(effect, after - before);
    strictEqual(draws, 1);
    ok(Number.isNaN(low), "one model and no draws give no interval");
  }
}

const PLUS = 0;
const MINUS = 1;
const UNKNOWN = 2;

Deno.test("remove leaves no signal, in the range alone", async () => {
  await compare({ kind: "remove", marks: ["H3K9me3"] }, PLUS, (profiles) => profiles[1]!.fill(0));
  await compare({ kind: "remove" }, MINUS, (profiles) => profiles.forEach((each) => each.fill(0)));
  await compare(
    { kind: "remove", marks: ["H3K9me3", "H3K4me3"], startBin: 2, endBin: 5 },
    UNKNOWN,
    ([first, second]) => [first!, second!].forEach((each) => each.fill(0, 2, 5)),
  );
});

Deno.test("a range in base pairs runs along transcription", async () => {
  // Bins of 100 bp: 0 to 200 bp are the two bins after the middle, or before it on the minus strand.
  const step = { kind: "remove", marks: ["H3K4me3"], startBp: 0, endBp: 200 } as const;
  await compare(step, PLUS, ([first]) => first!.fill(0, 3, 5));
  await compare(step, MINUS, ([first]) => first!.fill(0, 1, 3));
  // A range that is the same on both strands needs none; it may reach past the window.
  const around = { ...step, startBp: -100, endBp: 100 };
  await compare(around, UNKNOWN, ([first]) => first!.fill(0, 2, 4));
  await compare(
    { kind: "remove", marks: ["H3K4me3"], startBp: -9000 },
    UNKNOWN,
    ([first]) => first!.fill(0),
  );
  await compare(
    { kind: "remove", marks: ["H3K4me3"], endBp: -100 },
    PLUS,
    ([first]) => first!.fill(0, 0, 2),
  );
});

Deno.test("scale multiplies counts", async () => {
  await compare(
    { kind: "scale", marks: ["H3K36me3"], factor: 2.5, startBin: 1 },
    PLUS,
    (profiles) => {
      for (let bin = 1; bin < BINS; bin++) profiles[2]![bin]! *= 2.5;
    },
  );
});

Deno.test("move slides signal along transcription, and fill says what enters at the window's end", async () => {
  const moved = (from: readonly number[], shift: number, entering: (bin: number) => number) =>
    from.map((_, bin) => from[bin - shift] ?? entering(bin - shift));
  const step = { kind: "move", marks: ["H3K4me3"], shiftBp: 200 } as const;
  await compare(step, PLUS, (profiles) => {
    const [first] = profiles as [number[]];
    profiles[0] = moved(first, 2, () => first[0]!);
  });
  await compare(step, MINUS, (profiles) => {
    const [first] = profiles as [number[]];
    profiles[0] = moved(first, -2, () => first[BINS - 1]!);
  });
  await compare({ ...step, shiftBp: -200, fill: "zero" }, PLUS, (profiles) => {
    profiles[0] = moved(profiles[0]!, -2, () => 0);
  });
  await compare({ kind: "move", shiftBins: 1, fill: "wrap" }, UNKNOWN, (profiles) => {
    for (const [mark, each] of profiles.entries()) {
      profiles[mark] = moved(each, 1, () => each[BINS - 1]!);
    }
  });
  // Within a range, real signal slides in from beside it.
  await compare({ kind: "move", marks: ["H3K9me3"], shiftBins: -1, startBin: 1, endBin: 3 }, PLUS, (
    profiles,
  ) => {
    const before = [...profiles[1]!];
    profiles[1]![1] = before[2]!;
    profiles[1]![2] = before[3]!;
  });
});

Deno.test("swap takes another sample's signal, turned round where its bins run the other way", async () => {
  const profilesOf = (data: Dataset, position: number) => toProfiles(data.countsOf(position));
  await compare(
    { kind: "swap", marks: ["H3K4me3"], fromGene: "SYM3" },
    PLUS,
    (profiles, position, data) => {
      profiles[0] = profilesOf(data, position + 3)[0]!;
    },
  );
  await compare(
    { kind: "swap", marks: ["H3K4me3"], fromGene: "gene4", startBin: 0, endBin: 2 },
    PLUS,
    (profiles, position, data) => {
      const other = profilesOf(data, position + 4)[0]!.toReversed();
      profiles[0]!.splice(0, 2, ...other.slice(0, 2));
    },
  );
  // Where a strand is not known, signal is taken as it is.
  await compare({ kind: "swap", fromGene: "gene5" }, MINUS, (profiles, position, data) => {
    profiles.splice(0, 3, ...profilesOf(data, position + 4));
  });
  await compare(
    { kind: "swap", marks: ["H3K9me3"], fromCellType: "cell1" },
    MINUS,
    (profiles, position, data) => {
      profiles[1] = profilesOf(data, position < 6 ? position + 6 : position)[1]!;
    },
  );
  await compare(
    { kind: "swap", marks: ["H3K9me3"], fromCellType: "cell0", fromGene: "gene1" },
    MINUS,
    (profiles, _, data) => {
      profiles[1] = profilesOf(data, 1)[1]!;
    },
  );
});

Deno.test("steps of one edit are made one after the other", async () => {
  await compare(
    [
      { kind: "scale", marks: ["H3K4me3"], factor: 3 },
      { kind: "move", marks: ["H3K4me3"], shiftBins: 1, fill: "zero" },
      { kind: "remove", marks: ["H3K9me3"], startBin: 5 },
    ],
    PLUS,
    (profiles) => {
      profiles[0] = [0, ...profiles[0]!.slice(0, -1).map((value) => 3 * value)];
      profiles[1]![5] = 0;
    },
  );
});

Deno.test("in transcript orientation all bins run along transcription, whatever the strand", async () => {
  const record = { ...linearColumns(1, 3).record, orientation: "transcript" as const };
  const data = new Dataset({ ...linearColumns(1, 3), record });
  const effects = await effectsOf([linearModel(WEIGHTS, { record })], data, {
    edits: [{ id: "e", steps: [{ kind: "remove", marks: ["H3K4me3"], startBp: 0 }] }],
  });
  strictEqual(effects.length, 3);
  for (const { position, after } of effects) {
    const profiles = toProfiles(data.countsOf(position));
    profiles[0]!.fill(0, 3);
    strictEqual(after, predictByHand(WEIGHTS, toCounts(profiles)));
  }
});

Deno.test("effects of a draw are those of real profiles: their mean and its interval are by hand too", async () => {
  const data = linearData(1, 9);
  const [position, draws] = [4, 8];
  // All other genes are drawn, so which ones is known.
  const [effect] = await effectsOf([MODEL], data, {
    edits: [{
      id: "e",
      gene: "gene4",
      steps: [{ kind: "replace", marks: ["H3K4me3"], like: "any" }],
    }],
    draws,
  });
  const own = toProfiles(data.countsOf(position));
  const wanted = [0, 1, 2, 3, 5, 6, 7, 8].map((other) => {
    const profile = toProfiles(data.countsOf(other))[0]!;
    // gene4 is on the minus strand: genes on the plus strand are turned round.
    const turned = other % 3 === 0 ? profile.toReversed() : profile;
    const edited = toCounts(own.with(0, turned));
    return predictByHand(WEIGHTS, edited) - predictByHand(WEIGHTS, data.countsOf(position));
  });
  const mean = wanted.reduce((sum, value) => sum + value, 0) / draws;
  const sd = Math.sqrt(wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
  strictEqual(effect!.draws, draws);
  ok(Math.abs(effect!.effect - mean) < 1e-9);
  ok(Math.abs(effect!.drawSd - sd) < 1e-9);
  const half = 2.3646242515927844 * sd / Math.sqrt(draws); // t of 0.975 with 7 degrees of freedom
  ok(Math.abs(effect!.high - mean - half) < 1e-9 && Math.abs(mean - effect!.low - half) < 1e-9);
  ok(Number.isNaN(effect!.modelSd));
});
