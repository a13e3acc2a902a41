import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readDeepchromeCsv } from "../../../src/io/deepchrome_csv.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import {
  diagnoseSamples,
  type ExamineOptions,
  examineSamples,
} from "../../../src/genome/doctor/examine.ts";
import type { Finding } from "../../../src/genome/doctor/finding.ts";
import type { Gene } from "../../../src/genome/gene.ts";
import { hasStrands } from "../../../src/genome/doctor/strand_orientation.ts";
import { flipBins } from "../../../src/genome/windows.ts";
import { simulate, simulateColumns } from "../../../src/simulate/mod.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";

const SIZE = { cellTypes: 5, genes: 600, newCellTypes: 1, newGenes: 30, depthSpread: 0.1 };
const { train: CLEAN, eval: UNSEEN } = simulateColumns(SIZE);
const MARKS = CLEAN.record.marks;
const GENES: readonly Gene[] = [...simulate(SIZE).rows("train")].slice(0, SIZE.genes)
  .map(({ gene, strand }, i) => (
    { id: gene, chromosome: "chr1", tss: 10_000 * i, strand: strand === 1 ? "+" : "-", line: i + 1 }
  ));

/** The place of a value. */
interface Place {
  readonly cellType: string;
  readonly mark: string;
  readonly bin: number;
  readonly at: number;
}

/** Returns the clean data with every value replaced. */
function plant(change: (value: number, place: Place) => number): SampleColumns {
  const { signal, cellTypes, cellTypeIndex, bins } = CLEAN;
  const marks = MARKS.length;
  const values = Float64Array.from(signal, (value, at) => {
    const row = Math.floor(at / (bins * marks));
    const bin = Math.floor(at / marks) % bins;
    return change(value, {
      cellType: cellTypes[cellTypeIndex[row]!]!,
      mark: MARKS[at % marks]!,
      bin,
      at,
    });
  });
  return { ...CLEAN, signal: values };
}

/** Returns the first finding. All findings must be of the given check. */
function only(findings: readonly Finding[], check: string): Finding {
  deepStrictEqual([...new Set(findings.map((finding) => finding.check))], [check]);
  ok(findings.every(({ advice }) => advice.length > 20));
  return findings[0]!;
}

/** The findings of one check, if other checks may find the same fault. */
function among(findings: readonly Finding[], check: string): readonly Finding[] {
  const found = findings.filter((finding) => finding.check === check);
  ok(found.length > 0, `${check} is not among ${findings.map((finding) => finding.check)}`);
  return found;
}

const [FIRST, SECOND] = CLEAN.cellTypes;
/** The distance from one mark to another in the same bin. */
const distance = (from: string, to: string) => MARKS.indexOf(to) - MARKS.indexOf(from);

/** Returns the clean data with two marks exchanged in some cell types. */
function swap(a: string, b: string, belongs: (cellType: string) => boolean): SampleColumns {
  return plant((value, { mark, cellType, at }) => {
    if (!belongs(cellType) || (mark !== a && mark !== b)) return value;
    return CLEAN.signal[at + (mark === a ? distance(a, b) : distance(b, a))]!;
  });
}

Deno.test("clean data give no findings, not even with genes and unseen test data", () => {
  deepStrictEqual(examineSamples(CLEAN), []);
  const fresh = { ...UNSEEN, genes: UNSEEN.genes.map((gene) => `9${gene}`) };
  deepStrictEqual(examineSamples(CLEAN, { genes: GENES, test: fresh }), []);
  for (const seed of [2, 3, 4]) {
    deepStrictEqual(examineSamples(simulateColumns({ ...SIZE, seed }).train), []);
  }
});

Deno.test("counts that are all multiples of a number are found, by mark", () => {
  const doubled = plant((value, { mark }) => mark === "H3K4me3" ? 2 * value : value);
  const { where, message } = only(examineSamples(doubled), "doubled-counts");
  match(where, /^H3K4me3 in .* and 2 more$/);
  match(message, /all counts are even.*twice/);
  const tripled = plant((value, { mark, cellType }) =>
    mark === "H3K9me3" && cellType === FIRST ? 3 * value : value
  );
  // A sample that is three times as deep may also be an outlier of depth.
  match(examineSamples(tripled)[0]!.message, /multiples of 3/);
});

testWith(
  "shared",
  "in the real DeepChrome sample only the doubled H3K4me3 is found",
  async () => {
    for (const name of ["train", "valid", "test"]) {
      const path = sharedFile(`data/deepchrome_toy/${name}.csv`).pathname;
      const findings = examineSamples(await readDeepchromeCsv(path));
      match(only(findings, "doubled-counts").where, /^H3K4me3 in /);
      strictEqual(findings.length, 1);
    }
  },
);

Deno.test("an empty and a constant sample are found", () => {
  const empty = plant((value, { mark, cellType }) =>
    mark === "H3K9me3" && cellType === FIRST ? 0 : value
  );
  const { where, message } = only(examineSamples(empty), "empty-samples");
  deepStrictEqual([where, message], [`H3K9me3 in ${FIRST}`, "there is no signal at all"]);
  const constant = plant((value, { mark, cellType }) =>
    mark === "H3K9me3" && cellType === FIRST ? 1 : value
  );
  match(only(examineSamples(constant), "empty-samples").message, /every value is 1/);
});

Deno.test("two identical samples are found", () => {
  const offset = CLEAN.signal.length / SIZE.cellTypes;
  const copied = plant((value, { mark, cellType, at }) =>
    mark === "H3K36me3" && cellType === SECOND ? CLEAN.signal[at - offset]! : value
  );
  const { where } = only(examineSamples(copied), "identical-samples");
  strictEqual(where, `H3K36me3 in ${FIRST} = H3K36me3 in ${SECOND}`);
});

Deno.test("marks swapped in all cell types are found by their place and by their relations", () => {
  for (const other of MARKS.filter((mark) => mark !== "H3K4me3")) {
    const findings = examineSamples(swap("H3K4me3", other, () => true));
    const { where } = findings.find(({ check }) => check === "swapped-marks")!;
    match(where, new RegExp(`^H3K4me3 and ${other} in `));
  }
  const findings = examineSamples(swap("H3K36me3", "H3K27me3", () => true));
  match(among(findings, "swapped-marks")[0]!.where, /^H3K36me3 and H3K27me3 in /);
});

Deno.test("a few reads at the ends of windows do not tell which mark rises more around the TSS", () => {
  // Nearly all signal of H3K4me3 and all of H3K27me3 lies near the TSS, as in shallow files.
  const shallow = plant((value, { mark, bin, at }) => {
    const isEnd = bin < 20 || bin >= 80;
    if (mark === "H3K27me3") return isEnd ? 0 : value;
    return mark === "H3K4me3" && isEnd ? Number(at % 997 === 0) : value;
  });
  const findings = examineSamples(shallow).filter(({ message }) => message.includes("rises"));
  deepStrictEqual(findings, []);
});

Deno.test("marks swapped in one cell type are found by comparison with the others", () => {
  const pairs = [
    ["H3K4me1", "H3K27me3"],
    ["H3K36me3", "H3K4me1"],
    ["H3K27me3", "H3K36me3"],
  ] as const;
  for (const [a, b] of pairs) {
    const findings = examineSamples(swap(a, b, (cellType) => cellType === FIRST));
    const places = among(findings, "swapped-marks").map(({ where }) => where);
    ok(places.some((where) => where.includes(a) && where.includes(b) && where.endsWith(FIRST!)));
  }
});

Deno.test("a sample of another depth is found", () => {
  const deep = plant((value, { mark, cellType, at }) =>
    mark === "H3K4me1" && cellType === SECOND ? value && 7 * value + at % 3 : value
  );
  const { where, message } = only(examineSamples(deep), "depth-outliers");
  strictEqual(where, `H3K4me1 in ${SECOND}`);
  match(message, /[678]\.\d times above/);
});

Deno.test("genes without promoter signal are counted, and promoters that do not rise are found", () => {
  const silentGene = plant((value, { at }) => Math.floor(at / 500) % SIZE.genes === 7 ? 0 : value);
  const note = only(examineSamples(silentGene), "promoter-signal");
  strictEqual(note.severity, "note");
  match(note.message, /^1 of 600 genes/);
  match(note.where, new RegExp(CLEAN.genes[7]!));
  const flat = plant((value, { mark, bin }) => mark === "H3K4me3" ? bin * 7 % 5 : value);
  const found = examineSamples(flat).find(({ check }) => check === "promoter-signal");
  match(found!.message, /1\.\d times as high around the TSS/);
});

Deno.test("bins that are off by one are found, to either side, and a cut window", () => {
  for (const shift of [1, -1]) {
    const moved = plant((_, { bin, at }) => {
      const from = Math.min(CLEAN.bins - 1, Math.max(0, bin - shift));
      return CLEAN.signal[at + (from - bin) * MARKS.length]!;
    });
    const { message } = only(examineSamples(moved), "shifted-bins");
    match(
      message,
      new RegExp(`(0\\.[6-9]|1\\.[0-4]) bins to the ${shift > 0 ? "right" : "left"}`),
    );
  }
  const cut = plant((value, { bin }) => bin === 99 ? 0 : value);
  match(only(examineSamples(cut), "shifted-bins").message, /last bin is zero/);
});

Deno.test("windows from BED are not expected to lie around a TSS, and what is not checked is listed", () => {
  const moved = plant((value, { bin, at }) =>
    bin < 90 ? CLEAN.signal[at + 10 * MARKS.length]! : value
  );
  ok(examineSamples(moved).length > 0);
  const asBed = { ...moved, record: { ...moved.record, tss: "bed" as const } };
  const { findings, skipped } = diagnoseSamples(asBed);
  deepStrictEqual(findings, []);
  deepStrictEqual(
    skipped.filter(({ reason }) => /windows from BED/.test(reason)).map(({ check }) => check),
    ["swapped-marks", "promoter-signal", "shifted-bins", "strand-orientation"],
  );
});

Deno.test("an edge without reads is not a cut if the bins next to it have few", () => {
  // Shallow data in transcript orientation have few reads far from the TSS, even in all genes together.
  const shallow = (least: number) =>
    plant((value, { bin, at }) => {
      const gene = Math.floor(at / (CLEAN.bins * MARKS.length)) % SIZE.genes;
      if (bin < 2) return 0;
      return bin < 12 ? Number(gene % 100 < least) : value;
    });
  const edges = (columns: SampleColumns) =>
    examineSamples({ ...columns, record: { ...CLEAN.record, orientation: "transcript" } })
      .filter(({ check }) => check === "shifted-bins");
  // With 6 genes in four of the five bins next to it, the chance e⁻⁴·⁸ is not small; e⁻²⁴ is.
  deepStrictEqual(edges(shallow(1)), []);
  match(edges(shallow(5))[0]!.message, /first bin is zero in all genes.* 24 genes have signal/);
});

Deno.test("a cut window is found in any unit of values", () => {
  for (const factor of [1, 0.001]) {
    const cut = plant((value, { bin }) => bin === 0 ? 0 : factor * value);
    match(among(examineSamples(cut), "shifted-bins")[0]!.message, /first bin is zero/);
  }
});

Deno.test("a direction of minus-strand genes that contradicts the record is found in both directions", () => {
  const shape = { bins: CLEAN.bins, marks: MARKS.length };
  const signal = CLEAN.signal.slice();
  const strands = Array.from(CLEAN.geneIndex, (gene) => GENES[gene]!);
  flipBins(signal, strands, shape);
  const flipped = { ...CLEAN, signal };
  const transcript = { ...CLEAN.record, orientation: "transcript" } as const;
  const examine = (columns: SampleColumns, options: ExamineOptions = { genes: GENES }) =>
    examineSamples(columns, options).filter(({ check }) => check === "strand-orientation");
  match(only(examine(flipped), "strand-orientation").message, /as in transcript.*says genomic/);
  deepStrictEqual(examine({ ...flipped, record: transcript }), []);
  match(
    only(examine({ ...CLEAN, record: transcript }), "strand-orientation").message,
    /as in genomic.*says transcript/,
  );
});

Deno.test("strands in the data are used if no file of genes is given", () => {
  const transcript = { ...CLEAN, record: { ...CLEAN.record, orientation: "transcript" } as const };
  const strands = { geneDetails: GENES.map(({ strand }) => ({ strand })) };
  const found = among(examineSamples({ ...transcript, ...strands }), "strand-orientation");
  match(found[0]!.message, /as in genomic.*says transcript/);
  strictEqual(hasStrands({ ...CLEAN, ...strands }), true);
  strictEqual(hasStrands(CLEAN), false);
  deepStrictEqual(examineSamples({ ...CLEAN, ...strands }), []);
});

Deno.test("a TSS taken at the wrong end of minus-strand genes is found", () => {
  const wrong = plant((value, { mark, at }) => {
    const gene = Math.floor(at / (CLEAN.bins * MARKS.length)) % SIZE.genes;
    return mark === "H3K4me3" && GENES[gene]!.strand === "-" ? at * 7 % 3 : value;
  });
  const found = examineSamples(wrong, { genes: GENES }).find(({ check }) =>
    check === "strand-orientation"
  );
  match(found!.message, /H3K4me3 rises .* at their TSS, on the plus strand/);
});

Deno.test("a file with other genes is reported", () => {
  const findings = examineSamples(CLEAN, { genes: GENES.slice(0, 10) });
  match(only(findings, "strand-orientation").message, /has 10 of the data's 600 genes/);
});

Deno.test("samples and genes that are in both training and test data are found", () => {
  const same = only(examineSamples(CLEAN, { test: CLEAN }), "shared-genes");
  strictEqual(same.severity, "warning");
  match(same.message, /^3,000 of 3,000 test samples/);
  const note = only(examineSamples(CLEAN, { test: UNSEEN }), "shared-genes");
  strictEqual(note.severity, "note");
  match(note.message, /^600 of 630 test genes/);
});
