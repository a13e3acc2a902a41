import { findNonNumber } from "../base/find_non_number.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { showValue } from "../base/show_value.ts";
import { checkDataset } from "./check_dataset.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Throws unless there is one number for each sample. Others would be compared with the labels of other samples, or be NaN.
 *
 * @throws {TypeError} With what was found.
 */
export function checkPredictions(
  data: Dataset,
  predictions: ArrayLike<number>,
  action: string,
): void {
  checkDataset(data, action);
  const { length } = Object(predictions);
  if (typeof predictions !== "object" || typeof length !== "number") {
    const found = kindOfValue(predictions);
    throw new TypeError(`Cannot ${action}: found ${found} as predictions, expected an array`);
  }
  if (length !== data.length) {
    throw new TypeError(
      `Cannot ${action}: ${length} predictions for ${data.length} samples, expected one for each`,
    );
  }
  const bad = findNonNumber(predictions);
  if (bad < 0) return;
  throw new TypeError(
    `Cannot ${action}: the prediction of sample ${bad} is ${
      showValue(predictions[bad])
    }, expected a number`,
  );
}
