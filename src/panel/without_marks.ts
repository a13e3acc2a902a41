import { sealPanel } from "./digest.ts";
import type { ReferencePanel } from "./panel.ts";

/**
 * Makes a small panel of a large one: labels without marks. A model that was trained with `referenceDropout` predicts with
 * it from a sample's own marks and what is known of its gene's labels.
 *
 * @param panel The panel; it is not changed.
 * @returns A panel of the same genes, cell types and labels.
 *
 * @example The labels alone
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, panelBytes, withoutMarks } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 8, newGenes: 1 }).train);
 * const panel = await buildPanel(data);
 * const small = await withoutMarks(panel);
 * deepStrictEqual(small.labels, panel.labels);
 * ok(panelBytes(small) < panelBytes(panel) / 4);
 * ```
 */
export async function withoutMarks(panel: ReferencePanel): Promise<ReferencePanel> {
  const present = new Uint8Array(panel.present.length);
  return await sealPanel({ ...panel, present, values: new Uint8Array(0) });
}
