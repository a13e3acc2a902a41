import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { gunzipSync } from "node:zlib";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { writeFileAtomic } from "../../../src/files/file.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import {
  writeBedGraph,
  type WriteBedGraphOptions,
} from "../../../src/genome/tracks/bed_graph_writer.ts";
import type { TrackBlock, TrackSummary } from "../../../src/genome/tracks/track_block.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { formatFloat32 } from "../../../src/io/submission.ts";
import { withDirectory } from "../../helpers/command.ts";
import { closeTo, countSlowly, geneAt, isInstalled, runProgram } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";
import { blocksOf, CHROMOSOMES, randomIntervals } from "../../helpers/tracks.ts";

/** The bytes of a file. */
async function encode(
  blocks: Iterable<TrackBlock>,
  options: WriteBedGraphOptions = {},
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly summary: TrackSummary }> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const [bytes, summary] = await Promise.all([
    new Response(readable).bytes(),
    writeBedGraph(writable, blocks, options),
  ]);
  return { bytes, summary };
}

function blockAt(chromosome: string, start: number, value: number): TrackBlock {
  return {
    chromosome,
    starts: Uint32Array.of(start),
    ends: Uint32Array.of(start + 10),
    values: Float32Array.of(value),
  };
}

Deno.test("random intervals are read back, as text and in blocks of bgzip", async () => {
  const intervals = randomIntervals(11, { fewDigits: true });
  const text = await encode(blocksOf(intervals), { trackLine: { name: "a" } });
  const packed = await encode(blocksOf(intervals), { compress: true });
  deepStrictEqual(packed.summary, text.summary);
  strictEqual(text.summary.intervals, intervals.length);
  strictEqual(
    new TextDecoder().decode(gunzipSync(packed.bytes)),
    new TextDecoder().decode(text.bytes).replace(/^track.*\n/, ""),
  );
  const genes = CHROMOSOMES.map(({ name, length }) => geneAt(name, Math.floor(length / 2)));
  // The text has the fewest digits that give back the same float32, and is read as float64.
  const asText = intervals.map((interval) => ({
    ...interval,
    value: Number(formatFloat32(interval.value)),
  }));
  const wanted = countSlowly(asText, genes, { rule: "mean", bins: 40, binSizeBp: 250 });
  for (
    const [bytes, name] of [[text.bytes, "a.bedGraph"], [packed.bytes, "a.bedGraph.gz"]] as const
  ) {
    const track = await openSignal(bytesSource(bytes, name));
    const windows = geneWindows(genes, { binSizeBp: 250 });
    closeTo((await track.count(windows, { rule: "mean" })).values, wanted);
  }
});

Deno.test("every float32 is written so that it is read back exactly", async () => {
  const values = [0.1, 1 / 3, -1e-45, 3.4028234663852886e38, 16_777_217, 1e21, -0, 5e-7];
  const blocks = values.map((value, i) => blockAt("chr1", 10 * i, value));
  const lines = new TextDecoder().decode((await encode(blocks)).bytes).trimEnd().split("\n");
  deepStrictEqual(
    lines.map((line) => Math.fround(Number(line.split("\t")[3]))),
    values.map((value) => Math.fround(value) + 0),
  );
  strictEqual(lines[0], "chr1\t0\t10\t0.1");
});

Deno.test("without lengths any chromosome may come, but each only once", async () => {
  const blocks = [blockAt("chr9", 4e9, 1), blockAt("chr1", 0, 1)];
  strictEqual((await encode(blocks)).summary.intervals, 2);
  await rejects(
    encode([...blocks, blockAt("chr9", 0, 1)]),
    /chr9 comes after a later chromosome/,
  );
  await rejects(encode([blockAt("chr 1", 0, 1)]), /unusable name/);
  await rejects(encode([blockAt("browser", 0, 1)]), /unusable name/);
  await rejects(encode([]), /there are no intervals/);
});

Deno.test("a track line holds names with quotes of one kind, and colours", async () => {
  const write = async (trackLine: WriteBedGraphOptions["trackLine"]) =>
    new TextDecoder().decode((await encode([blockAt("c", 0, 1)], { trackLine })).bytes).split(
      "\n",
    )[0];
  strictEqual(
    await write({ name: 'the "best"', description: "it's", negativeColour: [0, 1, 255] }),
    'track type=bedGraph name=\'the "best"\' description="it\'s" altColor=0,1,255',
  );
  for (const name of [`"'`, "a\nb", "\x1b[31m", "a\tb"]) {
    await rejects(write({ name }), /its name is .* expected one line/);
  }
  for (const colour of [[0, 0, 256], [0, 0, -1], [0.5, 0, 0], [NaN, 0, 0]] as const) {
    await rejects(write({ name: "a", colour }), /expected three integers from 0 to 255/);
  }
});

testIf(await isInstalled("bedtools"), "bedtools", {
  name: "bedtools reads both forms, and finds them sorted",
  fn: () =>
    withDirectory(async (directory) => {
      // As `sort -k1,1 -k2,2n` has them, in which order genomes are swept.
      const chromosomes = CHROMOSOMES.toSorted((a, b) => a.name < b.name ? -1 : 1);
      const intervals = randomIntervals(12).sort((a, b) =>
        a.chromosome < b.chromosome ? -1 : Number(a.chromosome > b.chromosome) || a.start - b.start
      );
      const genome = `${directory}/genome.txt`;
      await Deno.writeTextFile(
        genome,
        chromosomes.map(({ name, length }) => `${name}\t${length}\n`).join(""),
      );
      const covered = intervals.reduce((sum, { start, end }) => sum + end - start, 0);
      for (const compress of [false, true]) {
        const path = `${directory}/a.bedGraph${compress ? ".gz" : ""}`;
        await writeFileAtomic(path, async (sink) => {
          await writeBedGraph(sink, blocksOf(intervals), { chromosomes, compress });
        });
        const merged = await runProgram("bedtools", ["merge", "-d", "-1", "-i", path]);
        const bases = merged.trimEnd().split("\n").map((line) => line.split("\t"))
          .reduce((sum, [, start, end]) => sum + Number(end) - Number(start), 0);
        strictEqual(bases, covered);
        const rest = await runProgram("bedtools", ["complement", "-i", path, "-g", genome]);
        ok(rest.includes("chrEmpty\t0\t77"), rest.slice(0, 200));
      }
    }),
});
