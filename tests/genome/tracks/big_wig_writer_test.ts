import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { bytesSource } from "../../../src/files/byte_source.ts";
import type { Contig } from "../../../src/genome/chromosomes.ts";
import { openBigWig } from "../../../src/genome/signal/big_wig.ts";
import { TRACK_RULES } from "../../../src/genome/signal/track.ts";
import {
  encodeBigWig,
  writeBigWig,
  type WriteBigWigOptions,
} from "../../../src/genome/tracks/big_wig_writer.ts";
import type { TrackBlock } from "../../../src/genome/tracks/track_block.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { withDirectory } from "../../helpers/command.ts";
import {
  closeTo,
  countSlowly,
  geneAt,
  type Interval,
  PYTHON_WITH_PYBIGWIG,
  runProgram,
} from "../../helpers/genome.ts";
import { testWithPython } from "../../helpers/python.ts";
import { testIf } from "../../helpers/require.ts";
import {
  blocksOf,
  checkRead,
  CHROMOSOMES,
  joinEqual,
  makeRandom,
  PY_BBI,
  PY_BIG_WIG,
  PY_BIGTOOLS,
  randomIntervals,
  readWithPython,
} from "../../helpers/tracks.ts";

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

for (const compress of [true, false]) {
  Deno.test(`random intervals are read back, ${compress ? "deflated" : "plain"}`, async () => {
    for (const seed of [1, 2, 3]) {
      const intervals = randomIntervals(seed, { fewDigits: true });
      const bytes = await encodeBigWig(blocksOf(intervals), { chromosomes: CHROMOSOMES, compress });
      const track = await openBigWig(bytesSource(bytes, "a.bw"));
      const byName = (contigs: readonly Contig[] = []) =>
        contigs.map(({ name, length }) => `${name} ${length}`).sort();
      deepStrictEqual(byName(track.contigs), byName(CHROMOSOMES));
      const random = makeRandom(seed);
      const genes = CHROMOSOMES.flatMap(({ name, length }) =>
        Array.from({ length: 4 }, () => geneAt(name, Math.floor(random() * length)))
      );
      const size = { bins: 20, binSizeBp: 50 };
      const windows = geneWindows(genes, { binSizeBp: 50, halfWidthBp: 500 });
      for (const rule of TRACK_RULES) {
        const { values } = await track.count(windows, { rule });
        closeTo(values, countSlowly(intervals, genes, { ...size, rule }));
        ok(values.some((value) => value !== 0));
      }
    }
  });
}

Deno.test("the same intervals give the same bytes, however they are divided into blocks", async () => {
  const intervals = randomIntervals(4);
  const encode = async (most: number, random?: () => number) =>
    digest(await encodeBigWig(blocksOf(intervals, most, random), { chromosomes: CHROMOSOMES }));
  const wanted = await encode(2 ** 20);
  strictEqual(await encode(777), wanted);
  strictEqual(await encode(9000, makeRandom(5)), wanted);
  const singles = randomIntervals(6).slice(0, 3000);
  const [whole, oneByOne] = await Promise.all(
    [2 ** 20, 1].map((most) => encodeBigWig(blocksOf(singles, most), { chromosomes: CHROMOSOMES })),
  );
  strictEqual(digest(oneByOne!), digest(whole!));
});

Deno.test("what a file holds is added up", async () => {
  const block: TrackBlock = {
    chromosome: "chr1",
    starts: Uint32Array.of(0, 10),
    ends: Uint32Array.of(4, 11),
    values: Float32Array.of(-2, 0.5),
  };
  await withDirectory(async (directory) => {
    const chromosomes = [{ name: "chr1", length: 11 }];
    deepStrictEqual(await writeBigWig(`${directory}/new/a.bw`, [block], { chromosomes }), {
      intervals: 2,
      coveredBp: 5,
      least: -2,
      most: 0.5,
      sum: -7.5,
      sumOfSquares: 16.25,
    });
    const encoded = await encodeBigWig([block], { chromosomes });
    strictEqual(digest(Deno.readFileSync(`${directory}/new/a.bw`)), digest(encoded));
  });
});

/** A file of many scaffolds, and what it holds. */
interface ManyScaffolds {
  readonly chromosomes: typeof CHROMOSOMES;
  readonly all: readonly Interval[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

let many: Promise<ManyScaffolds> | undefined;

/** A genome of so many scaffolds that both trees have three levels, each with a section of its own; made once. */
async function makeScaffolds(): Promise<ManyScaffolds> {
  const count = 256 ** 2 + 300;
  // The order of the values is not that of the names.
  const chromosomes = Array.from({ length: count }, (_, i) => ({
    name: `scaffold_${i * 40_503 % 2 ** 17}`,
    length: 1000 + i,
  }));
  const all = chromosomes.map(({ name, length }, i) => ({
    chromosome: name,
    start: i % 900,
    end: length,
    value: i / 2,
  }));
  return { chromosomes, all, bytes: await encodeBigWig(blocksOf(all), { chromosomes }) };
}

Deno.test("trees of three levels are read back", async () => {
  const { chromosomes, all, bytes } = await (many ??= makeScaffolds());
  const track = await openBigWig(bytesSource(bytes, "many.bw"));
  deepStrictEqual(new Set(track.contigs?.map(({ name }) => name)).size, chromosomes.length);
  const some = all.filter((_, i) => i % 1009 === 0 || i > all.length - 3);
  const genes = some.map(({ chromosome, end }) => geneAt(chromosome, end - 20));
  const windows = geneWindows(genes, { binSizeBp: 20, halfWidthBp: 10 });
  const { values } = await track.count(windows, { rule: "max" });
  deepStrictEqual([...values], some.map(({ value }) => value));
});

Deno.test("a long interval among short ones does not fill memory with summaries", async () => {
  // The short ones ask for fine summaries, of which the long one would make ten million.
  const short = Array.from({ length: 70_000 }, (_, i): Interval => ({
    chromosome: "chr1",
    start: 2 * i,
    end: 2 * i + 1,
    value: 1,
  }));
  const long = { chromosome: "chr1", start: 200_000, end: 2 ** 28, value: 3 };
  const chromosomes = [{ name: "chr1", length: 2 ** 28 }];
  const bytes = await encodeBigWig(blocksOf([...short, long]), { chromosomes });
  ok(bytes.length < 2 ** 20, `${bytes.length}`);
  const view = new DataView(bytes.buffer);
  const finest = view.getUint32(64, true);
  ok(finest >= 1024, `${finest}`);
});

const CHROMOSOME = [{ name: "chr1", length: 1000 }, { name: "chr2", length: 500 }];

function blockAt(chromosome: string, start: number, end: number, value = 1): TrackBlock {
  return {
    chromosome,
    starts: Uint32Array.of(start),
    ends: Uint32Array.of(end),
    values: Float32Array.of(value),
  };
}

const REFUSED: readonly (readonly [
  what: string,
  blocks: readonly TrackBlock[],
  message: RegExp,
  options?: WriteBigWigOptions,
])[] = [
  ["no interval", [], /there are no intervals/],
  ["an empty block", [{ ...blockAt("chr1", 1, 2), starts: new Uint32Array() }], /0 starts, 1 ends/],
  ["NaN", [blockAt("chr1", 1, 2, NaN)], /chr1:1-2 has the value NaN/],
  ["infinity", [blockAt("chr2", 1, 2, -Infinity)], /has the value -Infinity/],
  ["an overlap", [blockAt("chr1", 1, 5), blockAt("chr1", 4, 6)], /starts before base 5/],
  ["a step back", [blockAt("chr1", 8, 9), blockAt("chr1", 1, 2)], /starts before base 9/],
  ["no bases", [blockAt("chr1", 5, 5)], /chr1:5-5 has no bases/],
  ["an end before the start", [blockAt("chr1", 5, 4)], /chr1:5-4 has no bases/],
  ["the end of the chromosome", [blockAt("chr2", 499, 501)], /which has 500 bp/],
  ["an unknown chromosome", [blockAt("chrX", 1, 2)], /"chrX" has no length/],
  [
    "another order of chromosomes",
    [blockAt("chr2", 1, 2), blockAt("chr1", 1, 2)],
    /chr1 comes after a later chromosome/,
  ],
  [
    "a chromosome that comes twice",
    [blockAt("chr1", 1, 2), blockAt("chr2", 1, 2), blockAt("chr1", 3, 4)],
    /chr1 comes after/,
  ],
  [
    "a chromosome that is listed twice",
    [],
    /"chr1" is listed twice/,
    { chromosomes: [CHROMOSOME[0]!, CHROMOSOME[0]!] },
  ],
  ...["", "chr 1", "chr1\0", "chr\n1", "track", "#1", "x".repeat(1001)].map((name) =>
    [
      `the name ${JSON.stringify(name).slice(0, 20)}`,
      [],
      /unusable name/,
      { chromosomes: [{ name, length: 5 }] },
    ] as const
  ),
  ...[0, -1, 1.5, NaN, 2 ** 32].map((length) =>
    [`a length of ${length}`, [], /expected an integer/, {
      chromosomes: [{ name: "chr1", length }],
    }] as const
  ),
];

for (const [what, blocks, message, options = { chromosomes: CHROMOSOME }] of REFUSED) {
  Deno.test(`${what} is refused, and no file is left`, () =>
    withDirectory(async (directory) => {
      await rejects(writeBigWig(`${directory}/a.bw`, blocks, options), message);
      deepStrictEqual([...Deno.readDirSync(directory)], []);
    }));
}

Deno.test("values at the limits of float32 and positions at those of 32 bits are kept", async () => {
  const length = 2 ** 32 - 1;
  const chromosomes = [{ name: "c", length }];
  const values = [3.4028234663852886e38, -1.401298464324817e-45, -0];
  const blocks = values.map((value, i) => blockAt("c", length - 3 + i, length - 2 + i, value));
  const track = await openBigWig(bytesSource(await encodeBigWig(blocks, { chromosomes }), "a.bw"));
  deepStrictEqual(track.contigs, chromosomes);
});

async function withRandomFile(
  seed: number,
  check: (path: string, content: Parameters<typeof checkRead>[1]) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const intervals = randomIntervals(seed);
    const path = `${directory}/a.bw`;
    await writeBigWig(path, blocksOf(intervals), { chromosomes: CHROMOSOMES });
    await check(path, { intervals, chromosomes: CHROMOSOMES });
  });
}

testIf(PYTHON_WITH_PYBIGWIG !== undefined, "pybigwig", {
  name: "pyBigWig reads what was written, and the same from the summaries as from the values",
  fn: () =>
    withRandomFile(7, async (path, content) => {
      const read = JSON.parse(
        await runProgram(PYTHON_WITH_PYBIGWIG!, ["-c", PY_BIG_WIG, path, "[]"]),
      );
      checkRead(read, content);
      ok(read.zoomed.length === 3);
    }),
});

testWithPython(
  "pybbi",
  "UCSC's library reads what was written, and its summaries",
  () =>
    withRandomFile(8, async (path, { intervals, chromosomes }) => {
      const read = await readWithPython("pybbi", PY_BBI, { path });
      checkRead(read, { intervals: joinEqual(intervals), chromosomes });
      ok(read.zoomed.length === 3);
      ok(read.levels!.length > 3, `${read.levels}`);
    }),
);

testWithPython(
  "pybigtools",
  "bigtools reads what was written",
  () =>
    withRandomFile(9, async (path, content) => {
      const read = await readWithPython("pybigtools", PY_BIGTOOLS, { path });
      checkRead(read, content);
      ok(read.levels!.every((width, i, all) => i === 0 || width === 4 * all[i - 1]!));
    }),
);

for (const reader of ["pybbi", "pybigtools"] as const) {
  testWithPython(
    reader,
    `${reader} reads trees of three levels`,
    () =>
      withDirectory(async (directory) => {
        const { all, bytes } = await (many ??= makeScaffolds());
        const path = `${directory}/many.bw`;
        await Deno.writeFile(path, bytes);
        const program = reader === "pybbi" ? PY_BBI : PY_BIGTOOLS;
        const some = all.filter((_, i) => i % 997 === 0 || i > all.length - 3);
        const names = some.map(({ chromosome }) => chromosome);
        const { intervals } = await readWithPython(reader, program, { path, chromosomes: names });
        for (const { chromosome, start, end, value } of some) {
          deepStrictEqual(intervals[chromosome], [[start, end, value]]);
        }
      }),
  );
}
