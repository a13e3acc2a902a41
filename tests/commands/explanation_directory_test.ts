/** The directory that `explain` writes: its blocks, how it resumes, and what it refuses. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import {
  type AttributionBlock,
  decodeBlock,
  encodeBlock,
} from "../../src/commands/_attribution_bytes.ts";
import {
  type ExplanationDirectory,
  openExplanation,
} from "../../src/commands/_explanation_directory.ts";
import type { Plan } from "../../src/commands/_explanation_plan.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

function makeBlock(first: number): AttributionBlock {
  return {
    rows: Uint32Array.of(first, first + 1),
    predictions: Float32Array.of(first / 3, 2),
    baselinePredictions: undefined,
    completenessErrors: Float32Array.of(NaN, 1e-4),
    inputs: {
      signal: {
        shape: [2, 1],
        values: Float32Array.of(first, 1, -2, 0.1),
        standardDeviations: undefined,
        qValues: Float32Array.of(1, NaN, 0.5, 0),
      },
      sequence: {
        shape: [1, 4],
        values: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
        standardDeviations: new Float32Array(8),
        qValues: undefined,
      },
    },
  };
}

const PLAN: Plan = { "--method": "gradient", "--steps": 50, "--seed": null };
const ORIGIN = { plan: "0123", block: 7 };

Deno.test("a block is the same after it was written and read", () => {
  const block = makeBlock(5);
  deepStrictEqual(decodeBlock(encodeBlock(block, ORIGIN), ORIGIN), block);
});

Deno.test("a block of other work, or that is damaged anywhere, is no block", () => {
  const bytes = encodeBlock(makeBlock(5), ORIGIN);
  strictEqual(decodeBlock(bytes, { ...ORIGIN, block: 8 }), undefined);
  strictEqual(decodeBlock(bytes, { ...ORIGIN, plan: "0124" }), undefined);
  for (let length = 0; length < bytes.length; length++) {
    strictEqual(decodeBlock(bytes.slice(0, length), ORIGIN), undefined, `${length} bytes`);
  }
  strictEqual(decodeBlock(Uint8Array.of(...bytes, 0), ORIGIN), undefined);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    strictEqual(decodeBlock(damaged, ORIGIN), undefined, `byte ${at}`);
  }
});

/** Opens a directory, does something with it, and gives it back. */
async function withExplanation<Value>(
  out: string,
  body: (directory: ExplanationDirectory) => Promise<Value>,
  { plan = PLAN, overwrite = false } = {},
): Promise<Value> {
  await using directory = await openExplanation(out, plan, { overwrite, blocks: 3 });
  return await body(directory);
}

Deno.test("blocks are kept until the record is written, whatever stops the command", () =>
  withDirectory(async (parent) => {
    const out = `${parent}/a/out`;
    await withExplanation(out, async ({ write, kept, isFinished }) => {
      deepStrictEqual([...kept, isFinished], [false]);
      await write(1, makeBlock(2));
    });
    deepStrictEqual(filesIn(parent), [
      "a/out/unfinished/000001.block",
      "a/out/unfinished/plan.json",
    ]);
    // A block that was being written, and one that the disk damaged.
    await Deno.writeTextFile(`${out}/unfinished/000002.block.0123abcd.part`, "x");
    await Deno.writeTextFile(`${out}/unfinished/000000.block`, "{}\n");
    await withExplanation(out, async ({ read, write, kept }) => {
      deepStrictEqual([...kept], [1]);
      deepStrictEqual(await read(1), makeBlock(2));
      await write(0, makeBlock(0));
      await rejects(read(2), /000002\.block: it was changed or removed/);
    });
    await withExplanation(out, async ({ kept, finish }) => {
      deepStrictEqual([...kept], [0, 1]);
      await finish({ done: true });
    });
    deepStrictEqual(filesIn(parent), ["a/out/explain.json"]);
    await rejects(
      withExplanation(out, () => Promise.resolve()),
      /already holds an explanation\. Name another --out, or add --overwrite/,
    );
  }));

Deno.test("work of which nothing was kept leaves nothing", () =>
  withDirectory(async (parent) => {
    await withExplanation(`${parent}/a/out`, () => Promise.resolve());
    deepStrictEqual(filesIn(parent), []);
  }));

Deno.test("a command that was stopped while it tidied up has finished", () =>
  withDirectory(async (parent) => {
    const out = `${parent}/out`;
    await withExplanation(out, ({ write }) => write(0, makeBlock(0)));
    await Deno.writeTextFile(`${out}/explain.json`, "{}");
    await withExplanation(out, async ({ isFinished, finish }) => {
      strictEqual(isFinished, true);
      await finish();
    });
    deepStrictEqual(filesIn(out), ["explain.json"]);
  }));

Deno.test("work of other settings is refused with the setting, or replaced if asked", () =>
  withDirectory(async (parent) => {
    const out = `${parent}/out`;
    await withExplanation(out, ({ write }) => write(0, makeBlock(0)));
    const nothing = () => Promise.resolve();
    for (
      const [plan, message] of [
        [{ ...PLAN, "--steps": 20 }, /--steps is 20, expected 50, with which it was started/],
        [{ ...PLAN, "--seed": 1 }, /--seed is 1, expected not given/],
        [{ ...PLAN, "--window": 3 }, /--window is 3, expected not given/],
        [{ "--steps": 50 }, /--method is not given, expected gradient/],
      ] as const
    ) {
      await rejects(withExplanation(out, nothing, { plan }), message);
    }
    deepStrictEqual(filesIn(out), ["unfinished/000000.block", "unfinished/plan.json"]);
    const other = { plan: { ...PLAN, "--steps": 20 }, overwrite: true };
    await withExplanation(out, ({ kept, write }) => {
      strictEqual(kept.size, 0);
      return write(2, makeBlock(1));
    }, other);
    deepStrictEqual(filesIn(out), ["unfinished/000002.block", "unfinished/plan.json"]);
    await Deno.writeTextFile(`${out}/unfinished/plan.json`, "{");
    await rejects(withExplanation(out, nothing), /Cannot resume: /);
    await withExplanation(out, ({ kept }) => Promise.resolve(strictEqual(kept.size, 0)), other);
    deepStrictEqual(filesIn(parent), []);
  }));

Deno.test("with --overwrite the files of explain are replaced, and no others", () =>
  withDirectory(async (out) => {
    const ours = [
      "explain.json",
      "samples.tsv",
      "summary.tsv",
      "attributions.parquet",
      "pages/all_genes.html",
      "tracks/E003_H3K4me3.bw",
      "tracks/session.xml",
      "attributions.zarr/X/c/0",
    ];
    for (const folder of ["tracks", "pages", "attributions.zarr/X/c", "mine"]) {
      await Deno.mkdir(`${out}/${folder}`, { recursive: true });
    }
    const mine = ["mine/a", "notes.txt", "tracks/genome.fa"];
    for (const name of [...ours, ...mine]) await Deno.writeTextFile(`${out}/${name}`, "");
    await withExplanation(out, () => Promise.resolve(), { overwrite: true });
    deepStrictEqual(filesIn(out), mine);
  }));

Deno.test("a directory of something else, a file, links and a second command are refused", () =>
  withDirectory(async (parent) => {
    const refusal = (out: string, overwrite = true) =>
      withExplanation(out, () => Promise.resolve(), { overwrite })
        .then(() => "", ({ message }: Error) => message);
    const run = `${parent}/run`;
    await Deno.mkdir(run);
    await Deno.writeTextFile(`${run}/config.json`, "{}");
    match(await refusal(run), /it holds something else, found config\.json and no explain\.json/);
    await Deno.writeTextFile(`${parent}/file`, "");
    match(await refusal(`${parent}/file`), /it is a file, expected a directory/);
    match(await refusal(`${parent}/file/out`), /file is a file, expected a directory/);
    match(await refusal(""), /the path of --out is empty/);
    await Deno.symlink(`${parent}/nowhere`, `${parent}/dead`);
    match(await refusal(`${parent}/dead`), /it is a link that leads nowhere/);
    await Deno.mkdir(`${parent}/linked`);
    await Deno.symlink(run, `${parent}/linked/tracks`);
    match(await refusal(`${parent}/linked`), /tracks in it is a link/);
    await withExplanation(`${parent}/busy`, async () => {
      match(await refusal(`${parent}/busy`), /another command is writing it/);
    });
    deepStrictEqual(filesIn(parent), ["dead", "file", "linked/tracks", "run/config.json"]);
  }));
