/**
 * What a model of hg19 meets in windows around the same genes of hg38, measured on real data. `docs/windows.md` has the
 * figures, and this test holds it to them; with `HISTONE_PRINT=1` it prints the rows.
 */

import { deepStrictEqual, ok } from "node:assert";
import { Dataset, kFold } from "../../src/data/mod.ts";
import { openFile } from "../../src/files/file.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { openNpz } from "../../src/io/mod.ts";
import { pearson } from "../../src/metrics/mod.ts";
import { makeRidge } from "../../src/validation/mod.ts";
import { testWith } from "../helpers/require.ts";
import { packedSignal } from "../helpers/packed.ts";

const REAL = new URL("../../../shared/data/real/", import.meta.url).pathname;
const DOCS = new URL("../../docs/windows.md", import.meta.url);
/** Genes on either side whose offset between the builds a gene's own is compared with. */
const NEIGHBOURS = 5;
/** The wide windows reach this many bins farther to either side than a model's. */
const MARGIN_BINS = 50;
const [BINS, MARKS, FOLDS] = [100, 5, 5];

interface Start {
  readonly id: string;
  readonly chromosome: string;
  readonly tss: number;
  readonly strand: string;
}

function readStarts(name: string): Start[] {
  const [, ...lines] = Deno.readTextFileSync(REAL + name).trimEnd().split("\n");
  return lines.map((line) => {
    const [id = "", chromosome = "", tss = "", strand = ""] = line.split("\t");
    return { id, chromosome: chromosome.replace(/^chr/, ""), tss: Number(tss), strand };
  });
}

/** The genes of both builds, by what they have in common. */
function pairBuilds() {
  const [old, recent] = ["tss_hg19.tsv", "tss_hg38.tsv"].map(readStarts) as [Start[], Start[]];
  const byId = new Map(recent.map((start) => [start.id, start]));
  const both = old.flatMap((start) => {
    const other = byId.get(start.id);
    return other === undefined ? [] : [{ start, other }];
  });
  const onOne = both.filter(({ start, other }) => start.chromosome === other.chromosome);
  const alike = onOne.filter(({ start, other }) => start.strand === other.strand);
  return { old: old.length, recent: recent.length, both, onOne, alike };
}

/** How far each gene's TSS moved beyond what its neighbours on the chromosome did, in base pairs. */
function movesOf(pairs: ReturnType<typeof pairBuilds>["alike"]): Map<string, number> {
  const moves = new Map<string, number>();
  for (const list of Map.groupBy(pairs, ({ start }) => start.chromosome).values()) {
    list.sort((a, b) => a.start.tss - b.start.tss);
    const offsets = list.map(({ start, other }) => other.tss - start.tss);
    for (const [i, { start }] of list.entries()) {
      const near = [
        ...offsets.slice(Math.max(0, i - NEIGHBOURS), i),
        ...offsets.slice(i + 1, i + 1 + NEIGHBOURS),
      ].sort((a, b) => a - b);
      if (near.length > 0) moves.set(start.id, offsets[i]! - near[near.length >> 1]!);
    }
  }
  return moves;
}

/** Counts of 600 genes in two cell types, with windows that can be moved. */
async function readCounts() {
  const columns = await readCompetition(`${REAL}counts_log2.npz`);
  using npz = await openNpz(await openFile(`${REAL}counts_200bins.npz`));
  const wide = new Map<string, ArrayLike<number | bigint>>();
  for (const cellType of columns.cellTypes) wide.set(cellType, (await npz.read(cellType)).data);
  /** The samples, with the window of each gene moved by a number of bins. */
  const move = (binsOf: (gene: string) => number) => {
    const signal = new Float64Array(columns.geneIndex.length * BINS * MARKS);
    for (const [row, gene] of columns.geneIndex.entries()) {
      const counts = wide.get(columns.cellTypes[columns.cellTypeIndex[row]!]!)!;
      const first = gene * (BINS + 2 * MARGIN_BINS) + MARGIN_BINS + binsOf(columns.genes[gene]!);
      for (let i = 0; i < BINS * MARKS; i++) {
        signal[row * BINS * MARKS + i] = Number(counts[first * MARKS + i]);
      }
    }
    return new Dataset({ ...columns, signal });
  };
  return { columns, move };
}

/** Correlation and mean squared error of ridge regression, trained on `train` and judged on the same genes of `test`. */
function judge(train: Dataset, test: Dataset, isJudged: (gene: string) => boolean = () => true) {
  const [predicted, measured]: [number[], number[]] = [[], []];
  for (const { training, validation } of kFold(train, { folds: FOLDS, scheme: "by-gene" })) {
    const rows = [...validation.rows].filter((row) => isJudged(test.geneOf(row)));
    const judged = test.subset(rows);
    predicted.push(...makeRidge().fit(training).predict(judged).values);
    measured.push(...judged.labels());
  }
  const squares = predicted.map((value, i) => (value - measured[i]!) ** 2);
  return {
    r: pearson(measured, predicted)!,
    mse: squares.reduce((sum, square) => sum + square) / squares.length,
    samples: squares.length,
  };
}

/** Throws unless the page has these rows of its tables. */
function expectInDocs(rows: readonly string[]): void {
  if (Deno.env.get("HISTONE_PRINT") === "1") console.log(rows.join("\n"));
  const page = Deno.readTextFileSync(DOCS).replace(/ +/g, " ");
  deepStrictEqual(rows.filter((row) => !page.includes(row)), []);
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const count = (number: number) => number.toLocaleString("en-US");

testWith("shared", "genes of hg19 and hg38 match and start as the documentation says", () => {
  const { old, recent, both, onOne, alike } = pairBuilds();
  const moves = [...movesOf(alike).values()];
  const within = (bp: number) => moves.filter((move) => Math.abs(move) <= bp).length / moves.length;
  expectInDocs([
    `| genes in hg19, in hg38 | ${count(old)}, ${count(recent)} |`,
    `| with the same id | ${count(both.length)} |`,
    `| of these on the same chromosome | ${count(onOne.length)} |`,
    `| of these on the same strand | ${count(alike.length)} |`,
    ...[50, 500, 5000].map((bp) =>
      `| of these within ±${count(bp)} bp of where their neighbours went | ${percent(within(bp))} |`
    ),
  ]);
});

testWith(
  "shared",
  "what moved windows cost a prediction is what the documentation says",
  async () => {
    const { columns, move } = await readCounts();
    const unmoved = move(() => 0);
    // The wide windows hold the same genes in the same order.
    ok(packedSignal(unmoved.columns).every((value, i) => value === packedSignal(columns)[i]));
    const rows = [0, 1, 5, 10, 50].map((bins) => {
      const [left, right] = [-bins, bins].map((by) => judge(unmoved, move(() => by)));
      const mean = (key: "r" | "mse") => (left![key] + right![key]) / 2;
      return `| ${bins} (${count(100 * bins)} bp) | ${mean("r").toFixed(3)} | ${
        mean("mse").toFixed(2)
      } |`;
    });
    const moves = movesOf(pairBuilds().alike);
    const binsOf = (gene: string) => Math.round((moves.get(gene) ?? Infinity) / 100);
    const isNear = (gene: string) => Math.abs(binsOf(gene)) <= MARGIN_BINS;
    const before = judge(unmoved, unmoved, isNear);
    const after = judge(unmoved, move((gene) => isNear(gene) ? binsOf(gene) : 0), isNear);
    const near = columns.genes.filter(isNear).length;
    expectInDocs([
      ...rows,
      `${near} of the 600 genes`,
      `r ${before.r.toFixed(3)} and mean squared error ${before.mse.toFixed(2)}`,
      `${after.r.toFixed(3)} and ${after.mse.toFixed(2)}`,
    ]);
  },
);
