/** The genes that a model was trained on, which its file lists once. */

import { geneKey } from "../gene_id.ts";
import { knowsLabel } from "../panel/describe_panel.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import type { Calibration } from "./calibration.ts";
import type { TrainedModel } from "./trained_model.ts";

/**
 * Finds the keys of the genes that a model was trained on.
 *
 * @param model The model.
 * @returns The keys (see `geneKey`); `undefined` if the model does not know them.
 */
export function trainedGenesOf(
  { calibration, geneEffects, panel }: Pick<TrainedModel, "calibration" | "geneEffects" | "panel">,
): ReadonlySet<string> | undefined {
  const genes = calibration?.genes ?? geneEffects?.genes ?? (panel && labelledGenesOf(panel));
  return genes && new Set(genes.map(geneKey));
}

/** The genes of a panel that have a label in some cell type. */
function labelledGenesOf(panel: ReferencePanel): string[] {
  return panel.genes.filter((_, gene) => knowsLabel(panel, gene));
}

/**
 * Adds a calibration to a model, without the list of genes if the model has the same elsewhere.
 *
 * @param model The model, trained on all of the data.
 * @param calibration The errors of models that were trained on parts of the same data.
 * @returns A model with the calibration; the rest is shared with `model`.
 *
 * @example Gene effects list the genes already
 * ```ts
 * import { withCalibration } from "@waka/histone/model";
 * import { calibrate, fit } from "@waka/histone/training";
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { ok, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 60, bins: 20 }).train);
 * const options = { epochs: 1, geneEffects: true, engine: "wasm" } as const;
 * const { model } = await fit("experiment1", data, options);
 * const calibrated = withCalibration(model, await calibrate("experiment1", data, options));
 * ok(calibrated.calibration!.regimes.newGene!.samples > 20);
 * strictEqual(calibrated.calibration!.genes, undefined);
 * ```
 */
export function withCalibration(model: TrainedModel, calibration: Calibration): TrainedModel {
  const { genes, ...rest } = calibration;
  const listed = trainedGenesOf({ ...model, calibration: rest });
  const isListed = genes !== undefined && listed !== undefined && listed.size === genes.length &&
    genes.every((gene) => listed.has(gene));
  return { ...model, calibration: isListed ? rest : calibration };
}
