import { deepStrictEqual, strictEqual } from "node:assert";
import { agreeOnAssembly, identifyAssembly } from "../../../src/genome/assembly.ts";
import {
  ASSEMBLIES_WITH_SIZES,
  collectChromosomes,
  knownChromosomes,
} from "../../../src/genome/chromosome_sizes.ts";
import { prepare } from "../../../src/genome/prepare.ts";
import type { PrepareOptions, SignalInput } from "../../../src/genome/prepare_options.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { fixture, geneAt } from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { textSource } from "../../helpers/text_source.ts";

const READS = [
  "chr1\t10\t46\tr\t0\t-\n",
  "chr1\t900\t936\tr\t0\t+\n",
  "chr1\t990\t1000\tr\t0\t+\n",
];
const WINDOWS = geneWindows([geneAt("chr1", 1000), geneAt("chr1", 0)], { halfWidthBp: 200 });

Deno.test("extended reads are counted up to the known ends, and from the start of every chromosome", async () => {
  const indexed = indexedText("a.bed.gz", READS);
  for (
    const [source, index] of [[textSource(READS.join(""), "a.bed")], [
      indexed.source,
      indexed.index,
    ]]
  ) {
    const track = await openSignal(source!, { index });
    const count = async (length?: number) => {
      const chromosomes = length === undefined ? [] : [{ name: "1", length }];
      return [
        ...(await track.count(WINDOWS, { rule: "reads", extendBp: 200, chromosomes })).values,
      ];
    };
    deepStrictEqual(await count(), [0, 2, 2, 1, 0, 0, 1, 0]);
    deepStrictEqual(await count(1000), [0, 2, 0, 0, 0, 0, 1, 0]);
    deepStrictEqual(await count(1050), [0, 2, 2, 0, 0, 0, 1, 0]);
  }
});

Deno.test("rows past the end of their chromosome are left out with a warning", async () => {
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const chromosomes = [{ name: "chr1", length: 950 }];
  for (const [name, rule] of [["a.bed", "reads"], ["a.bedGraph", "max"]] as const) {
    const text = READS.join("");
    const signal = text.replaceAll(/\tr\t0\t.$/gm, "\t1");
    const track = await openSignal(textSource(rule === "max" ? signal : text, name));
    const { values } = await track.count(WINDOWS, { rule, chromosomes, onWarning });
    deepStrictEqual([...values], [0, 1, 0, 0, 0, 0, 1, 0]);
  }
  deepStrictEqual(
    warnings,
    ["a.bed", "a.bedGraph"].map((name) =>
      `${name} has 1 row past the end of the chromosome, left out (is the file of another assembly?), such as chr1:990-1000`
    ),
  );
});

const input = (mark: string, name: string, open: SignalInput["open"]): SignalInput => (
  { cellType: "liver", mark, name, open }
);

function bedInput(rows: readonly string[], mark = "BED"): SignalInput {
  const name = `${mark}.bed`;
  return input(mark, name, async () => (
    { track: await openSignal(textSource(rows.join(""), name)), close: () => {} }
  ));
}

const bam = input("BAM", "reads.bam", async () => (
  {
    track: await openSignal(fixture("reads.bam"), { index: fixture("reads.bam.bai") }),
    close: () => {},
  }
));

async function prepareAt(
  tss: number,
  inputs: readonly SignalInput[],
  options: Partial<PrepareOptions> = {},
) {
  const warnings: string[] = [];
  const preparation = await prepare([geneAt("chr1", tss)], inputs, {
    rule: "reads",
    halfWidthBp: 200,
    extendBp: 300,
    ...options,
    onWarning: (text) => void warnings.push(text),
  });
  const { signal } = await preparation.columns();
  const mark = inputs.length - 1;
  return { bins: [...signal].filter((_, i) => i % inputs.length === mark), warnings };
}

Deno.test("the ends for BED come from another file of the sheet or the assembly, or there is a warning", async () => {
  // Chromosome 1 of the fixture has 60,000 bp.
  const nearEnd = bedInput(["chr1\t59850\t59890\tr\t0\t+\n"]);
  const fromBam = await prepareAt(59_900, [bam, nearEnd]);
  deepStrictEqual(fromBam, { bins: [0, 1, 1, 0], warnings: [] });
  const unknown = await prepareAt(59_900, [nearEnd]);
  deepStrictEqual(unknown.bins, [0, 1, 1, 1]);
  strictEqual(unknown.warnings.length, 1);
  strictEqual(
    /^the ends of 1 chromosome \(chr1\) are not known.*extended past.*hg38/.test(
      unknown.warnings[0]!,
    ),
    true,
  );
  const atEnd = bedInput(["1\t248956400\t248956422\tr\t0\t+\n"]);
  for (const assembly of ["hg38", "GRCh38"]) {
    const named = await prepareAt(248_956_400, [atEnd], { assembly });
    deepStrictEqual(named, { bins: [0, 0, 1, 0], warnings: [] });
  }
});

Deno.test("without extension there is no warning about ends", async () => {
  const { warnings } = await prepareAt(59_900, [bedInput(["chr1\t59850\t59890\n"])], {
    extendBp: 0,
  });
  deepStrictEqual(warnings, []);
});

Deno.test("lengths from files come before those of the assembly, and the longer of two counts", () => {
  const contigs = [{ name: "1", length: 500 }, { name: "1", length: 400 }, {
    name: "GL1",
    length: 7,
  }];
  const found = collectChromosomes({ contigs: [...contigs, { name: "chr2" }], assembly: "hg19" });
  deepStrictEqual(found.slice(0, 2), [{ name: "1", length: 500 }, { name: "GL1", length: 7 }]);
  const lengths = new Map(found.map(({ name, length }) => [name, length]));
  strictEqual(lengths.get("chr1"), undefined);
  strictEqual(lengths.get("chr2"), 243_199_373);
  strictEqual(lengths.get("chrM"), 16_571);
  deepStrictEqual(collectChromosomes({ contigs: [{ name: "chr2L" }], assembly: "dm6" }), []);
  deepStrictEqual(knownChromosomes("constructor"), []);
});

Deno.test("each list of chromosomes is that of its assembly, with each chromosome once", () => {
  for (const name of ASSEMBLIES_WITH_SIZES) {
    const chromosomes = knownChromosomes(name);
    strictEqual(identifyAssembly(chromosomes), name);
    strictEqual(agreeOnAssembly([{ file: "a", assembly: identifyAssembly(chromosomes) }]), name);
    strictEqual(chromosomes.length, name.startsWith("h") ? 25 : 22);
    strictEqual(new Set(chromosomes.map(({ length }) => length)).size, chromosomes.length);
    strictEqual(new Set(chromosomes.map(({ name }) => name)).size, chromosomes.length);
  }
  // The sums without the mitochondrial genome, from the assemblies' own reports.
  const total = (name: string) =>
    knownChromosomes(name).slice(0, -1).reduce((sum, { length }) => sum + length, 0);
  deepStrictEqual(ASSEMBLIES_WITH_SIZES.map((name) => [name, total(name)]), [
    ["hg18", 3_080_419_480],
    ["hg19", 3_095_677_412],
    ["hg38", 3_088_269_832],
    ["hs1", 3_117_275_501],
    ["mm9", 2_654_895_218],
    ["mm10", 2_725_521_370],
    ["mm39", 2_723_414_844],
  ]);
});
