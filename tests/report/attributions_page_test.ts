import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import {
  ATTRIBUTIONS_PAGE_START,
  type AttributionsPageInput,
  renderAttributionsPage,
} from "../../src/report/mod.ts";
import { makeProfiles } from "./_genes.ts";

/** Two groups in two bins of two marks. */
const SMALL: AttributionsPageInput = {
  run: "first",
  record: { ...DEEPCHROME_RECORD, marks: ["A", "B"] },
  bins: 2,
  method: { method: "occlusion", models: 1 },
  genes: 4,
  cellTypes: 1,
  groups: [
    {
      name: "low",
      samples: 2,
      attributions: { mean: [0, 0.5, -1, NaN] },
      signal: [1, 2, 3, NaN],
    },
    {
      name: "high",
      samples: 2,
      attributions: {
        mean: [2, 0, 0, 0.25],
        low: [1.5, -1, -1, 0],
        high: [2.5, 1, 1, 0.5],
      },
      signal: [10, 20, 30, 40],
      markedShare: [1, 0, 0.5, 0.25],
    },
  ],
};

const rowsOf = (page: string, section: string) => {
  const [, part = ""] = new RegExp(`<h2 id="${section}">([^]*?)</section>`).exec(page) ?? [];
  return [...part.matchAll(/<tr>(<th scope="row".*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell!.replace(/<.*>/, ""))
  );
};

Deno.test("the bins with the largest means come first, with interval, signal and share", async () => {
  const page = await renderAttributionsPage(SMALL);
  ok(page.startsWith(ATTRIBUTIONS_PAGE_START));
  deepStrictEqual(rowsOf(page, "bins"), [
    ["A", "−100 to 0 bp", "high", "+2", "1.5 to 2.5", "10", "100%"],
    ["A", "0 to +100 bp", "low", "−1", "–", "3", "–"],
    ["B", "−100 to 0 bp", "low", "+0.5", "–", "2", "–"],
    ["B", "0 to +100 bp", "high", "+0.25", "0 to 0.5", "40", "25%"],
  ]);
  deepStrictEqual(rowsOf(page, "sums").map((row) => row.slice(0, 3)), [
    ["A", "low", "−1"],
    ["A", "high", "+2"],
    ["B", "low", "+0.5"],
    ["B", "high", "+0.25"],
  ]);
  doesNotMatch(page.replace(/<script[^]*/, ""), /NaN|undefined|Infinity/);
});

Deno.test("each group has a line in each lane, a band where there are intervals, and the null one of its own", async () => {
  const count = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].length;
  const page = await renderAttributionsPage(SMALL);
  strictEqual(count(page, /<path class="line g0" d="M0\.5/g), 4);
  strictEqual(count(page, /<path class="band g1" d="M/g), 2);
  strictEqual(count(page, /<path class="band g0"/g), 1, "only the key's");
  strictEqual(count(page, /<path class="null"/g), 0);
  const whole = await renderAttributionsPage(makeProfiles());
  strictEqual(count(whole, /<path class="null" d="M0\.5/g), 5);
  match(whole, /17,447 genes in 5 cell types/);
  match(whole, /25 bins with the largest/);
});

Deno.test("no group, too many, and values of another shape are refused", async () => {
  await rejects(
    renderAttributionsPage({ ...SMALL, groups: [] }),
    /^RangeError: Cannot make the page over all genes: found 0 groups, expected 1 to 6$/,
  );
  await rejects(
    renderAttributionsPage({ ...SMALL, groups: Array(7).fill(SMALL.groups[0]) }),
    /found 7 groups/,
  );
  await rejects(
    renderAttributionsPage({ ...SMALL, groups: [{ ...SMALL.groups[0]!, signal: [1, 2] }] }),
    /^RangeError: .*: found 2 values of signal of low, expected 2 bins × 2 marks$/,
  );
  await rejects(
    renderAttributionsPage({ ...SMALL, nullBand: { low: [0, 0, 0, 0], high: [0] } }),
    /found 1 value of high of the null/,
  );
});

Deno.test("groups of zeros make a page", async () => {
  const zeros = [0, 0, 0, 0];
  const page = await renderAttributionsPage({
    ...SMALL,
    groups: [{ name: "all", samples: 1, attributions: { mean: zeros }, signal: zeros }],
  });
  match(page, /No bin adds anything/);
  doesNotMatch(page.replace(/<script[^]*/, ""), /NaN|undefined|Infinity/);
});
