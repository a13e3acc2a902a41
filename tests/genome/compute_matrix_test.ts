/**
 * Windows against deepTools' `computeMatrix reference-point`. The expected numbers are those of deepTools 4.0.0 and of
 * its older implementation `computeMatrix_old`, which agree, on a bigWig of the same values:
 *
 *     computeMatrix reference-point --referencePoint TSS -S track.bw -R regions.bed -b 30 -a 30 -bs 10 \
 *       --missingDataAsZero --sortRegions keep -o matrix.gz
 */

import { deepStrictEqual } from "node:assert";
import { readBedWindows } from "../../src/genome/bed_windows.ts";
import { readGenes } from "../../src/genome/genes.ts";
import { prepare } from "../../src/genome/prepare.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import { textSource } from "../helpers/text_source.ts";

const LENGTHS = { chr1: 20_000, chr2: 5_000 } as const;
const STEP_BP = 7;

/** Regions on both strands of even and odd lengths, some near the ends of their chromosomes. */
const REGIONS = [
  "chr1\t4003\t6010\ta\t0\t+",
  "chr1\t4003\t6010\tb\t0\t-",
  "chr1\t150\t900\tc\t0\t-",
  "chr1\t120\t800\td\t0\t+",
  "chr1\t12345\t12346\te\t0\t-",
  "chr2\t3000\t4960\tf\t0\t-",
  "chr1\t7001\t7778\tg\t0\t+",
  "chr1\t7001\t7778\th\t0\t-",
].join("\n") + "\n";

/** A case of deepTools: the sum of each bin, which is deepTools' mean times the bin's width, by region. */
interface Case {
  readonly point: "TSS" | "center";
  readonly binSizeBp: number;
  readonly halfWidthBp: number;
  readonly sums: Readonly<Record<string, readonly number[]>>;
}

// deno-fmt-ignore
const CASES: readonly Case[] = [
  { point: "TSS", binSizeBp: 10, halfWidthBp: 30, sums: {a: [667, 94, 570, 292, 540, 282], b: [570, 94, 667, 704, 203, 120], c: [360, 541, 490, 602, 777, 730], d: [856, 795, 907, 670, 750, 321], e: [389, 540, 760, 755, 923, 746], f: [590, 540, 630, 414, 121, 355], g: [856, 730, 777, 602, 490, 541], h: [476, 505, 682, 253, 470, 278]} },
  { point: "TSS", binSizeBp: 100, halfWidthBp: 300, sums: {a: [6249, 6267, 3758, 3505, 6045, 6217], b: [6699, 4371, 4157, 3618, 6663, 5664], c: [6174, 6121, 4496, 6368, 5616, 3943], d: [0, 512, 5600, 6390, 4491, 6079], e: [6217, 4541, 6302, 5760, 3855, 3713], f: [0, 0, 1864, 5079, 3986, 3578], g: [3652, 5149, 6634, 4510, 6069, 6459], h: [3752, 6331, 6189, 4497, 6665, 5033]} },
  { point: "center", binSizeBp: 10, halfWidthBp: 30, sums: {a: [500, 635, 264, 528, 208, 682], b: [682, 208, 528, 264, 635, 500], c: [86, 392, 186, 375, 682, 209], d: [792, 892, 775, 831, 534, 562], e: [372, 585, 745, 792, 892, 775], f: [220, 199, 362, 854, 684, 315], g: [720, 594, 102, 640, 230, 602], h: [602, 230, 640, 102, 594, 720]} },
  { point: "center", binSizeBp: 100, halfWidthBp: 300, sums: {a: [3646, 6157, 6021, 4992, 6692, 4410], b: [4410, 6692, 4992, 6021, 6157, 3646], c: [6203, 3764, 3551, 6002, 6244, 4541], d: [6295, 5012, 6784, 3992, 4461, 3482], e: [6190, 4521, 6324, 5712, 3931, 3644], f: [5091, 3987, 3639, 4289, 5128, 4515], g: [6053, 6185, 3647, 3917, 5600, 6390], h: [6390, 5600, 3917, 3647, 6185, 6053]} },
];

/** The track: a value for each stretch of seven bases. */
function trackText(): string {
  return Object.entries(LENGTHS).flatMap(([chromosome, length], which) =>
    Array.from({ length: Math.ceil(length / STEP_BP) }, (_, k) => {
      const end = Math.min(length, (k + 1) * STEP_BP);
      return `${chromosome}\t${k * STEP_BP}\t${end}\t${(k * k * 31 + k * 7 + which * 13) % 97}\n`;
    })
  ).join("");
}

for (const { point, binSizeBp, halfWidthBp, sums } of CASES) {
  Deno.test(`bins of ${binSizeBp} bp within ${halfWidthBp} bp of the ${point} are deepTools'`, async () => {
    const source = textSource(REGIONS, "regions.bed");
    const tss = point === "TSS" ? "gene" : "bed";
    const genes = tss === "gene" ? await readGenes(source) : (await readBedWindows(source)).windows;
    const open = async () => ({
      track: await openSignal(textSource(trackText(), "track.bedGraph")),
      close: () => {},
    });
    const input = { cellType: "liver", mark: "H3K4me3", name: "track.bedGraph", open };
    const preparation = await prepare(genes, [input], {
      rule: "sum",
      tss,
      orientation: "transcript",
      binSizeBp,
      halfWidthBp,
    });
    const { signal, bins } = await preparation.columns();
    for (const [gene, { id }] of genes.entries()) {
      deepStrictEqual(Array.from(signal.subarray(gene * bins, (gene + 1) * bins)), sums[id]!, id);
    }
  });
}
