/** Samples of a request as a data set for the model. */

import type { Dataset } from "@waka/histone/data";
import { ContractError } from "@waka/histone/errors";
import { type Sample, samplesFor } from "@waka/histone/training";
import type { ReadOptions } from "./format.ts";
import { Refusal } from "./refusals.ts";

/** Longer names are a mistake or an attack; they would be in every answer and in messages. */
const LONGEST_NAME = 256;

/**
 * Makes a data set of samples.
 *
 * @throws {ContractError} If one does not fit the model.
 * @throws {Refusal} If there are too many.
 */
export function datasetOf(
  samples: readonly Sample[],
  { model, maxSamples }: Pick<ReadOptions, "model" | "maxSamples">,
): Dataset {
  checkNumber(samples.length, maxSamples);
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

/**
 * Refuses a request of too many samples.
 *
 * @throws {Refusal} If there are too many.
 */
export function checkNumber(samples: number, maxSamples: number): void {
  if (samples <= maxSamples) return;
  throw tooMany(`Found ${samples} samples, expected at most ${maxSamples}.`);
}

/** Makes the refusal of a request of too many samples. */
export function tooMany(message: string): Refusal {
  return new Refusal(message, { status: 413, code: "TOO_MANY_SAMPLES" });
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
