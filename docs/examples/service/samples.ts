/** Samples of a request as a data set for the model. */

import type { Dataset } from "@waka/histone/data";
import { ContractError } from "@waka/histone/errors";
import type { TrainedModel } from "@waka/histone/model";
import { type Sample, samplesFor } from "@waka/histone/training";

/** Longer names are a mistake or an attack; they would be in every answer and in messages. */
const LONGEST_NAME = 256;

/**
 * Makes a data set of samples.
 *
 * @throws {ContractError} If one does not fit the model.
 */
export function datasetOf(model: TrainedModel, samples: readonly Sample[]): Dataset {
  for (const [index, { gene, cellType }] of samples.entries()) {
    checkName(gene, { what: "gene", index });
    checkName(cellType, { what: "cellType", index });
  }
  try {
    return samplesFor(model, samples);
  } catch (error) {
    // A signal of the wrong length, a letter that is no base: mistakes of the client, not of this program.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new ContractError(error.message, { cause: error });
  }
}

function checkName(
  name: string,
  { what, index }: { readonly what: string; readonly index: number },
): void {
  if (name.length > 0 && name.length <= LONGEST_NAME) return;
  throw new ContractError(
    `Cannot read the request: ${what} of sample ${index} has ${name.length} letters, expected 1 to ${LONGEST_NAME}`,
  );
}
