/** How wide the prediction intervals of a calibrated model are. */

import { formatCountOf } from "../../base/count.ts";
import { CALIBRATED_REGIMES, type Calibration } from "../../model/calibration.ts";
import { describeRegime, meanHalfWidth } from "../../validation/intervals.ts";
import { type Fact, listFacts } from "./facts.ts";

/** The confidence of the intervals whose widths are said. */
const CONFIDENCE = 0.9;

/** The mean reach of intervals of 90%, in the label's unit, by regime; `null` where too few samples were held out for it. */
export function calibrationFacts({ regimes }: Calibration): Fact[] {
  const reaches = CALIBRATED_REGIMES.flatMap((regime) => {
    const found = regimes[regime];
    if (found === undefined) return [];
    const reach = meanHalfWidth(found, CONFIDENCE) ?? null;
    return [{ regime, reach, samples: found.samples }];
  });
  const text = reaches.map(({ regime, reach, samples }) => {
    const width = reach === null ? "too few samples" : `± ${reach.toPrecision(3)}`;
    return `${describeRegime(regime)} ${width} (${formatCountOf(samples, "sample")})`;
  }).join("; ");
  return listFacts([["intervals90", "intervals of 90%", reaches, text]]);
}
