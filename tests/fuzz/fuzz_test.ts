/** A short run of `deno task fuzz` with the same cases every time, and tests that the fuzzer finds errors. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { fuzzReader } from "./campaign.ts";
import { makeCase, openFiles, soundFiles } from "./case.ts";
import { judge } from "./judge.ts";
import { encode, type Target, textPart } from "./seed.ts";
import { targetNamed, TARGETS } from "./targets/mod.ts";

const SEED = 20_261_122;
const CASES_PER_READER = 125;
/** Generous, and without a limit on memory: tests share a machine, and run beside each other in one process. */
const LIMITS = { limitMs: 60_000, limitBytes: Infinity };

for (const { name } of TARGETS) {
  Deno.test(`damaged files end in a valid value or a documented error: ${name}`, async () => {
    const options = { seed: SEED, from: 0, to: CASES_PER_READER, ...LIMITS };
    const { tally, failures } = await fuzzReader(name, options);
    deepStrictEqual(failures.map(({ number, message }) => `case ${number}: ${message}`), []);
    strictEqual(tally.get("values") + tally.get("refused"), CASES_PER_READER);
    ok(tally.get("refused") > 0);
  });
}

Deno.test("every reader reads the valid files that the damaged ones are made from", async () => {
  for (const target of TARGETS) {
    for (const seed of await target.seeds()) {
      await target.read(openFiles(soundFiles(seed)));
    }
  }
});

Deno.test("a case is a function of seed, reader and number", async () => {
  const seeds = await targetNamed("bam").seeds();
  const make = (seed: number, number: number) => makeCase({ seed, reader: "bam", number }, seeds);
  deepStrictEqual(make(1, 5), make(1, 5));
  const distinct = new Set(Array.from({ length: 20 }, (_, i) => String(make(1, i)[0]!.bytes)));
  ok(distinct.size > 5);
});

/** A reader that does what it is given. */
function madeUp(read: () => Promise<void>): Target {
  return { name: "made-up", seeds: () => [[textPart("a.txt", "a")]], read };
}

Deno.test("a result that is neither a valid value nor a documented error is a failure", async () => {
  const files = [{ name: "a.txt", bytes: encode("a") }];
  const kindOf = async (read: () => Promise<void>) => (await judge(madeUp(read), files)).kind;
  strictEqual(await kindOf(() => Promise.resolve()), "value");
  const refuse = (error: Error) => () => Promise.reject(error);
  strictEqual(await kindOf(refuse(new FormatError("Cannot read", { file: "a" }))), "refused");
  strictEqual(await kindOf(refuse(new FormatError("Cannot read"))), "failure");
  strictEqual(await kindOf(refuse(new TypeError("x is not a function"))), "failure");
  strictEqual(await kindOf(refuse(new RangeError("Invalid array length"))), "failure");
});

Deno.test("an unknown reader is refused with the names of all readers", async () => {
  await rejects(async () => await targetNamed("zip").seeds(), /expected one of npy, npz-stored/);
});

Deno.test("a case can be run alone by its number", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "fuzz", "--seed", "1", "--reader", "npy", "--case", "3"],
  }).output();
  const text = new TextDecoder().decode(stdout);
  strictEqual(code, 0, text);
  match(text, /^a\.npy: \d+ bytes\n[^]*(value|refused) in /);
});
