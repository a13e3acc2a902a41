/** The one model that a command takes of a run. */

import { ContractError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { loadModels } from "../runs/models.ts";

/**
 * Loads the model of a run, or one of several.
 *
 * @param directory Directory of a run or of a model; `starter` for the starter model.
 * @param member Its number, from 1; needed if there are several.
 * @param action What is done, for messages.
 * @throws {ContractError} If there are several and no number is given, or the model is not there.
 */
export async function loadMember(
  directory: string,
  member: number | undefined,
  action: string,
): Promise<TrainedModel> {
  const models = await loadModels(directory);
  const found = models[(member ?? 1) - 1];
  if (found !== undefined && (member !== undefined || models.length === 1)) return found;
  const wanted = models.length === 1 ? "its only one" : `--member 1 to ${models.length}`;
  const shown = member === undefined ? `${models.length} models` : `no model ${member}`;
  throw new ContractError(`Cannot ${action}: ${directory} has ${shown}, expected ${wanted}`);
}
