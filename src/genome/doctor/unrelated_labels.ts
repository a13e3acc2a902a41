import { listSome } from "../wording.ts";
import type { CellTypeExpression } from "./_expression.ts";
import { biologyOf } from "./_marks.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 200;

/**
 * Finds cell types whose labels are unrelated to their marks, as they are if labels were assigned to other genes. In
 * ten real cell types the most closely related mark correlates 0.56 or more with log2(RPKM + 1), and 0.38 or more with
 * the distance of the competition's label from its median. Labels at random genes stay below {@linkcode chanceLimit}.
 * Limits: needs 200 genes and a mark such as H3K4me3, H3K36me3 or H3K27me3.
 */
export function checkUnrelatedLabels(cellTypes: readonly CellTypeExpression[]): Finding[] {
  const found = cellTypes.filter(hasUnrelatedLabels);
  if (found.length === 0) return [];
  const strongest = Math.max(...found.map(({ relation }) => relation));
  const others = cellTypes.filter((cellType) =>
    hasEnough(cellType) && !hasUnrelatedLabels(cellType)
  );
  const comparison = others.length === 0
    ? "0.4 to 0.7 is usual"
    : `in the other cell types ${
      Math.min(...others.map(({ relation }) => relation)).toFixed(2)
    } or more`;
  return [{
    check: "unrelated-labels",
    severity: "warning",
    where: `labels of ${listSome(found.map(({ cellType }) => cellType))}`,
    message: `no mark is related to the labels: the largest correlation over genes is ` +
      `${strongest.toFixed(2)}, ${comparison}`,
    advice:
      "The labels most likely belong to other genes: check how genes and expression were joined, " +
      "and the order of rows.",
  }];
}

/** Lists the checks that {@linkcode checkUnrelatedLabels} had to skip. */
export function skippedUnrelatedLabels(cellTypes: readonly CellTypeExpression[]): SkippedCheck[] {
  const check = "unrelated-labels";
  const what = "labels against marks";
  const comparable = cellTypes.filter(({ tracks }) => tracks.some(isRelatedToExpression));
  const others = cellTypes.filter((cellType) => !comparable.includes(cellType));
  const place = comparable.length === 0
    ? ""
    : ` in ${listSome(others.map(({ cellType }) => cellType))}`;
  const reason = "needs a mark that is related to expression, such as H3K4me3";
  return [
    ...(others.length === 0 ? [] : [{ check, what: `${what}${place}`, reason }]),
    ...skipIfFewGenes(
      { check, what, least: LEAST_GENES },
      comparable.map(({ labels }) => labels),
    ),
  ];
}

/** Whether the labels of a cell type are no more related to its marks than by chance. */
export function hasUnrelatedLabels(cellType: CellTypeExpression): boolean {
  return hasEnough(cellType) && cellType.relation < chanceLimit(cellType.labels.samples);
}

function hasEnough({ tracks, labels }: CellTypeExpression): boolean {
  return labels.samples >= LEAST_GENES && tracks.some(isRelatedToExpression);
}

function isRelatedToExpression(
  { mark, least, largest }: CellTypeExpression["tracks"][number],
): boolean {
  return least < largest && biologyOf(mark).direction !== undefined;
}

/**
 * The correlation below which labels are unrelated to all marks. The closest correlation with shuffled labels stays
 * below it in 9 of 10 trials with 200 genes and in 98 of 100 with 300; real labels lie three standard errors above it
 * with 200.
 */
function chanceLimit(genes: number): number {
  return Math.min(0.18, 0.1 + 2 / Math.sqrt(genes));
}
