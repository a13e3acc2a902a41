/** Reads how a cross-validation's folds did by regime, from its `metrics.json`. */

import { number, numberOrNull, oneOf, optional } from "../base/field.ts";
import { arrayOf } from "../base/fields.ts";
import { pathKind } from "../files/file.ts";
import type { FoldRegimeScores, FoldSpread } from "../report/mod.ts";
import { checkValue, part } from "./check_value.ts";
import { readJson } from "./json.ts";

const SPREAD = part({ mean: numberOrNull, sd: numberOrNull });
const SCORES = part({
  regime: oneOf("newGene", "newCellType", "bothNew", "bothSeen"),
  samples: number,
  mse: SPREAD,
  pearson: SPREAD,
  auroc: optional(SPREAD),
  geneMeanMse: SPREAD,
});
const METRICS = part({ regimes: optional(arrayOf(SCORES)), mix: optional(SPREAD) });

/** The scores, as a saved run has them. */
interface FoldScores {
  readonly foldScores?: readonly FoldRegimeScores[] | undefined;
  readonly foldMix?: FoldSpread | undefined;
}

/** The scores; none for other runs, and for those of a version that did not measure by regime. */
export async function readFoldScores(
  directory: string,
): Promise<FoldScores> {
  const file = `${directory}/metrics.json`;
  if (await pathKind(file) === undefined) return {};
  const content = Object(await readJson(file, "read run"));
  const { regimes, mix } = checkValue(content, METRICS, { purpose: "read run", file });
  return { foldScores: regimes, foldMix: mix };
}
