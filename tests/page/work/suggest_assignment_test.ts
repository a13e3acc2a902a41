/** Marks and cell types that are read off names. */

import { deepStrictEqual } from "node:assert";
import { suggestAssignments } from "../../../src/page/work/suggest_assignment.ts";

Deno.test("mark and cell type are read off the names that files have", () => {
  const names = {
    "E003-H3K4me3.tagAlign.gz": ["H3K4me3", "E003"],
    "liver-H3K27me3.bam": ["H3K27me3", "liver"],
    "GM12878_h3k27AC_rep2.sorted.dedup.bam": ["H3K27ac", "GM12878"],
    "H3K36me3.lung_left.fc.signal.bigWig": ["H3K36me3", "lung_left"],
    "K562.H2A.Z.hg38.bw": ["H2A.Z", "K562"],
    "HepG2_CTCF_peaks.narrowPeak.gz": ["CTCF", "HepG2"],
    "E123-DNase.pval.signal.bigwig": ["DNase", "E123"],
    "sample17.bam": [undefined, "sample17"],
    "H3K9me3.bed": ["H3K9me3", undefined],
    "XH3K4me3X.bed": [undefined, "XH3K4me3X"],
  };
  for (const [name, [mark, cellType]] of Object.entries(names)) {
    const expected = {
      ...(mark !== undefined && { mark }),
      ...(cellType !== undefined && { cellType }),
    };
    deepStrictEqual(suggestAssignments([name]).get(name), expected, name);
  }
});

Deno.test("numbers at the ends of files that otherwise agree are those of replicates", () => {
  const cellTypes = (...names: string[]) =>
    Array.from(suggestAssignments(names).values(), ({ cellType }) => cellType);
  deepStrictEqual(cellTypes("liver_H3K4me3_1.bam", "liver_H3K4me3_2.bam"), ["liver", "liver"]);
  deepStrictEqual(cellTypes("H3K4me3.liver.1.bw", "H3K4me3.liver.2.bw"), ["liver", "liver"]);
  deepStrictEqual(cellTypes("liver_H3K4me3_1.bam", "liver_H3K4me3_rep2.bam"), ["liver", "liver"]);
  deepStrictEqual(cellTypes("liver_H3K4me3_rep_1.bam", "liver_H3K4me3.biorep2.bam"), [
    "liver",
    "liver",
  ]);
  // A mark with a single file belongs to the same cell type.
  deepStrictEqual(
    cellTypes("liver_H3K4me3_1.bam", "liver_H3K4me3_2.bam", "liver_H3K27ac_1.bam"),
    ["liver", "liver", "liver"],
  );
});

Deno.test("numbers that tell no files of a mark apart, or come before it, stay in the cell type", () => {
  const cellTypes = (...names: string[]) =>
    Array.from(suggestAssignments(names).values(), ({ cellType }) => cellType);
  deepStrictEqual(cellTypes("donor_H3K4me3_1.bam", "donor_H3K27ac_1.bam"), ["donor_1", "donor_1"]);
  deepStrictEqual(cellTypes("donor1_H3K4me3.bam", "donor_2_H3K4me3.bam"), ["donor1", "donor_2"]);
  deepStrictEqual(cellTypes("H3K4me3_1.bam", "H3K4me3_2.bam"), ["1", "2"]);
  deepStrictEqual(cellTypes("liver_1.bam", "liver_2.bam"), ["liver_1", "liver_2"]);
});
