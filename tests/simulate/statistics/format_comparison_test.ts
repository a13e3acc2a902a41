import { deepStrictEqual, ok } from "node:assert";
import { formatComparison } from "../../../src/simulate/statistics/format_comparison.ts";
import { compareStatistics } from "../../../src/simulate/statistics/statistic.ts";

Deno.test("statistics that only one data set has are left out", () => {
  const one = { of: "labels", name: "mean", values: [1] };
  const other = { of: "H3K4me3", name: "mean", values: [2] };
  deepStrictEqual(compareStatistics([one], [other]), []);
  deepStrictEqual(compareStatistics([one, other], [other, one]), [
    { of: "labels", name: "mean", first: [1], second: [1] },
    { of: "H3K4me3", name: "mean", first: [2], second: [2] },
  ]);
});

Deno.test("lines have at most 80 characters, and values keep three digits", () => {
  const lines = formatComparison([
    {
      of: "pairs of marks",
      name: "r of H3K27me3 and H3K36me3",
      first: [-0.301, 0.052],
      second: [-0.0749, -0.0151],
    },
    { of: "pairs of marks", name: "large", first: [1234.5], second: [99.96, 12.34] },
    { of: "pairs of marks", name: "none", first: [NaN], second: [0] },
  ], { titles: ["ours", "theirs"] });
  ok(lines.every((line) => line.length <= 80), lines.join("\n"));
  deepStrictEqual(lines.map((line) => line.trim().split(/ {2,}/)), [
    ["pairs of marks", "ours", "theirs"],
    ["r of H3K27me3 and H3K36me3", "-0.12 (-0.30 to 0.05)", "-0.04 (-0.07 to -0.02)"],
    ["large", "1235", "56.1 (12.3 to 100)"],
    ["none", "–", "0.00"],
  ]);
});
