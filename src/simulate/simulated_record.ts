import { COMPETITION_RECORD, type DataRecord, DEEPCHROME_RECORD } from "../record.ts";
import type { SequenceSettings, SimulatedExpression, SimulatedFeatures } from "./options.ts";
import { recordSequences } from "./sequence/pack.ts";

/**
 * Returns the record of simulated data. With the competition's labels it is the one that stands for the competition's own
 * files, which have none; with others it says what they are.
 *
 * @param features What the data hold.
 * @param options What their labels are, undefined if they have none, and their DNA.
 */
export function recordOf(
  features: SimulatedFeatures,
  { expression, sequences }: {
    readonly expression: SimulatedExpression | undefined;
    readonly sequences: SequenceSettings | undefined;
  },
): DataRecord {
  const known = features === "counts" ? DEEPCHROME_RECORD : COMPETITION_RECORD;
  const record = sequences === undefined
    ? known
    : { ...known, sequence: recordSequences(sequences.halfWidthBp) };
  return expression === undefined || expression === "signed-log-difference"
    ? record
    : { ...record, expressionTransform: expression };
}
