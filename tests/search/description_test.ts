import { deepStrictEqual, notStrictEqual, rejects, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { checkSameSearch, describeSearch } from "../../src/search/description.ts";
import { parseSpace } from "../../src/search/parse_space.ts";
import { searchData, TINY_SPACE } from "./_space.ts";
import { packedSignal } from "../helpers/packed.ts";

const data = searchData();
const random = { space: TINY_SPACE, seed: 3, trials: 5, folds: 2 } as const;
const reread = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("a search is the same as itself, also with more random trials", async () => {
  const earlier = reread(await describeSearch(data, random));
  checkSameSearch(earlier, await describeSearch(data, random));
  checkSameSearch(earlier, await describeSearch(data, { ...random, trials: 9 }));
});

Deno.test("a difference is named with both values", async () => {
  const { columns } = data;
  const labels = columns.labels!.with(5, 77);
  const wide = parseSpace({ ...TINY_SPACE, blocks: [{ width: [3, 7], pool: [2, 50] }] });
  const cases: [Dataset, Parameters<typeof describeSearch>[1], RegExp][] = [
    [data, { ...random, seed: 4 }, /seed was 3, is now 4/],
    [data, { ...random, scheme: "by-gene" }, /scheme was "by-both", is now "by-gene"/],
    [data, { ...random, space: wide }, /space.blocks.0.width was \[3,5\], is now \[3,7\]/],
    [data, { ...random, epochs: 3 }, /epochs was 15, is now 3/],
    [data, { ...random, keepOneIn: 3 }, /keepOneIn was null, is now 3/],
    [data.slice(0, 40), random, /data.samples was 48, is now 40/],
    [new Dataset({ ...columns, labels }), random, /data.fingerprint was "[0-9a-f]{32}", is now/],
  ];
  const earlier = reread(await describeSearch(data, random));
  for (const [now, settings, message] of cases) {
    const description = await describeSearch(now, settings);
    throws(
      () => checkSameSearch(earlier, description),
      (error) => error instanceof ContractError && message.test(error.message),
      String(message),
    );
  }
  const now = await describeSearch(data, random);
  throws(() => checkSameSearch(undefined, now), /space was missing/);
});

Deno.test("with successive halving the number of trials must stay, as it decides which trials advance", async () => {
  const halving = { ...random, keepOneIn: 2 };
  const earlier = reread(await describeSearch(data, halving));
  const more = await describeSearch(data, { ...halving, trials: 6 });
  throws(() => checkSameSearch(earlier, more), /trials was 5, is now 6/);
});

Deno.test("the fingerprint sees the signal, the labels, the names and the order", async () => {
  const { columns } = data;
  const signal = packedSignal(columns).slice();
  signal[signal.length - 1]!++;
  const fingerprintOf = async (changed: Dataset) =>
    (await describeSearch(changed, random)).data.fingerprint;
  deepStrictEqual(await fingerprintOf(data), await fingerprintOf(new Dataset(columns)));
  const order = Array.from(data.rows).toReversed();
  const genes = columns.genes.with(0, "999999");
  for (
    const changed of [
      new Dataset({ ...columns, signal }),
      new Dataset({ ...columns, genes }),
      data.subset(order),
    ]
  ) {
    notStrictEqual(await fingerprintOf(changed), await fingerprintOf(data));
  }
});

Deno.test("settings out of range are refused", async () => {
  const range = { from: 0.001, to: 0.1, scale: "log" } as const;
  const big = parseSpace({
    ...TINY_SPACE,
    filters: Array.from({ length: 60_000 }, (_, i) => i + 1),
  });
  const cases: [Parameters<typeof describeSearch>[1], RegExp][] = [
    [{ trials: 0 }, /trials is 0, expected an integer >= 1/],
    [{ folds: 1 }, /folds is 1, expected an integer >= 2/],
    [{ seed: -1 }, /seed is -1, expected an integer >= 0/],
    [{ epochs: 1.5 }, /epochs is 1.5, expected an integer >= 1/],
    [{ keepOneIn: 1 }, /keepOneIn is 1, expected an integer >= 2/],
    [{ method: "grid", trials: 4, space: TINY_SPACE }, /takes all of its 12 points/],
    [{ method: "grid", space: { ...TINY_SPACE, learningRate: range } }, /the space has a range/],
    [{ method: "grid", space: big }, /a grid of 720,000 points: expected at most 100,000/],
  ];
  for (const [settings, message] of cases) {
    await rejects(describeSearch(data, settings), message);
  }
  const unlabelled = new Dataset({ ...data.columns, labels: undefined });
  await rejects(describeSearch(unlabelled), /the data have no labels/);
});
