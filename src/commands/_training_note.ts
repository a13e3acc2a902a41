/** Whether a model is measured on what it learned from. */

import type { Dataset } from "../data/dataset.ts";
import type { InputFile } from "../runs/inputs.ts";
import { isTrainingData } from "../runs/trained_on.ts";
import type { TrainedModel } from "../model/trained_model.ts";

const OWN_SAMPLES =
  "the model was trained on these samples, so how well it agrees with them says nothing of new ones";
// `train` and `report` leave a sample's own label out, so their figures for the same samples are worse.
const OWN_LABELS =
  ". Each gene's effect holds the samples' own labels, which train and report leave out of their figures";

/**
 * Says that a model is measured on its training samples, on which every model is too good.
 *
 * @param run Directory of the run, or of the model.
 * @param data The samples, and their file where their labels stand in it as well.
 * @returns A note, which was printed; none for other samples.
 */
export async function noteTraining(
  run: string,
  models: readonly TrainedModel[],
  data: { readonly file: InputFile | undefined; readonly samples: Dataset },
): Promise<string[]> {
  if (!await isTrainingData(run, data)) return [];
  const hasEffects = models.some(({ geneEffects }) => geneEffects !== undefined);
  const note = `${OWN_SAMPLES}${hasEffects ? OWN_LABELS : ""}`;
  console.info(`Note: ${note}.`);
  return [note];
}
