/** Gradients along paths by what an engine has for them, and by its gradients at each point. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { InputGradients, Session } from "../../src/engine/engine.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { pathGradients, type PathRequest } from "../../src/engine/path_gradients.ts";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../src/engine/wasm/engine.ts";
import { presetSpec } from "../../src/model/presets.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { ODD, ODD_BINARY, ODD_RECURRENT } from "../helpers/odd_specs.ts";
import { createRandom } from "../helpers/random_values.ts";
import { randomWeights } from "../helpers/random_weights.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";
import type { Progress } from "../../src/progress.ts";

const wasm = createWasmEngine();
const SAMPLES = 23;
const WAKAWAKA = presetSpec("wakawaka", { bins: 46 });

interface Opening {
  readonly engine?: typeof wasm;
  readonly threads?: number;
  readonly members?: number;
}

function open(
  spec: SequentialSpec,
  { engine = wasm, threads = 2, members = 1 }: Opening = {},
): Promise<Session> {
  return engine.createSession(spec, {
    members: Array.from({ length: members }, (_, member) => {
      return { weights: randomWeights(spec, member + 3), seed: 1, learningRate: 0.01 };
    }),
    batchSize: 20,
    threads,
  });
}

/** Paths from two baselines, to samples in another order. */
function requestFor(
  spec: SequentialSpec,
  { steps = 6, rows = allRows(SAMPLES).reverse() }: {
    readonly steps?: number;
    readonly rows?: Uint32Array;
  } = {},
): PathRequest {
  return {
    source: memorySource({ ...randomData(spec, SAMPLES), transform: "log1p" }),
    rows,
    baselines: { signal: Float32Array.from(createRandom(5)(2 * spec.bins * spec.marks)) },
    baselineOf: rows.map((row) => row % 2),
    fractions: Float64Array.from({ length: steps }, (_, step) => (step + 0.5) / steps),
    weights: new Float64Array(steps).fill(1 / steps),
  };
}

/** The same by the gradients at each point. */
async function byPoints(session: Session, request: PathRequest): Promise<InputGradients[]> {
  const { device, members } = session;
  const plain = {
    device,
    members,
    inputGradients: session.inputGradients.bind(session),
  } as unknown as Session;
  return await pathGradients(plain, request);
}

/** Shares of the largest: the middle one of all paths, and the largest. */
function distances(found: Float32Array, wanted: Float32Array): [middle: number, most: number] {
  const size = wanted.length / SAMPLES;
  const shares = Array.from({ length: SAMPLES }, (_, path) => {
    const own = wanted.subarray(path * size, (path + 1) * size);
    return largestDifference(found.subarray(path * size, (path + 1) * size), own) / magnitude(own);
  }).toSorted((a, b) => a - b);
  return [shares[Math.floor(SAMPLES / 2)]!, shares.at(-1)!];
}

for (const spec of [ODD, ODD_BINARY, WAKAWAKA]) {
  Deno.test(`wasm follows paths of "${spec.name}" to the gradients of their points`, async () => {
    await using session = await open(spec, { members: 2 });
    const request = requestFor(spec);
    const found = await session.pathGradients!(request);
    ok(found !== undefined, "the model is not served");
    deepStrictEqual(await pathGradients(session, request), found);
    const wanted = await byPoints(session, request);
    for (const [member, { signal }] of found.entries()) {
      const [middle, most] = distances(signal!, wanted[member]!.signal!);
      // A near tie in a pooling may fall the other way at one of six points.
      ok(middle <= 1e-5 && most <= 0.1, `${middle}, at most ${most} of the largest`);
      ok(most > 0, "they are computed in the same way");
    }
    ok(largestDifference(found[0]!.signal!, found[1]!.signal!) > 0.01);
  });

  Deno.test(`paths of "${spec.name}" have the same bits, however they are divided`, async () => {
    await using one = await open(spec, { threads: 1 });
    const request = requestFor(spec);
    const [wanted] = await pathGradients(one, request);
    const size = spec.bins * spec.marks;
    for (const threads of [1, 2, 3]) {
      await using session = await open(spec, { threads });
      deepStrictEqual((await pathGradients(session, request))[0], wanted, `${threads} threads`);
      for (const [first, end] of [[0, 1], [5, 6], [4, 19], [22, 23]] as const) {
        const part = {
          ...request,
          rows: request.rows.slice(first, end),
          baselineOf: request.baselineOf.slice(first, end),
        };
        const [own] = await pathGradients(session, part);
        deepStrictEqual(own!.signal, wanted!.signal!.slice(first * size, end * size));
      }
      const [none] = await pathGradients(session, requestFor(spec, { rows: new Uint32Array(0) }));
      strictEqual(none!.signal!.length, 0);
    }
  });
}

Deno.test("points of its own for each path, repeated rows, and a single point", async () => {
  await using session = await open(ODD);
  const rows = Uint32Array.of(3, 3, 0, 22, 3);
  for (const steps of [1, 2, 9]) {
    const request: PathRequest = {
      ...requestFor(ODD, { rows }),
      fractions: Float64Array.from(createRandom(1)(steps * rows.length), Math.abs),
      weights: Float64Array.from(createRandom(2)(steps)),
    };
    const [found] = await pathGradients(session, request);
    const [wanted] = await byPoints(session, request);
    const apart = largestDifference(found!.signal!, wanted!.signal!) / magnitude(wanted!.signal!);
    ok(apart <= 2e-5, `${apart} away with ${steps} points`);
  }
});

Deno.test("engines follow paths alike", async () => {
  const request = requestFor(ODD, { steps: 3 });
  await using session = await open(ODD);
  await using other = await open(ODD, { engine: createTfjsEngine("cpu") });
  strictEqual(other.pathGradients, undefined);
  const [[found], [wanted]] = [
    await pathGradients(session, request),
    await pathGradients(other, request),
  ];
  const [middle, most] = distances(found!.signal!, wanted!.signal!);
  ok(middle <= 1e-5 && most <= 1e-4, `${middle}, at most ${most} of the largest`);
});

Deno.test("a model or an input that wasm has no way for is followed point by point", async () => {
  await using session = await open(ODD_RECURRENT);
  const request = requestFor(ODD_RECURRENT, { steps: 3 });
  strictEqual(await session.pathGradients!(request), undefined);
  deepStrictEqual(await pathGradients(session, request), await byPoints(session, request));
  await using served = await open(ODD);
  const still = { ...requestFor(ODD, { steps: 3 }), baselines: {} };
  strictEqual(await served.pathGradients!(still), undefined);
  const [found] = await pathGradients(served, still);
  const [wanted] = await served.inputGradients(still.source, [still.rows]);
  ok(largestDifference(found!.signal!, wanted!.signal!) <= 1e-6 * magnitude(wanted!.signal!));
});

Deno.test("paths are followed with the weights of the moment: after training, restoring and a rest", async () => {
  await using session = await open(ODD);
  const request = requestFor(ODD);
  const compare = async () => {
    const [found] = await pathGradients(session, request);
    const [wanted] = await byPoints(session, request);
    const [middle] = distances(found!.signal!, wanted!.signal!);
    ok(middle <= 2e-5, `${middle} of the largest`);
    return found!.signal!;
  };
  const before = await compare();
  const states = structuredClone(await session.state());
  await session.runEpoch({ source: request.source, orders: [allRows(SAMPLES)], epoch: 0 });
  const after = await compare();
  ok(largestDifference(before, after) > 0.001 * magnitude(before));
  await session.rest!();
  deepStrictEqual(await compare(), after);
  await session.restore(states);
  deepStrictEqual(await compare(), before);
});

Deno.test("following paths stops when it is aborted, and reports the points done", async () => {
  const spec = presetSpec("wakawaka");
  await using session = await open(spec);
  const request = requestFor(spec, { steps: 50, rows: new Uint32Array(3000) });
  const wanted = await pathGradients(session, requestFor(spec));
  const seen: number[] = [];
  const controller = new AbortController();
  const onProgress = ({ done }: Progress) => {
    seen.push(done);
    if (done > 0) controller.abort(new Error("enough"));
  };
  await rejects(
    pathGradients(session, request, { onProgress, signal: controller.signal }),
    /enough/,
  );
  ok(seen.at(-1)! > 0 && seen.at(-1)! < 150_000, `it has reported ${seen}`);
  const ends: number[][] = [];
  const all = requestFor(spec);
  const report = ({ done, total }: Progress) => ends.push([done, total]);
  deepStrictEqual(await pathGradients(session, all, { onProgress: report }), wanted);
  deepStrictEqual(ends.at(-1), [6 * SAMPLES, 6 * SAMPLES]);
  const thrown = pathGradients(session, request, {
    onProgress: () => {
      throw new Error("mine");
    },
  });
  await rejects(thrown, /mine/);
});

Deno.test("paths that do not fit the data are refused", async () => {
  await using session = await open(ODD);
  const request = requestFor(ODD);
  const beyond = { ...request, rows: Uint32Array.from(request.rows, () => SAMPLES) };
  await rejects(pathGradients(session, beyond), /row 23 was requested, the data have 23 rows/);
  const unknown = { ...request, baselineOf: request.baselineOf.map(() => 2) };
  await rejects(pathGradients(session, unknown), /baseline 2 of signal was requested/);
});
