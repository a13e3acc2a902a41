/** Which samples have bins that run against transcription, to be turned before they are averaged. */

import type { Dataset } from "../data/dataset.ts";
import { directionsOf, strandsOf } from "../explain/bin_places.ts";

/** Which samples are turned round. */
export interface TurnedSamples {
  /** Whether the bins of all samples run along transcription once these are turned. */
  readonly runAlongTranscription: boolean;
  readonly isTurned: (position: number) => boolean;
}

/**
 * Finds the samples whose bins run against transcription. Where the strand of one gene is not known, no sample is turned: a mean
 * would mix both directions.
 *
 * @param data The data.
 * @param genes Places of the genes that are averaged.
 */
export function findTurned(data: Dataset, genes: readonly number[]): TurnedSamples {
  const directions = directionsOf(strandsOf(data.columns), data.record);
  const runAlongTranscription = genes.every((gene) => directions[gene] !== 0);
  const geneOf = data.geneIndices();
  return {
    runAlongTranscription,
    isTurned: (position) => runAlongTranscription && directions[geneOf[position]!] === -1,
  };
}
