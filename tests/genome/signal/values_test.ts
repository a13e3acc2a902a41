import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { prepare } from "../../../src/genome/prepare.ts";
import type { SignalInput } from "../../../src/genome/prepare_options.ts";
import { openBigWig } from "../../../src/genome/signal/big_wig.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { TRACK_RULES } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { type ByteSource, bytesSource } from "../../../src/files/byte_source.ts";
import { writeBigWig } from "../../fuzz/big_wig_file.ts";
import { countText, geneAt } from "../../helpers/genome.ts";
import { textSource } from "../../helpers/text_source.ts";

const GENES = [geneAt("chr1", 1000)];
const WINDOWS = geneWindows(GENES, { halfWidthBp: 200 });
const SHAPE = { halfWidthBp: 200 } as const;

function inputOf(source: ByteSource, mark: string): SignalInput {
  return {
    cellType: "liver",
    mark,
    name: source.name,
    open: async () => ({ track: await openSignal(source), close: () => {} }),
  };
}

const INFINITE = ["inf", "-inf", "Infinity", "1e400", "-1e999"];

for (const value of INFINITE) {
  Deno.test(`a bedGraph value of ${value} is refused with file, mark, gene and place`, async () => {
    for (const rule of TRACK_RULES) {
      // A larger value and the opposite infinity are next to it, and must not hide it.
      const text =
        `chr1\t900\t930\t5\nchr1\t930\t950\t${value}\nchr1\t950\t960\tinf\nchr1\t960\t990\t-inf\n`;
      const preparation = await prepare(GENES, [inputOf(textSource(text, "x.bdg"), "ratio")], {
        ...SHAPE,
        rule,
      });
      await rejects(preparation.columns(), {
        name: "ContractError",
        message:
          /^Cannot use x\.bdg: gene chr1:1000 \(line 1 .* has -?Infinity in bin 1 of ratio in liver, at chr1:900-1000, .*pseudocount/,
      });
    }
  });
}

Deno.test("an infinite value outside of all windows does not matter", async () => {
  const text = "chr1\t900\t1000\t5\nchr1\t1200\t1300\tinf\n";
  const { values } = await countText(text, WINDOWS, { rule: "mean" });
  deepStrictEqual([...values], [0, 5, 0, 0]);
});

Deno.test("negative values and values too large for float32 are refused with mark and place", async () => {
  const refuse = async (value: string, wanted: RegExp) => {
    const source = textSource(`chr1\t1000\t1100\t${value}\n`, "x.bdg");
    const preparation = await prepare(GENES, [inputOf(source, "log")], { ...SHAPE, rule: "mean" });
    await rejects(preparation.columns(), wanted);
  };
  await refuse(
    "-0.5",
    /has -0\.5 in bin 2 of log in liver, at chr1:1000-1100, expected signal >= 0/,
  );
  await refuse("1e39", /has 1e\+39 in bin 2 of log in liver.*float32/);
});

/** Offset of the first section of the small bigWig file, whose rows are 0-50, 100-150, … of chr1. */
function firstSection(view: DataView): number {
  return Number(view.getBigUint64(16, true)) + 8;
}

const SUMMARY = 64;

/** A bigWig file with a given value in its tenth row, 900-950, and a given largest value in its summary. */
function bigWigWith(value: number, largest: number): Uint8Array<ArrayBuffer> {
  const bytes = writeBigWig({ compress: false, deep: false }).finish();
  const view = new DataView(bytes.buffer);
  view.setFloat32(firstSection(view) + 24 + 9 * 12 + 8, value, true);
  view.setFloat64(SUMMARY + 8, Math.min(0, value), true);
  view.setFloat64(SUMMARY + 16, largest, true);
  return bytes;
}

const sound = () => inputOf(textSource("chr1\t900\t950\t5\n", "a.bdg"), "H3K4me3");

Deno.test("a bad value that shows in a bigWig file's summary is found before any file is counted", async () => {
  const bigWig = (value: number, largest: number) =>
    inputOf(bytesSource(bigWigWith(value, largest), "inf.bw"), "ratio");
  const wanted = /inf\.bw: .* has Infinity in bin 1 of ratio in liver, at chr1:900-1000/;
  for (const rule of TRACK_RULES) {
    const options = { ...SHAPE, rule };
    await rejects(prepare(GENES, [sound(), bigWig(Infinity, Infinity)], options), wanted);
    // A summary may be wrong, but values are checked in any case.
    const silent = await prepare(GENES, [sound(), bigWig(Infinity, 9)], options);
    await rejects(silent.columns(), wanted);
  }
  const negative = prepare(GENES, [sound(), bigWig(-4.5, 9)], { ...SHAPE, rule: "mean" });
  await rejects(negative, /inf\.bw: .* has -4\.5 in bin 1 of ratio in liver/);
  const elsewhere = await prepare([geneAt("chr1", 400)], [bigWig(4.5, Infinity)], {
    ...SHAPE,
    rule: "max",
  });
  deepStrictEqual([...(await elsewhere.columns()).signal], [1, 1.5, 2, 2.5]);
});

Deno.test("missing values are treated as by pyBigWig: their bin is 0, with a warning", async () => {
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const text =
    ["nan", "NaN", "NA", "."].map((value, i) =>
      `chr1\t${810 + 100 * i}\t${820 + 100 * i}\t${value}\n`
    ).join("") + "chr1\t850\t860\t3\n";
  const track = await openSignal(textSource(text, "a.bedGraph"));
  for (const rule of ["mean", "sum"] as const) {
    const { values } = await track.count(WINDOWS, { rule, onWarning });
    deepStrictEqual([...values], [0, 0, 0, 0]);
  }
  match(
    warnings[0]!,
    /^a\.bedGraph has 4 rows whose value is missing; .* is 0.*such as chr1:810-820$/,
  );
  const bigWig = await openBigWig(bytesSource(bigWigWith(NaN, NaN), "a.bw"));
  strictEqual(bigWig.hasSoundSummary, false);
  await bigWig.count(WINDOWS, { rule: "mean", onWarning });
  match(warnings.at(-1)!, /^a\.bw has 1 interval near the windows whose value is missing/);
});

Deno.test("compressed sections under a header that says they are not are refused, not skipped", async () => {
  const bytes = writeBigWig({ compress: true, deep: false }).finish();
  new DataView(bytes.buffer).setUint32(52, 0, true);
  const track = await openBigWig(bytesSource(bytes, "a.bw"));
  await rejects(track.count(WINDOWS, { rule: "mean" }), {
    name: "FormatError",
    message:
      /says that sections are not compressed \(uncompressBufSize is 0\), but they are.*a\.bw/,
  });
});

Deno.test("a section of another sequence than the index says is refused", async () => {
  const bytes = writeBigWig({ compress: false, deep: false }).finish();
  const view = new DataView(bytes.buffer);
  view.setUint32(firstSection(view), 1, true);
  const track = await openBigWig(bytesSource(bytes, "a.bw"));
  await rejects(
    track.count(WINDOWS, { rule: "mean" }),
    /a section is of sequence 1, expected 0 \(chr1\).*a\.bw/,
  );
});

Deno.test("overlapping intervals of a bigWig file are refused with their chromosome", async () => {
  const bytes = writeBigWig({ compress: false, deep: false }).finish();
  const view = new DataView(bytes.buffer);
  view.setUint32(firstSection(view) + 24 + 8 * 12 + 4, 901, true);
  const track = await openBigWig(bytesSource(bytes, "a.bw"));
  await rejects(
    track.count(WINDOWS, { rule: "sum" }),
    /the interval chr1:900-950 overlaps the one/,
  );
});
