import { COMPETITION_RECORD, type DataRecord, DEEPCHROME_RECORD } from "../record.ts";
import type { SimulatedExpression, SimulatedFeatures } from "./options.ts";

/**
 * Returns the record of simulated data. With the competition's labels it is the one that stands for the competition's own
 * files, which have none; with others it says what they are.
 *
 * @param features What the data hold.
 * @param expression What their labels are; undefined if they have none.
 */
export function recordOf(
  features: SimulatedFeatures,
  expression: SimulatedExpression | undefined,
): DataRecord {
  const record = features === "counts" ? DEEPCHROME_RECORD : COMPETITION_RECORD;
  return expression === undefined || expression === "signed-log-difference"
    ? record
    : { ...record, expressionTransform: expression };
}
