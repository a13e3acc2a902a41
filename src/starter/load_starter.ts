import { fromBase64 } from "../base/platform.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { unpackModel } from "./unpack_model.ts";

/**
 * The name of the starter model, by which commands take it in place of the directory of a model.
 *
 * @example
 * ```ts
 * import { STARTER } from "@waka/histone/starter";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(STARTER, "starter");
 * ```
 */
export const STARTER = "starter";

/**
 * Loads the starter model, which comes with this package: trained on peaks of five histone marks and the expression of
 * protein-coding genes in human cell types of ENCODE and Roadmap Epigenomics (hg19). It predicts log2(RPKM + 1) from peaks of
 * some or all of these marks. docs/starter.md says what it must be given, how large its errors are, and what it is not for.
 *
 * @returns The model, with statistics of its training genes' labels, its calibration, and what its training cell types'
 * signal looked like.
 *
 * @example What it was trained on
 * ```ts
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const { record, panel } = await loadStarter();
 * strictEqual(record.countingRule, "enrichment");
 * deepStrictEqual(panel?.cellTypes, []); // label statistics alone, no marks
 * ```
 */
export async function loadStarter(): Promise<TrainedModel> {
  return await unpackModel(await starterBytes(), STARTER);
}

/** The packed model, which is in memory only where it is used. */
export async function starterBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const { STARTER_MODEL } = await import("./_starter_model.ts");
  return fromBase64(STARTER_MODEL);
}
