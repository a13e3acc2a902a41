import { strictEqual } from "node:assert";
import { describeTrack } from "../../../../src/page/app/charts/tracks.ts";
import { describeExplanation } from "../../../../src/page/app/steps/why.ts";
import type { Explanation } from "../../../../src/page/protocol.ts";

const EXPLANATION: Explanation = {
  gene: "ENSG00000000419",
  symbol: "DPM1",
  cellType: "liver",
  prediction: 5,
  baseline: 3.5,
  marks: ["H3K27me3", "H3K4me3", "H3K9me3"],
  signal: [[1, 2], [3, 4], [0, 0]],
  attributions: [[-0.25, -0.25], [0.5, 1.5], [0, 0]],
  totals: [-0.5, 2, 0],
  binSizeBp: 100,
  notes: [],
};

Deno.test("an explanation in words names what raises and what lowers, and leaves out what does neither", () => {
  strictEqual(
    describeExplanation(EXPLANATION),
    "By its marks, DPM1 in liver is predicted at 5.00; without any signal it would be 3.50. " +
      "H3K4me3 (+2.00) raises it; H3K27me3 (−0.50) lowers it.",
  );
});

Deno.test("several marks are named by the size of what they add", () => {
  strictEqual(
    describeExplanation({ ...EXPLANATION, totals: [0.5, 2, 0] }),
    "By its marks, DPM1 in liver is predicted at 5.00; without any signal it would be 3.50. " +
      "H3K4me3 (+2.00) and H3K27me3 (+0.50) raise it.",
  );
});

Deno.test("a track in words has its sum and its strongest bin", () => {
  strictEqual(
    describeTrack(EXPLANATION, 1),
    "H3K4me3 raises the prediction by 2; its strongest bin, 0 bp to 100 bp after the start, adds +1.5.",
  );
  strictEqual(describeTrack(EXPLANATION, 2), "H3K9me3 does not change the prediction.");
});
