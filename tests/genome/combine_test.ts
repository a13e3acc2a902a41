/** How `prepare` combines replicates with each other and with their controls. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { prepare } from "../../src/genome/prepare.ts";
import type {
  ControlInput,
  OpenedSignal,
  PrepareOptions,
  SignalInput,
} from "../../src/genome/prepare_options.ts";
import type { SignalTrack } from "../../src/genome/signal/track.ts";
import { geneAt } from "../helpers/genome.ts";

/** A file whose counts in the four bins of one gene are given. */
interface MadeFile extends ControlInput {
  opened: number;
  counted: number;
}

function madeFile(
  name: string,
  counts: readonly number[],
  { reads, format = "bam" }: { reads?: number | undefined; format?: SignalTrack["format"] } = {},
): MadeFile {
  const file: MadeFile = {
    name,
    opened: 0,
    counted: 0,
    open(): Promise<OpenedSignal> {
      file.opened++;
      const contigs = [{ name: "chr1", length: 1e6 }];
      const track: SignalTrack = {
        name,
        format,
        contigs,
        count: () => {
          file.counted++;
          return Promise.resolve({ values: Float64Array.from(counts), contigs, reads });
        },
      };
      return Promise.resolve({ track, close: () => {} });
    },
  };
  return file;
}

/** Makes an input of a file. */
function input(
  file: MadeFile,
  { cellType = "liver", mark = "H3K4me3", ...others }: Partial<SignalInput> = {},
): SignalInput {
  return { cellType, mark, name: file.name, open: () => file.open(), ...others };
}

const GENES = [geneAt("chr1", 5000)];

async function count(inputs: readonly SignalInput[], options: Partial<PrepareOptions> = {}) {
  const warnings: string[] = [];
  const preparation = await prepare(GENES, inputs, {
    rule: "reads",
    halfWidthBp: 200,
    onWarning: (text) => void warnings.push(text),
    ...options,
  });
  const [block] = await Array.fromAsync(preparation.blocks());
  return { signal: block!.signal, warnings, preparation };
}

const A = { counts: [0, 4, 10, 1], reads: 1000 };
const B = { counts: [2, 0, 70_000, 3], reads: 4000 };
const INPUT = { counts: [1, 1, 0, 8], reads: 2000 };

function replicates(control?: readonly ControlInput[]): SignalInput[] {
  return [A, B].map(({ counts, reads }, i) =>
    input(madeFile(`${i}.bam`, counts, { reads }), {
      replicate: String(i + 1),
      control: control?.[i % control.length],
    })
  );
}

Deno.test("summed replicates are integers, as of one file", async () => {
  const { signal, preparation } = await count(replicates(), { replicates: "sum" });
  ok(signal instanceof Uint32Array);
  deepStrictEqual([...signal], [2, 4, 70_010, 4]);
  strictEqual(preparation.record.replicates, "sum");
  strictEqual(preparation.record.normalisation, "none");
  deepStrictEqual(preparation.files, { marks: 2, controls: 0 });
  const rpm = await count(replicates(), { replicates: "sum", normalisation: "rpm" });
  deepStrictEqual(
    [...rpm.signal as Float32Array],
    [2, 4, 70_010, 4].map((x) => Math.fround(x * (1e6 / 5000))),
  );
});

Deno.test("averaged replicates are means of counts, or of reads per million", async () => {
  const mean = await count(replicates(), { replicates: "mean" });
  deepStrictEqual([...mean.signal as Float32Array], [1, 2, 35_005, 2]);
  const rpm = await count(replicates(), { replicates: "mean-rpm" });
  deepStrictEqual(
    [...rpm.signal as Float32Array],
    [0, 1, 2, 3].map((i) => Math.fround((A.counts[i]! * 1000 + B.counts[i]! * 250) / 2)),
  );
  deepStrictEqual([rpm.preparation.record.replicates, rpm.preparation.record.normalisation], [
    "mean-rpm",
    "rpm",
  ]);
});

Deno.test("without replicates the record does not mention them, and mean-rpm still normalises", async () => {
  const inputs = replicates().slice(0, 1);
  const { signal, preparation } = await count(inputs, { replicates: "mean-rpm" });
  deepStrictEqual([...signal as Float32Array], A.counts.map((x) => x * 1000));
  deepStrictEqual([preparation.record.replicates, preparation.record.normalisation], [
    undefined,
    "rpm",
  ]);
  const sum = await count(inputs, { replicates: "sum" });
  strictEqual("replicates" in sum.preparation.record, false);
  match(
    sum.warnings.join(),
    /replicates sum has no effect: no mark of a cell type is in several files/,
  );
});

Deno.test("replicates that are kept are cell types with groups, in columns and for files", async () => {
  const inputs = replicates().map((one, i) => ({ ...one, cellType: `liver.${i + 1}` }));
  const cellTypeGroups = new Map([["liver.1", "liver"], ["liver.2", "liver"]]);
  const { preparation } = await count(inputs, { replicates: "keep", cellTypeGroups });
  deepStrictEqual(preparation.cellTypes, ["liver.1", "liver.2"]);
  strictEqual(preparation.record.replicates, "keep");
  strictEqual(preparation.cellTypeGroups, cellTypeGroups);
  const columns = await preparation.columns();
  deepStrictEqual(columns.cellTypeGroups, ["liver", "liver"]);
  deepStrictEqual([...columns.signal], [...A.counts, ...B.counts]);
});

Deno.test("a control is scaled to the depth of the mark, and subtracted down to 0 or divided by", async () => {
  const control = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const one = () => replicates([control]).slice(0, 1);
  const scaled = INPUT.counts.map((c) => c * 1000 / 2000);
  const subtracted = await count(one(), { control: "subtract" });
  deepStrictEqual(
    [...subtracted.signal as Float32Array],
    A.counts.map((x, i) => Math.max(0, x - scaled[i]!)),
  );
  strictEqual(subtracted.preparation.record.control, "subtract");
  deepStrictEqual(subtracted.preparation.files, { marks: 1, controls: 1 });
  const ratio = await count(one(), { control: "ratio" });
  deepStrictEqual(
    [...ratio.signal as Float32Array],
    A.counts.map((x, i) => Math.fround((x + 1) / (scaled[i]! + 1))),
  );
  const rpm = await count(one(), { control: "subtract", normalisation: "rpm" });
  deepStrictEqual(
    [...rpm.signal as Float32Array],
    A.counts.map((x, i) => Math.fround(Math.max(0, x - scaled[i]!) * 1000)),
  );
});

Deno.test("summed replicates are compared with the sum of their controls, each control once", async () => {
  const own = [A, INPUT].map(({ counts, reads }, i) => madeFile(`i${i}.bam`, counts, { reads }));
  const { signal } = await count(replicates(own), { replicates: "sum", control: "subtract" });
  const pooled = A.counts.map((a, i) => a + INPUT.counts[i]!);
  const wanted = A.counts.map((a, i) =>
    Math.fround(Math.max(0, a + B.counts[i]! - pooled[i]! * (5000 / 3000)))
  );
  deepStrictEqual([...signal as Float32Array], wanted);
  const shared = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const both = await count(replicates([shared]), { replicates: "sum", control: "ratio" });
  deepStrictEqual(
    [...both.signal as Float32Array],
    A.counts.map((a, i) => Math.fround((a + B.counts[i]! + 1) / (INPUT.counts[i]! * 2.5 + 1))),
  );
  strictEqual(shared.counted, 1);
});

Deno.test("averaged replicates are compared each with its own control first", async () => {
  const own = [INPUT, A].map(({ counts, reads }, i) => madeFile(`i${i}.bam`, counts, { reads }));
  const { signal } = await count(replicates(own), { replicates: "mean", control: "subtract" });
  const wanted = A.counts.map((a, i) =>
    Math.fround(
      (Math.max(0, a - INPUT.counts[i]! * 0.5) + Math.max(0, B.counts[i]! - A.counts[i]! * 4)) / 2,
    )
  );
  deepStrictEqual([...signal as Float32Array], wanted);
  const rpm = await count(replicates(own), { replicates: "mean-rpm", control: "subtract" });
  deepStrictEqual(
    [...rpm.signal as Float32Array],
    A.counts.map((a, i) =>
      Math.fround(
        (Math.max(0, a - INPUT.counts[i]! * 0.5) * 1000 +
          Math.max(0, B.counts[i]! - A.counts[i]! * 4) * 250) / 2,
      )
    ),
  );
});

Deno.test("a control that several marks, cell types and replicates share is counted once", async () => {
  const control = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const names = ["liver", "lung"].flatMap((cellType) =>
    ["m", "n"].map((mark) => ({ cellType, mark }))
  );
  const inputs = names.flatMap(({ cellType, mark }) =>
    replicates([control]).map((one) => ({ ...one, cellType, mark }))
  );
  for (const replicates of ["sum", "mean"] as const) {
    control.counted = control.opened = 0;
    const { preparation } = await count(inputs, {
      replicates,
      control: "subtract",
      concurrency: 3,
    });
    deepStrictEqual([control.counted, control.opened], [1, 2], replicates);
    deepStrictEqual(preparation.files, { marks: 8, controls: 1 });
  }
});

Deno.test("a mark that was not measured is zero, and the data say so", async () => {
  const inputs = [
    input(madeFile("a.bam", A.counts), { cellType: "liver", mark: "n" }),
    input(madeFile("b.bam", B.counts), { cellType: "lung", mark: "m" }),
    input(madeFile("c.bam", A.counts), { cellType: "lung", mark: "n" }),
  ];
  const { preparation } = await count(inputs, { missingMarks: "mask", marks: ["m", "n"] });
  deepStrictEqual([...preparation.missingMarks!], [["liver", ["m"]]]);
  const columns = await preparation.columns();
  deepStrictEqual(columns.record.marks, ["m", "n"]);
  deepStrictEqual([...columns.markMask!], [0, 1, 1, 1]);
  deepStrictEqual([...columns.signal], [
    ...A.counts.flatMap((x) => [0, x]),
    ...B.counts.flatMap((x, i) => [x, A.counts[i]!]),
  ]);
  await rejects(
    count(inputs, { marks: ["m", "n"] }),
    /3 files for 2 cell types and 2 marks, expected each/,
  );
  await rejects(
    count(inputs, { missingMarks: "mask", marks: ["m"] }),
    /3 files for 2 cell types and 1 mark/,
  );
});

const TRACKS = [1, 2].map((i) =>
  input(madeFile(`${i}.bw`, [1, 2, 3, i], { format: "bigwig" }), {})
);

Deno.test("replicates of signal tracks are averaged, and nothing else", async () => {
  const { signal } = await count(TRACKS, { rule: "mean", replicates: "mean" });
  deepStrictEqual([...signal as Float32Array], [1, 2, 3, 1.5]);
  await rejects(
    count(TRACKS, { rule: "max", replicates: "sum" }),
    /replicates of rule max are summed, expected mean: a signal track is scaled already/,
  );
  await rejects(
    count(TRACKS, { rule: "mean", replicates: "mean-rpm" }),
    /1\.bw: a signal track has no reads to count, .* replicates by mean/,
  );
  const control = madeFile("input.bw", [1, 1, 1, 1], { format: "bigwig" });
  await rejects(
    count([{ ...TRACKS[0]!, control }], { rule: "mean", control: "subtract" }),
    /1\.bw: a signal track has no reads by which a control is scaled/,
  );
});

Deno.test("what cannot be meant is refused before anything is counted", async () => {
  const control = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const all = replicates([control]);
  const refuse = async (
    wanted: RegExp,
    inputs: SignalInput[],
    options: Partial<PrepareOptions>,
  ) => {
    await rejects(
      prepare(GENES, inputs, { rule: "reads", halfWidthBp: 200, ...options }),
      { name: "ContractError", message: wanted },
    );
  };
  await refuse(/replicates need a rule/, all, {});
  await refuse(/with keep each is a cell type of its own/, all, {
    replicates: "keep",
    cellTypeGroups: new Map(),
  });
  await refuse(/expected mean-rpm, .* or sum/, all, { replicates: "mean", normalisation: "rpm" });
  await refuse(/control is ratio, which is scaled/, all, {
    replicates: "mean-rpm",
    control: "ratio",
  });
  await refuse(/control is ratio, which is scaled/, all.slice(0, 1), {
    normalisation: "rpm",
    control: "ratio",
  });
  await refuse(/1\.bam \(H3K4me3 of liver\) has none, expected one for every file/, [
    all[0]!,
    { ...all[1]!, control: undefined },
  ], { replicates: "sum", control: "subtract" });
  await refuse(/replicates are kept, expected cellTypeGroups/, all.slice(0, 1), {
    replicates: "keep",
  });
  await rejects(
    prepare(GENES, all.slice(0, 1), {
      rule: "reads",
      replicates: "keep",
      cellTypeGroups: new Map([["skin", "skin"]]),
    }),
    { name: "RangeError", message: /"skin" is not one of the data's/ },
  );
  strictEqual(control.counted, 0);
});

Deno.test("fragments of files with a row for each and with two reads for each are not compared by depth", async () => {
  const control = madeFile("rows.bed", INPUT.counts, { reads: INPUT.reads, format: "bed" });
  const pairs = input(madeFile("pairs.bam", A.counts, { reads: A.reads }), { control });
  await rejects(count([pairs], { control: "subtract", fragments: true }), {
    name: "ContractError",
    message: /rows\.bed has a row for each, and pairs\.bam two reads, expected files of one kind/,
  });
  strictEqual((await count([pairs], { control: "subtract" })).warnings.length, 0);
});

Deno.test("files that do not say how many reads they have are refused by name", async () => {
  const control = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const silent = input(madeFile("a.bam", A.counts), { control });
  await rejects(count([silent], { control: "subtract" }), {
    name: "ContractError",
    message: /^Cannot scale a control to the depth of a\.bam: its index does not say/,
  });
  const mark = madeFile("b.bam", A.counts, { reads: 10 });
  await rejects(
    count([input(mark, { control: madeFile("i.bam", [1, 1, 1, 1]) })], { control: "ratio" }),
    /^ContractError: .*the control i\.bam: its index does not say/,
  );
  await rejects(
    count([input(mark, { control: madeFile("i.bam", [0, 0, 0, 0], { reads: 0 }) })], {
      control: "ratio",
    }),
    /^ContractError: Cannot use control i\.bam: it has no reads/,
  );
  const empty = input(madeFile("e.bam", [0, 0, 0, 0], { reads: 0 }), { control });
  deepStrictEqual([...(await count([empty], { control: "subtract" })).signal as Float32Array], [
    0,
    0,
    0,
    0,
  ]);
  await rejects(
    count([empty], { normalisation: "rpm" }),
    /Cannot normalise e\.bam: it has no reads/,
  );
});

Deno.test("warnings say that controls are not used, and that sums are of different numbers of files", async () => {
  const control = madeFile("input.bam", INPUT.counts, { reads: INPUT.reads });
  const unused = await count(replicates([control]).slice(0, 1));
  match(unused.warnings.join(), /0\.bam and others have controls, which are not used/);
  strictEqual(control.opened, 0);
  const other = input(madeFile("c.bam", A.counts), { cellType: "lung" });
  const uneven = await count([...replicates(), other], { replicates: "sum" });
  deepStrictEqual(uneven.warnings, [
    "H3K4me3 of liver is the sum of 2 files, H3K4me3 of lung is the sum of 1 file: counts grow with the number " +
    "of replicates, and mean or mean-rpm do not",
  ]);
});

Deno.test("a warning says if a control leaves nothing of a mark, and files may be objects of a class", async () => {
  class File implements ControlInput {
    readonly #made: MadeFile;
    readonly name: string;
    constructor(made: MadeFile) {
      this.#made = made;
      this.name = made.name;
    }
    open() {
      return this.#made.open();
    }
  }
  const control = new File(madeFile("input.bam", [9, 9, 99, 9], { reads: 10 }));
  const mark = input(madeFile("a.bam", A.counts, { reads: A.reads }), { control });
  const { signal, warnings } = await count([mark], { control: "subtract" });
  deepStrictEqual([...signal as Float32Array], [0, 0, 0, 0]);
  deepStrictEqual(warnings, [
    "nothing is left of H3K4me3 of liver when its control input.bam is subtracted: all its values are zero. " +
    "Is it the control of this mark?",
  ]);
});

Deno.test("any replicates and controls give what the formulas say", async () => {
  const counts = fc.array(fc.nat(100), { minLength: 4, maxLength: 4 });
  const file = fc.record({ counts, reads: fc.integer({ min: 1, max: 1e6 }) });
  const replicate = fc.record({ file, control: fc.nat(2) });
  const sample = fc.array(replicate, { minLength: 1, maxLength: 4 });
  const rules = fc.constantFrom("sum", "mean", "mean-rpm");
  await fc.assert(fc.asyncProperty(
    fc.array(sample, { minLength: 1, maxLength: 3 }),
    fc.tuple(file, file, file),
    rules,
    fc.constantFrom(undefined, "subtract", "ratio"),
    async (samples, inputs, replicates, control) => {
      if (replicates === "mean-rpm" && control === "ratio") return;
      const controls = inputs.map(({ counts, reads }, i) => madeFile(`c${i}`, counts, { reads }));
      const files = samples.flatMap((sample, mark) =>
        sample.map(({ file: { counts, reads }, control: c }, i) =>
          input(madeFile(`${mark}.${i}`, counts, { reads }), {
            mark: `m${mark}`,
            ...control !== undefined && { control: controls[c] },
          })
        )
      );
      const { signal } = await count(files, { replicates, control });
      const wanted = [0, 1, 2, 3].flatMap((bin) =>
        samples.map((sample) => {
          const groups = replicates === "sum" ? [sample] : sample.map((one) => [one]);
          const values = groups.map((group) => {
            const x = sum(group.map(({ file }) => file.counts[bin]!));
            const reads = sum(group.map(({ file }) => file.reads));
            const own = [...new Set(group.map(({ control }) => control))].map((i) => inputs[i]!);
            const c = sum(own.map(({ counts }) => counts[bin]!)) * reads /
              sum(own.map(({ reads }) => reads));
            const compared = control === undefined
              ? x
              : control === "ratio"
              ? (x + 1) / (c + 1)
              : Math.max(0, x - c);
            return replicates === "mean-rpm" ? compared * 1e6 / reads : compared;
          });
          return sum(values) / values.length;
        })
      );
      // Float32 has 24 bits; subtraction of near numbers leaves an error of float64 only.
      const far = wanted.filter((value, i) =>
        !(Math.abs(value - signal[i]!) <= 1e-7 * Math.abs(value) + 1e-9)
      );
      deepStrictEqual(far, []);
    },
  ));
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
