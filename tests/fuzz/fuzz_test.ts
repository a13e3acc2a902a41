/** A short run of `deno task fuzz`, always of the same cases; and that the fuzzer finds what it is to find. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { fuzzReader } from "./campaign.ts";
import { makeCase, openFiles, soundFiles } from "./case.ts";
import { judge } from "./judge.ts";
import { encode, type Target, textPart } from "./seed.ts";
import { targetNamed, TARGETS } from "./targets/mod.ts";

const SEED = 20_261_122;
const CASES_PER_READER = 125;
/** Generous, and memory is not looked at: tests share a machine, and run beside each other in one process. */
const LIMITS = { limitMs: 60_000, limitBytes: Infinity };

for (const { name } of TARGETS) {
  Deno.test(`damaged files end in a sound value or a documented error: ${name}`, async () => {
    const options = { seed: SEED, from: 0, to: CASES_PER_READER, ...LIMITS };
    const { tally, failures } = await fuzzReader(name, options);
    deepStrictEqual(failures.map(({ number, message }) => `case ${number}: ${message}`), []);
    strictEqual(tally.get("values") + tally.get("refused"), CASES_PER_READER);
    ok(tally.get("refused") > 0);
  });
}

Deno.test("every reader reads the sound files that the damaged ones are made of", async () => {
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

/** A reader that does as it is told. */
function madeUp(read: () => Promise<void>): Target {
  return { name: "made-up", seeds: () => [[textPart("a.txt", "a")]], read };
}

Deno.test("what is neither a sound value nor a documented error is a failure", async () => {
  const files = [{ name: "a.txt", bytes: encode("a") }];
  const kindOf = async (read: () => Promise<void>) => (await judge(madeUp(read), files)).kind;
  strictEqual(await kindOf(() => Promise.resolve()), "value");
  const refuse = (error: Error) => () => Promise.reject(error);
  strictEqual(await kindOf(refuse(new FormatError("Cannot read", { file: "a" }))), "refused");
  strictEqual(await kindOf(refuse(new FormatError("Cannot read"))), "failure");
  strictEqual(await kindOf(refuse(new TypeError("x is not a function"))), "failure");
  strictEqual(await kindOf(refuse(new RangeError("Invalid array length"))), "failure");
});

Deno.test("a reader of an unknown name is refused with the names there are", async () => {
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
