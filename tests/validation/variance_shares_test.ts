import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../../src/data/sample_groups.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import {
  describeVariance,
  type VarianceComponents,
  type VarianceShares,
  varianceShares,
} from "../../src/validation/mod.ts";
import { groupedData } from "../helpers/grouped.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { tableColumns } from "../helpers/samples.ts";
import { packedSignal } from "../helpers/packed.ts";

/** Labels made from effects of known deviations, with some samples left out. */
function makeLabelled(
  { genes, cellTypes, deviations, isKept = () => true, seed = 1 }: {
    readonly genes: number;
    readonly cellTypes: number;
    readonly deviations: readonly [gene: number, cellType: number, rest: number];
    readonly isKept?: (gene: number, cellType: number) => boolean;
    readonly seed?: number;
  },
): Dataset {
  const columns = tableColumns(cellTypes, genes);
  const draw = (what: string, count: number) => {
    const stream = new RandomStream(deriveKey(seed, what));
    return Float64Array.from({ length: count }, () => stream.normal());
  };
  const [ofGene, ofCellType] = [draw("genes", genes), draw("cell types", cellTypes)];
  const rest = draw("rest", genes * cellTypes);
  const labels = rest.map((value, row) =>
    3 + deviations[0] * ofGene[row % genes]! +
    deviations[1] * ofCellType[Math.floor(row / genes)]! + deviations[2] * value
  );
  const rows = [...labels.keys()].filter((row) =>
    isKept(columns.geneIndex[row]!, columns.cellTypeIndex[row]!)
  );
  return new Dataset({ ...columns, labels }, Uint32Array.from(rows));
}

/** The three mean squares of a full table, and what they are expected to be: a textbook's two-way analysis. */
function analyseBalanced(labels: ArrayLike<number>, genes: number, cellTypes: number) {
  const at = (gene: number, cellType: number) => labels[cellType * genes + gene]!;
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const ofGene = range(genes).map((gene) => mean(range(cellTypes).map((c) => at(gene, c))));
  const ofCellType = range(cellTypes).map((c) => mean(range(genes).map((gene) => at(gene, c))));
  const all = mean(ofGene);
  const squares = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - all) ** 2, 0);
  let rest = 0;
  for (const gene of range(genes)) {
    for (const c of range(cellTypes)) {
      rest += (at(gene, c) - ofGene[gene]! - ofCellType[c]! + all) ** 2;
    }
  }
  rest /= (genes - 1) * (cellTypes - 1);
  return {
    genes: Math.max(0, (cellTypes * squares(ofGene) / (genes - 1) - rest) / cellTypes),
    cellTypes: Math.max(0, (genes * squares(ofCellType) / (cellTypes - 1) - rest) / genes),
    rest,
  };
}

function checkClose(
  found: VarianceComponents,
  wanted: VarianceComponents,
  tolerance: number,
): void {
  for (const name of ["genes", "cellTypes", "rest"] as const) {
    const apart = Math.abs(found[name] - wanted[name]);
    ok(apart <= tolerance, `${name}: ${found[name]}, expected ${wanted[name]}`);
  }
}

Deno.test("in a full table the components are those of a textbook's analysis of variance", () => {
  const tables = fc.record({
    genes: fc.integer({ min: 2, max: 9 }),
    cellTypes: fc.integer({ min: 2, max: 6 }),
    seed: fc.nat(),
    offset: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  });
  fc.assert(fc.property(tables, ({ genes, cellTypes, seed, offset }) => {
    const data = makeLabelled({ genes, cellTypes, seed, deviations: [2, 1, 1] });
    const labels = data.labels().map((label) => label + offset);
    const { components } = varianceShares(new Dataset({ ...data.columns, labels }));
    checkClose(components!, analyseBalanced(labels, genes, cellTypes), 1e-7);
  }));
});

Deno.test("known components are found where a third of the samples is missing", () => {
  const wanted = { genes: 4, cellTypes: 1, rest: 2.25 };
  const sums = { genes: 0, cellTypes: 0, rest: 0 };
  const tables = 40;
  for (let seed = 0; seed < tables; seed++) {
    const data = makeLabelled({
      genes: 300,
      cellTypes: 12,
      deviations: [2, 1, 1.5],
      seed,
      // Some genes are in few cell types, and some cell types have few genes.
      isKept: (gene, cellType) => (gene * 7 + cellType * 5 + gene % (cellType + 2)) % 3 > 0,
    });
    const { components } = varianceShares(data);
    for (const name of ["genes", "cellTypes", "rest"] as const) sums[name] += components![name];
  }
  const means = {
    genes: sums.genes / tables,
    cellTypes: sums.cellTypes / tables,
    rest: sums.rest / tables,
  };
  // The standard error of the mean over 40 tables is 0.05, 0.07 and 0.01.
  checkClose(means, wanted, 0.25);
});

Deno.test("replicates, and a gene's transcripts, are one label, their mean", () => {
  fc.assert(fc.property(groupedData, fc.nat(), (grouped, seed) => {
    const stream = new RandomStream(deriveKey(seed, "labels"));
    const labels = grouped.columns.labels!.map(() => stream.normal());
    const data = new Dataset({ ...grouped.columns, labels }, grouped.rows);
    const [genes, cellTypes] = [geneGroupIndices(data), cellTypeGroupIndices(data)];
    const pairs = Map.groupBy(data.labels().keys(), (row) => `${genes[row]} ${cellTypes[row]}`);
    const firsts = [...pairs.values()].map(([row = 0]) => row);
    const joined = [...pairs.values()].map((rows) =>
      rows.reduce((sum, row) => sum + data.labels()[row]!, 0) / rows.length
    );
    const plain = tableColumns(20, 20);
    const found = varianceShares(data);
    const wanted = varianceShares(
      new Dataset({
        ...plain,
        signal: packedSignal(plain).slice(0, 2 * joined.length),
        labels: Float64Array.from(joined),
        geneIndex: Uint32Array.from(firsts, (row) => genes[row]!),
        cellTypeIndex: Uint32Array.from(firsts, (row) => cellTypes[row]!),
      }),
    );
    strictEqual(found.labels, joined.length);
    ok(Math.abs(found.variance - wanted.variance) < 1e-9);
    strictEqual(found.components === undefined, wanted.components === undefined);
    if (found.components) checkClose(found.components, wanted.components!, 1e-9);
  }));
});

Deno.test("components that cannot be told apart are not made up", () => {
  const deviations = [1, 1, 1] as const;
  const oneCellType = varianceShares(makeLabelled({ genes: 9, cellTypes: 1, deviations }));
  const oneGene = varianceShares(makeLabelled({ genes: 1, cellTypes: 9, deviations }));
  const isKept = (gene: number, cellType: number) => gene % 3 === cellType;
  const apart = varianceShares(makeLabelled({ genes: 9, cellTypes: 3, deviations, isKept }));
  const linked = varianceShares(makeLabelled({
    genes: 9,
    cellTypes: 3,
    deviations,
    isKept: (gene, cellType) => gene === 0 || isKept(gene, cellType),
  }));
  for (const found of [oneCellType, oneGene, apart, linked]) {
    strictEqual(found.components, undefined);
    strictEqual(found.shares, undefined);
    ok(found.variance > 0);
  }
  const [line, ...others] = describeVariance(oneCellType);
  strictEqual(others.length, 0);
  ok(line?.endsWith("with one cell type, what lies between genes cannot be told from the rest."));
  ok(describeVariance(oneGene)[0]?.includes("with one gene"));
  ok(describeVariance(apart)[0]?.includes("share too few genes"));
});

Deno.test("labels that are all the same have no shares, and one label has no variance", () => {
  const columns: SampleColumns = { ...tableColumns(3, 4), labels: new Float64Array(12).fill(0.1) };
  const same = varianceShares(new Dataset(columns));
  strictEqual(same.variance, 0);
  strictEqual(same.shares, undefined);
  strictEqual(same.tiedShare, 1);
  deepStrictEqual(describeVariance(same), ["Labels: all 12 labels are the same."]);
  const one = varianceShares(new Dataset(columns).slice(0, 1));
  deepStrictEqual([one.labels, one.variance, one.components, one.tiedShare], [1, 0, undefined, 0]);
  throws(() => varianceShares(new Dataset(columns).slice(0, 0)), /there are 0 samples/);
  throws(() => varianceShares(new Dataset({ ...columns, labels: undefined })), /labels/);
});

Deno.test("zeros and ties are counted among samples", () => {
  const labels = Float64Array.of(0, -0, 1, 2, 2, 3);
  const found = varianceShares(new Dataset({ ...tableColumns(2, 3), labels }));
  strictEqual(found.zeroShare, 2 / 6);
  strictEqual(found.tiedShare, 4 / 6);
});

Deno.test("what is said depends on where the variance lies", () => {
  const known = {
    labels: 100,
    genes: 25,
    cellTypes: 4,
    variance: 4.419,
    zeroShare: 0.118,
    tiedShare: 0.2,
  };
  const describe = (genes: number, cellTypes: number, others: Partial<VarianceShares> = {}) =>
    describeVariance({
      ...known,
      shares: { genes, cellTypes, rest: 1 - genes - cellTypes },
      ...others,
    });
  const [first, second] = describe(0.71, 0.00003);
  strictEqual(
    first,
    "Labels: variance 4.42: 71% between genes, 0% between cell types, 29% in the rest. 12% of the labels are 0.",
  );
  ok(second?.startsWith("For a gene that is trained on, its mean label explains about 71%"));
  ok(second?.includes("changes at most 29%"));
  ok(describe(0.19, 0.004)[0]?.includes("0.4% between cell types"));
  ok(describe(0.19, 0.004)[1]?.includes("about 19% only; 81% changes"));
  ok(describe(0.5, 0.2)[1]?.includes("Cell types differ in level (20%)"));
  ok(!describe(0.5, 0.2, { zeroShare: 0 })[0]?.includes("are 0"));
});

/** Roadmap's expression in some cell types, as labels of the competition's 16,000 training genes. */
async function readRoadmapLabels(
  isWanted: (cellType: string) => boolean,
  labelOf: (rpkm: number, reference: number) => number,
): Promise<Dataset> {
  const table = await Deno.open(sharedFile("data/real/57epigenomes.RPKM.pc.gz"));
  const text = await new Response(table.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  const genes = await Deno.readTextFile(sharedFile("data/real/competition_genes.tsv"));
  const kept = new Set(
    genes.split("\n").flatMap((line) => line.endsWith("\t0") ? line.slice(0, -2) : []),
  );
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const names = header.split("\t").slice(1).filter((name) => name !== "");
  const cellTypes = names.filter((name) => name !== "E000" && isWanted(name));
  const rows = lines.map((line) => line.split("\t")).filter(([gene = ""]) => kept.has(gene));
  const { geneIndex, cellTypeIndex, ...columns } = tableColumns(cellTypes.length, rows.length);
  const reference = names.indexOf("E000") + 1;
  const labels = Float64Array.from(geneIndex, (gene, row) => {
    const cellType = names.indexOf(cellTypes[cellTypeIndex[row]!]!) + 1;
    return labelOf(Number(rows[gene]![cellType]), Number(rows[gene]![reference]));
  });
  return new Dataset({ ...columns, geneIndex, cellTypeIndex, labels });
}

testWith("shared", "Roadmap's labels have the shares that another program found", async () => {
  const log2 = await readRoadmapLabels(
    (name) => ["E116", "E119", "E122", "E123"].includes(name),
    (rpkm) => Math.log2(rpkm + 1),
  );
  const four = varianceShares(log2);
  strictEqual(four.labels, 64_000);
  strictEqual(four.variance.toFixed(2), "4.42");
  checkClose(four.shares!, { genes: 0.71, cellTypes: 0, rest: 0.29 }, 0.005);
  const competition = await readRoadmapLabels(
    (name) => !["E071", "E084", "E087", "E096", "E112", "E113"].includes(name),
    (rpkm, reference) => Math.sign(rpkm - reference) * Math.log1p(Math.abs(rpkm - reference)),
  );
  const fifty = varianceShares(competition);
  strictEqual(fifty.labels, 800_000);
  strictEqual(fifty.variance.toFixed(3), "3.486");
  // That program took the variance of the genes' means over the 50 cell types, which holds a 50th of the rest.
  const { genes, cellTypes, rest } = fifty.components!;
  const ofMeans = { genes: genes + rest / 50, cellTypes, rest: rest - rest / 50 };
  checkClose(ofMeans, { genes: 0.68, cellTypes: 0.02, rest: 2.79 }, 0.006);
});
