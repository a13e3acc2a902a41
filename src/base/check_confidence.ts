import { showValue } from "./show_value.ts";

/**
 * Throws unless an interval can have a confidence.
 *
 * @param confidence The share of intervals, or of draws, that are to hold the value.
 * @param action The action that is refused otherwise.
 * @throws {RangeError} If it is not above 0 and below 1.
 */
export function checkConfidence(confidence: number, action: string): void {
  // Of a text, intervals would be made that are no intervals: adding to it appends to it.
  if (typeof confidence === "number" && confidence > 0 && confidence < 1) return;
  throw new RangeError(
    `Cannot ${action}: confidence is ${
      showValue(confidence)
    }, expected a number above 0 and below 1`,
  );
}
