/**
 * The record of rebuilt files.
 *
 * @module
 */

import { COMPETITION_RECORD, type DataRecord } from "../record.ts";
import { COMPETITION_BIN_SIZE_BP, COMPETITION_BINS, COMPETITION_RULE } from "./count_alignments.ts";
import { REFERENCE_SAMPLE } from "./competition_labels.ts";
import { ROADMAP_MARKS, roadmapPath } from "./roadmap_tree.ts";

/**
 * Makes the record that rebuilt files carry: that of the competition's files, with the formula of the labels and with
 * what the files were made of.
 *
 * @param place Where the files were: the address that Roadmap's paths follow; a local copy if it is left out.
 * @returns The record.
 *
 * @example
 * ```ts
 * import { makeRebuiltRecord, ROADMAP_URL } from "@waka/histone/atlas";
 * import { match, strictEqual } from "node:assert";
 *
 * const record = makeRebuiltRecord(ROADMAP_URL);
 * strictEqual(record.expressionReference, "E000");
 * match(record.source ?? "", /^Made again from Roadmap/);
 * ```
 */
export function makeRebuiltRecord(place?: string): DataRecord {
  const halfWidth = COMPETITION_BINS * COMPETITION_BIN_SIZE_BP / 2;
  return {
    ...COMPETITION_RECORD,
    marks: ROADMAP_MARKS,
    binSizeBp: COMPETITION_BIN_SIZE_BP,
    countingRule: COMPETITION_RULE,
    tss: "gene",
    expressionTransform: "signed-log-difference",
    expressionReference: REFERENCE_SAMPLE,
    source:
      `Made again from Roadmap Epigenomics' files ${
        place === undefined ? "in a local copy" : `at ${place}`
      }, not the competition's own: ` +
      `ln(1 + count) of the reads of ${
        roadmapPath({ cellType: "{cell type}", mark: "{mark}" })
      }, ` +
      `windows ${halfWidth} bp to either side of the start (strand 1) or end (strand -1) in ${
        roadmapPath("genes")
      }, labels from ${roadmapPath("expression")}`,
  };
}
