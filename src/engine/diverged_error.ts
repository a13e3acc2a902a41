import { DivergedError } from "../errors.ts";

/** Where in a run something was found: the epoch counted from 0, and the step in it, from 1, where that is known. */
export interface TrainingPlace {
  readonly epoch: number;
  readonly step?: number;
}

/**
 * The error of a model whose loss, weights or predictions are no longer finite.
 *
 * @param found Which of them, such as "the loss is NaN".
 * @param place Where in the run it was found.
 * @returns The error to throw.
 */
export function divergedError(found: string, { epoch, step }: TrainingPlace): DivergedError {
  const place = step === undefined ? `epoch ${epoch + 1}` : `epoch ${epoch + 1}, step ${step}`;
  return new DivergedError(
    `Cannot continue training: ${found} in ${place}. ` +
      "A lower learning rate or a transform of the input may help",
  );
}
