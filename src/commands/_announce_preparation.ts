/** Says what `prepare` is about to count. */

import { formatCountOf } from "../base/count.ts";
import type { Preparation } from "../genome/mod.ts";
import { warn } from "./_warn.ts";

/** Prints the shape of the data and the rule of counting, and warns if the assembly is not known. */
export function announcePreparation(
  { record, cellTypes, genes, bins }: Preparation,
  files: number,
): void {
  const { assembly, countingRule, binSizeBp, orientation, marks } = record;
  const { extendBp = 0, minMappingQuality = 0, normalisation = "none" } = record;
  const { fragments = false, excludedFlags, blacklist } = record;
  const how = [
    countingRule,
    ...fragments ? ["pairs as fragments"] : [],
    ...excludedFlags === undefined
      ? []
      : [`reads with flags 0x${excludedFlags.toString(16)} left out`],
    ...blacklist === undefined ? [] : ["without the blacklist"],
    ...extendBp === 0 ? [] : [`extended to ${extendBp} bp`],
    ...minMappingQuality === 0 ? [] : [`mapping quality ${minMappingQuality} or more`],
    ...normalisation === "none" ? [] : [`normalised to ${normalisation}`],
    `${orientation} orientation`,
    `assembly ${assembly}`,
  ];
  const shape = [
    `${formatCountOf(cellTypes.length, "cell type")} × ${formatCountOf(genes.length, "gene")}, `,
    `${formatCountOf(bins, "bin")} of ${binSizeBp} bp × ${formatCountOf(marks.length, "mark")}`,
  ].join("");
  console.info(
    `Counting ${formatCountOf(files, "file")}: ${shape} (${marks.join(", ")}); ${how.join(", ")}`,
  );
  if (assembly === "unknown") {
    warn("could not identify the assembly from the files: pass --assembly, which models check");
  }
}
