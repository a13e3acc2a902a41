import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { deflateSync } from "node:zlib";
import { inflate, inflatePortable } from "../../../src/genome/inflate.ts";
import { openBigWig } from "../../../src/genome/signal/big_wig.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { type CountingRule, TRACK_RULES } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { openFile } from "../../../src/files/file.ts";
import { type BigWigOptions, writeBigWig } from "../../fuzz/big_wig_file.ts";
import { withDirectory } from "../../helpers/command.ts";
import {
  closeTo,
  fixture,
  fixtureBins,
  fixtureBytes,
  fixtureText,
  fixtureWindows,
  geneAt,
  PYTHON_WITH_PYBIGWIG,
  runProgram,
} from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";

function equalPyBigWig(found: ArrayLike<number>, wanted: readonly (number | null)[]): void {
  closeTo(found, wanted.map((value) => value ?? 0));
}

for (const rule of TRACK_RULES) {
  Deno.test(`the ${rule} of a bin is that of pyBigWig's exact stats`, async () => {
    const track = await openSignal(fixture("signal.bw"));
    const { values, reads } = await track.count(fixtureWindows(), { rule });
    const expected: Record<CountingRule, (number | null)[]> = JSON.parse(
      fixtureText("signal_stats.json.gz"),
    );
    equalPyBigWig(fixtureBins(values), expected[rule]);
    ok(values.some((value) => value !== 0));
    strictEqual(reads, undefined);
  });
}

Deno.test("a bigWig file has its sequences and their lengths", async () => {
  const { contigs } = await openBigWig(fixture("signal.bw"));
  deepStrictEqual(contigs, [{ name: "chr1", length: 60_000 }, { name: "chr2", length: 20_000 }]);
});

Deno.test("a file that is not bigWig, or was cut short, is refused", async () => {
  await rejects(openBigWig(fixture("reads.bam")), { name: "FormatError", file: "reads.bam" });
  const bytes = fixtureBytes("signal.bw");
  await rejects(openBigWig(bytesSource(bytes.slice(0, 100), "cut.bw")), {
    name: "FormatError",
    file: "cut.bw",
  });
  const bigBed = bytes.slice();
  new DataView(bigBed.buffer).setInt32(0, -2021002517, true);
  await rejects(openBigWig(bytesSource(bigBed, "a.bb")), /it is a bigBed file/);
});

Deno.test("a bigWig file that was cut within its summaries is counted as the whole one, with a warning", async () => {
  const bytes = fixtureBytes("signal.bw");
  const whole = await openBigWig(bytesSource(bytes, "a.bw"));
  deepStrictEqual(whole.warnings, []);
  const wanted = await whole.count(fixtureWindows(), { rule: "mean" });
  // The first summary stands after all that is counted.
  const summaries = new DataView(bytes.buffer, bytes.byteOffset).getUint32(64 + 8, true);
  const lengths = [bytes.length - 16, Math.ceil((summaries + bytes.length) / 2), summaries];
  for (const length of lengths) {
    const cut = await openBigWig(bytesSource(bytes.slice(0, length), "cut.bw"));
    deepStrictEqual(cut.warnings?.length, 1, `${length}`);
    match(cut.warnings[0]!, /^cut\.bw is cut short or damaged: .*copy or download it again$/);
    deepStrictEqual(await cut.count(fixtureWindows(), { rule: "mean" }), wanted);
  }
});

Deno.test("damaged values of a bigWig file are reported", async () => {
  const bytes = fixtureBytes("signal.bw");
  const track = await openBigWig(bytesSource(bytes.slice(0, 3000), "cut.bw"));
  await rejects(track.count(fixtureWindows(), { rule: "mean" }), {
    name: "FormatError",
    file: "cut.bw",
  });
});

const SMALL_WINDOWS = geneWindows([geneAt("chr1", 1000), geneAt("chr2", 500)], {
  halfWidthBp: 1000,
});

/** Counts a small file after `damage` changed it. */
async function countSmall(
  options: BigWigOptions,
  damage: (view: DataView) => void = () => {},
): Promise<Float64Array> {
  const bytes = writeBigWig(options).finish();
  damage(new DataView(bytes.buffer));
  const track = await openBigWig(bytesSource(bytes, "small.bw"));
  return (await track.count(SMALL_WINDOWS, { rule: "sum" })).values;
}

Deno.test("sections of all kinds are read, deflated or not, from an index of one level or two", async () => {
  const wanted = await countSmall({ compress: false, deep: false });
  // Every hundredth base starts 50 of i / 2; then 20 of -i.
  deepStrictEqual([...wanted.subarray(0, 20)], [
    ...Array.from({ length: 10 }, (_, i) => 50 * i / 2),
    ...Array.from({ length: 10 }, (_, i) => i === 0 ? 0 : -20 * i),
  ]);
  deepStrictEqual([...wanted.subarray(25, 35)], Array.from({ length: 10 }, (_, i) => 100 * i * i));
  for (const compress of [true, false]) {
    for (const deep of [true, false]) deepStrictEqual(await countSmall({ compress, deep }), wanted);
  }
});

const place = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

Deno.test("an index that has a cycle is refused, not followed", async () => {
  const circle = (view: DataView) => {
    const root = place(view, 24) + 48;
    view.setBigUint64(root + 4 + 16, BigInt(root), true);
  };
  await rejects(
    countSmall({ compress: true, deep: true }, circle),
    /has a cycle.*small\.bw/,
  );
  const circleOfNames = (view: DataView) => {
    const root = place(view, 8) + 32;
    view.setUint8(root, 0);
    view.setBigUint64(root + 4 + 4, BigInt(root), true);
  };
  await rejects(countSmall({ compress: true, deep: true }, circleOfNames), /has a cycle/);
});

Deno.test("a section that is too large, overlaps another or holds overlapping values is refused", async () => {
  const shape = { compress: false, deep: false };
  const leafAt = (view: DataView) => place(view, 24) + 48 + 4;
  const damages: ((view: DataView) => void)[] = [
    (view) => view.setBigUint64(leafAt(view) + 24, 2n ** 40n, true),
    (view) => view.setBigUint64(leafAt(view) + 16, 2n ** 63n, true),
    // The second section is at the place of the first.
    (view) =>
      view.setBigUint64(leafAt(view) + 32 + 16, BigInt(place(view, leafAt(view) + 16)), true),
    // More intervals than fit the first section; then its second interval from the start of the sequence.
    (view) => view.setUint16(place(view, leafAt(view) + 16) + 22, 65_535, true),
    (view) => view.setUint32(place(view, leafAt(view) + 16) + 24 + 12, 0, true),
  ];
  for (const damage of damages) {
    await rejects(countSmall(shape, damage), { name: "FormatError", file: "small.bw" });
  }
});

Deno.test("a section that inflates to more than the largest possible section is refused", async () => {
  const bomb = new Uint8Array(deflateSync(new Uint8Array(2 ** 24)));
  await rejects(async () => await inflate(bomb, 2 ** 16));
  await rejects(inflatePortable(bomb, 2 ** 16), /more than 65536 bytes/);
  const bytes = new Uint8Array(deflateSync(Uint8Array.of(1, 2, 3)));
  deepStrictEqual([...await inflate(bytes, 3)], [1, 2, 3]);
  deepStrictEqual([...await inflatePortable(bytes, 3)], [1, 2, 3]);
});

const RANDOM_TRACK = `
import json, random, sys, pyBigWig
random.seed(1)
out = pyBigWig.open(sys.argv[1], "w")
out.addHeader([("1", 1000000), ("2", 400000)])
for contig, length in [("1", 1000000), ("2", 400000)]:
    at, starts, ends = 0, [], []
    while at < length:
        end = min(length, at + random.choice([1, 1, 5, 20, 20, 1000]))
        if random.random() < 0.9:
            starts.append(at)
            ends.append(end)
        at = end
    out.addEntries([contig] * len(starts), starts, ends=ends, values=[random.gauss(0, 9) for _ in starts])
out.close()
bw = pyBigWig.open(sys.argv[1])
stats = {rule: [] for rule in ["mean", "sum", "max"]}
places = [(random.choice("12"), random.randrange(5000, 395000)) for _ in range(30)]
for contig, tss in places:
    for rule, values in stats.items():
        values += bw.stats(contig, tss - 5000, tss + 5000, type=rule, nBins=100, exact=True)
whole = bw.stats("1", 100000, 900000, type="max", exact=True)
print(json.dumps({"places": places, "stats": stats, "whole": whole}))
`;

testIf(PYTHON_WITH_PYBIGWIG !== undefined, "pybigwig", {
  name: "a random track is counted as by the installed pyBigWig",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/random.bigWig`;
      const printed = await runProgram(PYTHON_WITH_PYBIGWIG!, ["-c", RANDOM_TRACK, path]);
      const { places, stats, whole } = JSON.parse(printed);
      const genes = places.map(([name, tss]: [string, number]) => geneAt(`chr${name}`, tss));
      const source = await openFile(path);
      try {
        const track = await openSignal(source);
        for (const rule of TRACK_RULES) {
          const { values } = await track.count(geneWindows(genes), { rule });
          equalPyBigWig(values, stats[rule]);
        }
        const long = geneWindows([geneAt("1", 500_000)], { halfWidthBp: 4e5, binSizeBp: 8e5 });
        equalPyBigWig((await track.count(long, { rule: "max" })).values, whole);
      } finally {
        source.close();
      }
    }),
});
