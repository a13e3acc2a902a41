/** What a run measured on samples that were held out, for the card of its model. */

import type { CardMetric } from "../exchange/mod.ts";
import { pathKind } from "../files/file.ts";
import { readRun } from "../runs/saved_run.ts";

const REGIMES: Readonly<Record<string, string>> = {
  newGene: "new genes",
  newCellType: "new cell types",
  bothNew: "new genes in new cell types",
  bothSeen: "known genes in known cell types",
};

/**
 * Reads the errors by regime of a run.
 *
 * @param directory Directory of a run or of a model.
 * @returns Its figures; `undefined` if it has no regimes.json.
 */
export async function readCardMetrics(
  directory: string,
): Promise<readonly CardMetric[] | undefined> {
  if (await pathKind(`${directory}/regimes.json`) !== "file") return undefined;
  const { regimes } = await readRun(directory);
  return regimes?.regimes.flatMap(({ regime, rows, models }) => {
    const [model] = models;
    const words = REGIMES[regime] ?? regime;
    const figures = [["mse", model?.mse.value], ["pearson", model?.pearson.value]] as const;
    return figures.flatMap(([name, value]) =>
      typeof value === "number" ? [{ regime: words, samples: rows, name, value }] : []
    );
  });
}
