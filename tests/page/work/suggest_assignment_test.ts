/** Marks and cell types that are read off names. */

import { deepStrictEqual } from "node:assert";
import { suggestAssignment } from "../../../src/page/work/suggest_assignment.ts";

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
    deepStrictEqual(suggestAssignment(name), expected, name);
  }
});
