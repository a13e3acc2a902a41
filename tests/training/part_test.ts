/** Runs that several machines share: each trains a part, and what they keep becomes one result. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { fitEnsemble } from "../../src/training/ensemble.ts";
import type { FitCheckpoint, RunPart } from "../../src/training/fit_types.ts";
import { joinParts, PartFinished } from "../../src/training/part.ts";

const DATA = new Dataset(simulateColumns({ cellTypes: 3, genes: 20, newGenes: 1, bins: 20 }).train);
const SETTINGS = {
  engine: "wasm",
  epochs: 3,
  batchSize: 16,
  members: 5,
  geneEffects: true,
  validation: DATA,
  earlyStopping: { patience: 1, restoreBest: true },
} as const;

/** Trains a part, and returns all checkpoints on its way, as files hold them. */
async function trainPart(part: RunPart, options = {}): Promise<FitCheckpoint[]> {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  const checkpoint = {
    part,
    save: async (state: FitCheckpoint) => void kept.push(await encodeCheckpoint(state)),
  };
  const ended = fitEnsemble("experiment1", DATA, { ...SETTINGS, checkpoint, ...options });
  ok(await ended.catch((error) => error) instanceof PartFinished);
  return await Promise.all(kept.map((bytes) => decodeCheckpoint(bytes)));
}

Deno.test("parts in any order, resumed from any checkpoint, give the result of one call, bit for bit", async () => {
  const whole = await fitEnsemble("experiment1", DATA, SETTINGS);
  const parts: FitCheckpoint[] = [];
  for (const part of [[3, 5], [0, 1], [1, 3]] as const) {
    const kept = await trainPart(part, { threads: 1 + part[0] % 2 });
    ok(kept.length > 2);
    for (const resume of kept) {
      const again = await trainPart(part, { resume });
      // Times differ.
      const states = ({ runs }: FitCheckpoint) => runs.map(({ state }) => state);
      deepStrictEqual(states(again.at(-1)!), states(kept.at(-1)!));
    }
    parts.push(kept.at(-1)!);
  }
  const resume = joinParts(parts);
  const started: string[] = [];
  const joined = await fitEnsemble("experiment1", DATA, {
    ...SETTINGS,
    resume,
    onStart: ({ device }) => void started.push(device),
    onEpoch: () => {
      throw new Error("something was trained again");
    },
  });
  strictEqual(started.length, 1);
  strictEqual(joined.length, whole.length);
  for (const [i, { model, history, interrupted, engine, device }] of joined.entries()) {
    deepStrictEqual(model, whole[i]!.model);
    const losses = (records: typeof history) =>
      records.map(({ loss, validationLoss }) => [loss, validationLoss]);
    deepStrictEqual(losses(history), losses(whole[i]!.history));
    deepStrictEqual([interrupted, engine, device], [false, whole[i]!.engine, whole[i]!.device]);
  }
});

Deno.test("parts that are missing, twice, unfinished or of other runs are not joined", async () => {
  const options = { epochs: 1, members: 3 };
  const last = async (part: RunPart, more = {}) =>
    (await trainPart(part, { ...options, ...more })).at(-1)!;
  const [a, b, c] = [await last([0, 1]), await last([1, 2]), await last([2, 3])];
  strictEqual(joinParts([c, a, b]).runs.length, 3);
  throws(() => joinParts([]), /found no checkpoint/);
  throws(() => joinParts([a, c]), /found runs 3 to 3, expected runs from 2 on/);
  throws(() => joinParts([a, b, b, c]), /found runs 2 to 2, expected runs from 3 on/);
  throws(() => joinParts([b, c]), /expected runs from 1 on/);
  const other = await last([2, 3], { seed: 7 });
  throws(() => joinParts([a, b, other]), /runs 3 to 3 are of another model, settings or samples/);
  const [unfinished] = await trainPart([2, 3], options);
  throws(() => joinParts([a, b, unfinished!]), /runs 3 to 3 are not finished/);
  const { part: _, ...whole } = a;
  throws(() => joinParts([whole]), /a checkpoint is of all runs/);
  // Too few for the call that resumes from them.
  const resume = joinParts([a, b]);
  const fit = (more: object) => fitEnsemble("experiment1", DATA, { ...SETTINGS, ...more });
  await rejects(fit({ ...options, resume }), /Cannot resume: the checkpoint has 2 runs/);
  await rejects(fit({ ...options, resume: a }), /of runs 1 to 1 of 3, expected 1 to 3/);
});

Deno.test("a part that does not exist, or other arithmetic than the other parts', is refused before training", async () => {
  const save = () => Promise.reject(new Error("it was trained"));
  for (const part of [[0, 0], [2, 1], [-1, 1], [4, 6], [0.5, 1]] as const) {
    const checkpoint = { save, part };
    await rejects(fitEnsemble("experiment1", DATA, { ...SETTINGS, checkpoint }), {
      name: "RangeError",
    });
  }
  const checkpoint = { save, part: [0, 1] as const, arithmetic: "that of an abacus" };
  await rejects(fitEnsemble("experiment1", DATA, { ...SETTINGS, checkpoint }), /an abacus/);
});

Deno.test("a part that is stopped keeps its progress and throws the reason", async () => {
  const stop = new AbortController();
  let kept: FitCheckpoint | undefined;
  const reason = new Error("enough");
  const options = {
    ...SETTINGS,
    stop: stop.signal,
    onEpoch: () => stop.abort(reason),
    checkpoint: {
      part: [1, 2] as const,
      save: (state: FitCheckpoint) => Promise.resolve(void (kept = structuredClone(state))),
    },
  };
  await rejects(fitEnsemble("experiment1", DATA, options), reason);
  strictEqual(kept?.epoch, 1);
  const resumed = await trainPart([1, 2], { resume: kept });
  const [whole] = (await trainPart([1, 2])).slice(-1);
  deepStrictEqual(resumed.at(-1)!.runs[0]!.state, whole!.runs[0]!.state);
});

Deno.test("a survey says what would be trained, in measured seconds, and trains nothing", async () => {
  const found: { seed: number; samples: number; epochs: number; seconds: number }[] = [];
  const checkpoint = {
    save: () => Promise.reject(new Error("it was trained")),
    survey: (runs: readonly typeof found[number][]) => Promise.resolve(void found.push(...runs)),
  };
  const options = { ...SETTINGS, seed: 3, members: 2, checkpoint };
  await rejects(fitEnsemble("experiment1", DATA, options), { name: "PartFinished" });
  deepStrictEqual(found.map(({ seed, samples, epochs }) => [seed, samples, epochs]), [
    [3, DATA.length, 3],
    [4, DATA.length, 3],
  ]);
  ok(found.every(({ seconds }) => seconds > 0 && Number.isFinite(seconds)));
});
