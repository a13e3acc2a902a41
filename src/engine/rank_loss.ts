/**
 * The loss `rank` (RankNet, Burges et al. 2005): cross-entropies of pairs of samples.
 *
 * With the outputs x and labels y of a batch of n samples, the pair of i and j has the loss
 * max(d, 0) − d·t + ln(1 + e^−|d|), where d = xᵢ − xⱼ and t is 1, ½ or 0 as yᵢ is above, equal to or below yⱼ. The loss
 * of sample i is the mean over the distances 1, 2, 4, … < n of the pairs of i and the sample that far after it in the
 * batch, which ends where it begins. A pair counts √(wᵢ·wⱼ) times, where w are the samples' weights: a weight of 0 takes
 * a sample out of all its pairs. A batch of one sample has no pair, loss 0 and no gradient.
 *
 * So a step compares n·⌈log₂ n⌉ pairs, near and far, rather than all n², whatever the order of the samples, and no pair
 * depends on anything but places in the batch.
 *
 * @module
 */

import { pairDistances } from "../model/loss.ts";
import { crossEntropy } from "./loss.ts";

/** The samples that a loss of pairs compares. */
export interface RankedSamples {
  /** Number of them. */
  readonly samples: number;
  /** The network's output for a sample. */
  readonly outputAt: (sample: number) => number;
  /** Its label. */
  readonly labelAt: (sample: number) => number;
  /** Its weight. */
  readonly weightAt: (sample: number) => number;
}

/**
 * The loss `rank` of samples, each compared with others.
 *
 * @param ranked All samples of a batch.
 * @returns Computes, for a sample of them, its loss and the derivative of the summed loss of all samples with respect to
 * its output.
 */
export function rankLossAndSlope(
  { samples, outputAt, labelAt, weightAt }: RankedSamples,
): (sample: number) => [loss: number, slope: number] {
  const distances = pairDistances(samples);
  return (sample) => {
    const [output, label, weight] = [outputAt(sample), labelAt(sample), weightAt(sample)];
    let [lossSum, slopeSum] = [0, 0];
    const compare = (other: number) => {
      const target = label === labelAt(other) ? 0.5 : label > labelAt(other) ? 1 : 0;
      const [loss, slope] = crossEntropy(output - outputAt(other), target);
      const factor = Math.sqrt(weight * weightAt(other));
      slopeSum += factor * slope;
      return factor * loss;
    };
    for (const distance of distances) {
      lossSum += compare((sample + distance) % samples);
      // This pair's loss is the other sample's, its derivative is this one's too.
      compare((sample - distance + samples) % samples);
    }
    const count = Math.max(1, distances.length);
    return [lossSum / count, slopeSum / count];
  };
}
