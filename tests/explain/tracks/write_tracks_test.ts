import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { gunzipSync } from "node:zlib";
import { Dataset } from "../../../src/data/dataset.ts";
import type { AttributionMethod } from "../../../src/explain/types.ts";
import type {
  AttributionTrackBlock,
  WriteTracksOptions,
} from "../../../src/explain/tracks/track_options.ts";
import {
  checkTrackPlaces,
  writeAttributionTracks,
  writeTrackSession,
} from "../../../src/explain/tracks/write_tracks.ts";
import type { GeneDetails } from "../../../src/gene_id.ts";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { packSequences } from "../../../src/base/sequence_packer.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { withDirectory } from "../../helpers/command.ts";
import { PYTHON_WITH_PYBIGWIG, runProgram } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";
import type { Progress } from "../../../src/progress.ts";

const PLACE = { id: "a", chromosome: "chr1", strand: "+", line: 1 } as const;
const BINS = 4;
const MARKS = ["H3K4me3", "H3K27me3"];
const RECORD = { ...DEEPCHROME_RECORD, marks: MARKS, orientation: "transcript" } as const;
const PLACES: readonly GeneDetails[] = [
  { symbol: "A", chromosome: "chr1", tss: 10_000, strand: "+" },
  { symbol: "B", chromosome: "chr1", tss: 20_000, strand: "-" },
  { symbol: "C", chromosome: "chr2", tss: 150, strand: "-" },
];

/** Two cell types with these genes; the signal of sample, bin and mark has one digit for each. */
function makeData(places = PLACES, columns: Partial<SampleColumns> = {}): Dataset {
  const count = 2 * places.length;
  return new Dataset({
    signal: Uint16Array.from(
      { length: count * BINS * 2 },
      (_, i) => 100 * (1 + Math.floor(i / (BINS * 2))) + 10 * Math.floor(i / 2 % BINS) + i % 2,
    ),
    labels: undefined,
    cellTypes: ["E003", "E004"],
    cellTypeIndex: Uint32Array.from({ length: count }, (_, i) => Math.floor(i / places.length)),
    genes: places.map((_, i) => `gene ${i}`),
    geneIndex: Uint32Array.from({ length: count }, (_, i) => i % places.length),
    geneDetails: places,
    bins: BINS,
    record: RECORD,
    ...columns,
  });
}

/** Attributions that are the signal, negative. */
function attributionsOf(
  data: Dataset,
  rows: readonly number[],
  method: AttributionMethod = "integrated-gradients",
): AttributionTrackBlock {
  const values = Float32Array.from(rows.flatMap((row) => [...data.signalOf(row)]), (x) => -x);
  return {
    method,
    rows: Uint32Array.from(rows),
    inputs: { signal: { shape: [BINS, data.marks.length], values } },
  };
}

const ALL = [0, 1, 2, 3, 4, 5];

async function withTracks(
  data: Dataset,
  options: Omit<WriteTracksOptions, "directory">,
  check: (
    directory: string,
    written: Awaited<ReturnType<typeof writeAttributionTracks>>,
  ) => Promise<void> | void,
  blocks: readonly AttributionTrackBlock[] = [attributionsOf(data, ALL)],
): Promise<void> {
  await withDirectory(async (parent) => {
    const directory = `${parent}/tracks`;
    await check(
      directory,
      await writeAttributionTracks(() => blocks, data, { directory, ...options }),
    );
  });
}

/** The means of the bins of a window on the genome, by ascending coordinate. */
async function binsOf(path: string, chromosome: string, start: number): Promise<number[]> {
  const { track, close } = await openSignalFile(path);
  const gene = { id: "a", chromosome, tss: start + 200, strand: "+", line: 1 } as const;
  const windows = geneWindows([gene], { binSizeBp: 100, halfWidthBp: 200 });
  const { values } = await track.count(windows, { rule: "mean" });
  close();
  return [...values];
}

const TEXT_FORMATS = ["bedgraph", "bedgraph.gz"] as const;

for (const format of ["bigwig", ...TEXT_FORMATS] as const) {
  Deno.test(`bins of the minus strand are turned back, and windows cut: ${format}`, () =>
    withTracks(makeData(), { format }, async (directory, { tracks, notes, locus }) => {
      deepStrictEqual(tracks.map(({ name }) => name), [
        "E003 H3K4me3 integrated-gradients",
        "E003 H3K27me3 integrated-gradients",
        "E004 H3K4me3 integrated-gradients",
        "E004 H3K27me3 integrated-gradients",
      ]);
      const extension = { "bigwig": "bw", "bedgraph": "bedGraph", "bedgraph.gz": "bedGraph.gz" };
      const file = `${directory}/E004.H3K27me3.integrated-gradients.${extension[format]}`;
      strictEqual(`${directory}/${tracks[3]?.path}`, file);
      deepStrictEqual(await binsOf(file, "chr1", 9800), [-401, -411, -421, -431]);
      deepStrictEqual(await binsOf(file, "chr1", 19_801), [-531, -521, -511, -501]);
      // The first 49 bases of the last window lie before the chromosome.
      deepStrictEqual(await binsOf(file, "chr2", 51), [-621, -611, -601, 0]);
      strictEqual(tracks[3]?.summary.coveredBp, 351 + 800);
      deepStrictEqual(notes, ["1 of 3 windows reach past an end of their chromosome and are cut"]);
      strictEqual(locus, "chr1:9801-10200");
    }));
}

Deno.test("the signal itself is written beside, each mark's before its attributions", () =>
  withTracks(makeData(), { withSignal: true }, async (directory, written) => {
    const { tracks } = written;
    deepStrictEqual(tracks.slice(0, 3).map(({ mark, quantity }) => `${mark} ${quantity}`), [
      "H3K4me3 signal",
      "H3K4me3 integrated-gradients",
      "H3K27me3 signal",
    ]);
    deepStrictEqual(await binsOf(`${directory}/${tracks[0]?.path}`, "chr1", 9800), [
      100,
      110,
      120,
      130,
    ]);
    strictEqual(await writeTrackSession(directory, written, { genome: "hg19" }), "session.xml");
    const session = await Deno.readTextFile(`${directory}/session.xml`);
    ok(session.includes('<Session genome="hg19" locus="chr1:9801-10200"'));
    for (const { path } of tracks) ok(session.includes(`<Resource path="${path}"/>`));
    await writeTrackSession(directory, written, { genome: "unknown", locus: "DPM1" });
    ok((await Deno.readTextFile(`${directory}/session.xml`)).includes('<Session locus="DPM1"'));
  }));

Deno.test("the order of rows, the division into blocks and the memory do not change a file", () => {
  const data = makeData();
  const digests = async (blocks: readonly AttributionTrackBlock[], mostValues?: number) => {
    const files: string[] = [];
    await withTracks(data, { mostValues }, async (directory, { tracks }) => {
      for (const { path } of tracks.toSorted((a, b) => a.path < b.path ? -1 : 1)) {
        files.push((await Deno.readFile(`${directory}/${path}`)).toHex());
      }
    }, blocks);
    return files;
  };
  return digests([attributionsOf(data, ALL)]).then(async (wanted) => {
    deepStrictEqual(await digests(ALL.map((row) => attributionsOf(data, [row])), 1), wanted);
    const mixed = [[5, 0], [2, 3, 4], [1]].map((rows) => attributionsOf(data, rows));
    deepStrictEqual(await digests(mixed), wanted);
  });
});

Deno.test("overlapping genes have the mean or the nearest, and that is said", async () => {
  const data = makeData([
    { chromosome: "chr1", tss: 10_000, strand: "+" },
    { chromosome: "chr1", tss: 10_100, strand: "+" },
  ]);
  const blocks = [attributionsOf(data, [0, 1, 2, 3])];
  await withTracks(data, {}, async (directory, { notes, tracks }) => {
    deepStrictEqual(await binsOf(`${directory}/${tracks[0]?.path}`, "chr1", 9900), [
      -(110 + 200) / 2,
      -(120 + 210) / 2,
      -(130 + 220) / 2,
      -230,
    ]);
    deepStrictEqual(notes, [
      "2 of 2 windows share bases with another: tracks have the mean over them there",
    ]);
  }, blocks);
  await withTracks(data, { overlaps: "nearest" }, async (directory, { notes, tracks }) => {
    deepStrictEqual(await binsOf(`${directory}/${tracks[0]?.path}`, "chr1", 9900), [
      -110,
      -120,
      -220,
      -230,
    ]);
    ok(notes[0]?.endsWith("tracks have the value of the nearest TSS there"));
  }, blocks);
});

Deno.test("bins that were not computed, which are NaN, have no interval", () => {
  const data = makeData();
  const partly = attributionsOf(data, [0, 1]);
  partly.inputs.signal!.values.fill(NaN, 2, 4);
  return withTracks(data, {}, async (directory, { tracks }) => {
    strictEqual(tracks[0]?.summary.coveredBp, 700);
    const bins = await binsOf(`${directory}/${tracks[0]?.path}`, "chr1", 9800);
    deepStrictEqual(bins, [-100, 0, -120, -130]);
  }, [partly]);
});

Deno.test("a mark that was not measured has no track", () =>
  withTracks(
    makeData(PLACES, {
      signal: new Uint16Array(6 * BINS * 2),
      markMask: Uint8Array.of(1, 0, 1, 1),
    }),
    { withSignal: true },
    (_, { tracks, notes }) => {
      strictEqual(tracks.length, 6);
      ok(notes.includes("H3K27me3 of E003 is in no track: it was not measured"));
    },
  ));

/** Two genes with six bases of DNA each, of which one is not known. */
function withDna(orientation: "transcript" | "genomic" | "unknown"): Dataset {
  return makeData(PLACES.slice(0, 2), {
    sequences: { ...packSequences(["ACGTNA"]), entryOf: Uint32Array.of(0, 0) },
    record: { ...RECORD, sequence: { bases: 6, tssBase: 2, orientation, unknownAs: "none" } },
  });
}

/** The letters of the first base have 1 to 4, those of the second 5 to 8. */
function dnaAttributions(method: AttributionMethod): AttributionTrackBlock {
  const values = Float32Array.from({ length: 2 * 24 }, (_, i) => 1 + i % 24);
  return { method, rows: Uint32Array.of(0, 1), inputs: { sequence: { shape: [6, 4], values } } };
}

const BASES: readonly (readonly [AttributionMethod, readonly number[]])[] = [
  // The letters are A, C, G, T, none, A.
  ["gradient", [1, 6, 11, 16, 0, 21]],
  ["input-x-gradient", [10, 26, 42, 58, 74, 90]],
  ["mutagenesis", [-10 / 3, -26 / 3, -14, -58 / 3, -74 / 4, -30]],
];

for (const [method, wanted] of BASES) {
  Deno.test(`a base of DNA has one number: ${method}`, () =>
    withTracks(withDna("transcript"), {}, async (directory, { tracks }) => {
      strictEqual(tracks[0]?.path, `E003.DNA.${method}.bw`);
      const { track, close } = await openSignalFile(`${directory}/${tracks[0].path}`);
      // The base of the TSS is the third, on either strand.
      const genes = [9998 + 3, 19_997 + 3].map((tss) => ({ ...PLACE, tss }));
      const windows = geneWindows(genes, { binSizeBp: 1, halfWidthBp: 3 });
      const { values } = await track.count(windows, { rule: "mean" });
      close();
      const bases = [...wanted, ...wanted.toReversed()].map((value) => Math.fround(value));
      deepStrictEqual([...values], bases);
    }, [dnaAttributions(method)]));
}

Deno.test("DNA whose direction is not known is left out, and that is said, or refused", async () => {
  const data = withDna("unknown");
  const dna = dnaAttributions("input-x-gradient");
  const both = { ...dna, inputs: { ...dna.inputs, ...attributionsOf(data, [0, 1]).inputs } };
  await withTracks(data, {}, (_, { tracks, notes }) => {
    strictEqual(tracks.length, 2);
    ok(notes[0]?.startsWith("DNA is in no track: the data do not say in which direction"));
  }, [both]);
  await rejects(withTracks(data, {}, () => {}, [dna]), /DNA is in no track/);
  await rejects(withTracks(data, { inputs: ["sequence"] }, () => {}, [both]), /DNA is in no track/);
});

Deno.test("attributions of a summary are shared among the bins of its windows", () =>
  withTracks(
    makeData(PLACES, { bins: 30, signal: new Uint8Array(6 * 30 * 2) }),
    {},
    async (directory, { tracks }) => {
      strictEqual(tracks[0]?.path, "E003.H3K4me3.summary.gradient.bw");
      const { track, close } = await openSignalFile(`${directory}/${tracks[1]?.path}`);
      const gene = { id: "a", chromosome: "chr1", tss: 10_000, strand: "+", line: 1 } as const;
      const windows = geneWindows([gene], { binSizeBp: 100, halfWidthBp: 1500 });
      const { values } = await track.count(windows, { rule: "mean" });
      close();
      // Of 20 windows of 30 bins, each second has two.
      deepStrictEqual([...values.subarray(0, 6)], [26, 13.5, 13.5, 28, 14.5, 14.5]);
      strictEqual(tracks[1]?.summary.most, 44);
    },
    [{
      method: "gradient",
      rows: Uint32Array.of(0),
      inputs: {
        summary: { shape: [50], values: Float32Array.from({ length: 50 }, (_, i) => i + 1) },
      },
    }],
  ));

Deno.test("what cannot be written is refused in a sentence", async () => {
  const data = makeData();
  const blocks = [attributionsOf(data, ALL)];
  const refuse = (
    message: RegExp,
    options: Partial<WriteTracksOptions> = {},
    { of = data, found = blocks }: { of?: Dataset; found?: readonly AttributionTrackBlock[] } = {},
  ) =>
    withDirectory(async (directory) => {
      await rejects(writeAttributionTracks(() => found, of, { directory, ...options }), message);
      deepStrictEqual([...Deno.readDirSync(directory)], []);
    });
  await refuse(/format is wig, expected one of bigwig/, { format: "wig" as never });
  await refuse(/overlaps is sum, expected one of mean, nearest/, { overlaps: "sum" as never });
  await refuse(/mostValues is 0/, { mostValues: 0 });
  await refuse(/there are no attributions/, {}, { found: [] });
  await refuse(/not of sequence/, { inputs: ["sequence"] });
  const context = { shape: [6], values: new Float32Array(6) };
  await refuse(/not of signal, summary, sequence/, {}, {
    found: [{ ...blocks[0]!, inputs: { context } }],
  });
  await refuse(/attributions of signal are \[4, 2\], expected \[bins, 1\]/, {
    record: { ...RECORD, marks: ["H3K4me3"] },
  });
  await refuse(/chromosomes of assembly rn7 are not known/, {
    record: { ...RECORD, assembly: "rn7" },
  });
  const placeless = makeData([{}, {}, {}]);
  await refuse(/E003: the data do not know the chromosomes and TSSs/, {}, { of: placeless });
  await refuse(/E003: the lengths of the chromosomes of its genes are not known/, {
    chromosomes: [{ name: "chrM", length: 16_569 }],
  });
  await refuse(/gene 1 B on the genome: its TSS is base 20000 of chr1, which has 15000 bp/, {
    chromosomes: [{ name: "chr1", length: 15_000 }],
  });
  const strandless = makeData(PLACES.map(({ strand: _, ...place }) => place));
  await refuse(/gene 0 A on the genome: its strand is not known/, {}, { of: strandless });
  const broken = attributionsOf(data, ALL);
  broken.inputs.signal!.values[2] = Infinity;
  await refuse(/has the value Infinity/, { inputs: ["signal"] }, { found: [broken] });
  await refuse(/stop/, { signal: AbortSignal.abort(new Error("stop")) });
});

Deno.test("what has no place is refused before there are attributions, as it is when they are written", async () => {
  const cases: readonly (readonly [readonly GeneDetails[], RegExp])[] = [
    [[...PLACES, { chromosome: "chr1", tss: 4e8, strand: "+" }], /TSS is base 400000000 of chr1/],
    [[...PLACES, { chromosome: "chr1", tss: 5000 }], /its strand is not known/],
    [[{ symbol: "A" }], /the data do not know the chromosomes and TSSs of its genes/],
    [[{ chromosome: "scaffold", tss: 5000, strand: "+" }], /lengths of the chromosomes of its/],
  ];
  for (const [places, message] of cases) {
    const data = makeData(places);
    const rows = [...data.rows.keys()];
    throws(() => checkTrackPlaces(rows, data, {}), message);
    await rejects(
      withTracks(data, {}, () => undefined, [attributionsOf(data, rows)]),
      message,
    );
  }
  checkTrackPlaces(ALL, makeData(), {});
});

Deno.test("names that no file can have are replaced, and no file replaces another", () => {
  const names = ["a/b", "A?b", "../..", "x".repeat(300), "x".repeat(301), "·"];
  const places = PLACES.slice(0, 1);
  const data = makeData(places, {
    cellTypes: names,
    cellTypeIndex: Uint32Array.from(names, (_, i) => i),
    geneIndex: Uint32Array.from(names, () => 0),
    signal: new Uint8Array(names.length * BINS * 2),
  });
  const found = attributionsOf(data, [...names.keys()]);
  return withTracks(data, { format: "bedgraph" }, (directory, { tracks }) => {
    const files = [...Deno.readDirSync(directory)].map(({ name }) => name.toLowerCase());
    strictEqual(new Set(files).size, 12);
    ok(files.every((name) => /^[\w.-]{1,200}$/.test(name) && !name.startsWith("..")), `${files}`);
    deepStrictEqual(tracks.map(({ path }) => path.toLowerCase()).sort(), files.sort());
  }, [found]);
});

Deno.test("progress counts files", async () => {
  const seen: [number, number][] = [];
  const onProgress = ({ done, total }: Progress) => void seen.push([done, total]);
  await withTracks(makeData(), { withSignal: true, onProgress }, () => {});
  deepStrictEqual(seen, Array.from({ length: 8 }, (_, i) => [i + 1, 8]));
});

Deno.test("a bedGraph file has a line for its browser, but not one that is to be indexed", async () => {
  await withTracks(makeData(), { format: "bedgraph" }, async (directory, { tracks }) => {
    const text = await Deno.readTextFile(`${directory}/${tracks[0]?.path}`);
    ok(text.startsWith(
      'track type=bedGraph name="E003 H3K4me3 integrated-gradients" color=0,114,178 altColor=',
    ));
  });
  await withTracks(makeData(), { format: "bedgraph.gz" }, async (directory, { tracks }) => {
    const text = gunzipSync(await Deno.readFile(`${directory}/${tracks[0]?.path}`)).toString();
    ok(text.startsWith("chr1\t9800\t9900\t-100\n"));
  });
});

testIf(PYTHON_WITH_PYBIGWIG !== undefined, "pybigwig", {
  name: "pyBigWig finds a gene's attributions at its place",
  fn: () =>
    withTracks(makeData(), {}, async (directory, { tracks }) => {
      const program = "import pyBigWig, sys; bw = pyBigWig.open(sys.argv[1]); " +
        'print(bw.chroms(), bw.intervals("chr1", 19801, 20201))';
      const path = `${directory}/${tracks[0]?.path}`;
      const printed = await runProgram(PYTHON_WITH_PYBIGWIG!, ["-c", program, path]);
      strictEqual(
        printed.trim(),
        "{'chr1': 249250621, 'chr2': 243199373} ((19801, 19901, -230.0), (19901, 20001, -220.0), " +
          "(20001, 20101, -210.0), (20101, 20201, -200.0))",
      );
    }),
});
