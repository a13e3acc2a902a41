/** Says what `prepare` is about to count. */

import { formatCountOf } from "../base/count.ts";
import type { Preparation } from "../genome/mod.ts";
import type { ControlRule, DataRecord, ReplicateRule } from "../record.ts";
import { warn } from "./_warn.ts";

/** What becomes of replicates, in words. */
const REPLICATES: Readonly<Record<ReplicateRule, string>> = {
  sum: "replicates added up",
  mean: "replicates averaged",
  "mean-rpm": "replicates averaged as reads per million",
  keep: "replicates kept apart",
};

/** What becomes of controls, in words. */
const CONTROLS: Readonly<Record<ControlRule, string>> = {
  subtract: "controls subtracted",
  ratio: "ratios to controls",
};

/** Prints the shape of the data and the rule of counting, and warns if the assembly is not known. */
export function announcePreparation(preparation: Preparation): void {
  const { record, cellTypes, genes, bins, files } = preparation;
  const { binSizeBp, marks } = record;
  const shape = [
    `${formatCountOf(cellTypes.length, "cell type")} × ${formatCountOf(genes.length, "gene")}, `,
    `${formatCountOf(bins, "bin")} of ${binSizeBp} bp × ${formatCountOf(marks.length, "mark")}`,
  ].join("");
  const controls = files.controls === 0 ? "" : ` and ${formatCountOf(files.controls, "control")}`;
  console.info(
    `Counting ${formatCountOf(files.marks, "file")}${controls}: ${shape} (${marks.join(", ")}); ${
      describeRule(record).join(", ")
    }`,
  );
  if (record.assembly === "unknown") {
    warn("could not identify the assembly from the files: pass --assembly, which models check");
  }
}

/** How files become numbers, in a few words for each choice that was made. */
function describeRule(record: DataRecord): string[] {
  const { assembly, countingRule, orientation, replicates, control } = record;
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const { fragments = false, excludedFlags, blacklist } = record;
  return [
    countingRule,
    ...fragments ? ["pairs as fragments"] : [],
    ...excludedFlags === undefined
      ? []
      : [`reads with flags 0x${excludedFlags.toString(16)} left out`],
    ...blacklist === undefined ? [] : ["without the blacklist"],
    ...extendBp === 0 ? [] : [`extended to ${extendBp} bp`],
    ...minMappingQuality === 0 ? [] : [`mapping quality ${minMappingQuality} or more`],
    ...control === undefined ? [] : [CONTROLS[control]],
    ...replicates === undefined ? [] : [REPLICATES[replicates]],
    ...normalisation === "none" ? [] : [`normalised to ${normalisation}`],
    `${orientation} orientation`,
    `assembly ${assembly}`,
  ];
}
