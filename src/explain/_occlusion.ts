/** Occlusion: what the prediction loses if a part of the signal is replaced by the baseline's. */

import { readsPanel } from "../model/panel_inputs.ts";
import type { SignalInput } from "../model/spec.ts";
import { type Edits, predictEditedInputs } from "./_edited_inputs.ts";
import type { Block, ExplainedNetwork, Found } from "./explained_network.ts";
import { predictEditedSignal } from "./_edited_signal.ts";
import { type AttributionPlan, checkWindow } from "./attribution_plan.ts";

/** Some bins of one mark. */
interface Region {
  readonly mark: number;
  readonly start: number;
  readonly end: number;
}

/** Writes a baseline's values into a region of a sample's signal. */
function occlude(
  { mark, start, end }: Region,
  marks: number,
  { values, baseline }: { readonly values: Float32Array; readonly baseline: Float32Array },
): void {
  for (let bin = start; bin < end; bin++) {
    values[bin * marks + mark] = baseline[bin * marks + mark]!;
  }
}

/** What is occluded each time, of one sample. */
function regionsOf({ occlude, window }: AttributionPlan, { bins, marks }: SignalInput): Region[] {
  const [first, last] = checkWindow(window ?? [0, bins], { length: bins, what: "bins" });
  const regions: Region[] = [];
  const unit = occlude === "mark" ? { bins: last - first, stride: last - first } : occlude;
  for (let start = first; start < last; start += unit.stride) {
    const end = Math.min(last, start + unit.bins);
    for (let mark = 0; mark < marks; mark++) regions.push({ mark, start, end });
    if (end === last) break;
  }
  return regions;
}

/** Explains samples by occlusion. */
export async function explainByOcclusion(
  network: ExplainedNetwork,
  block: Block,
): Promise<Found> {
  const { plan, wanted } = network;
  const { positions, call: { signal } } = block;
  const input = wanted[0] as SignalInput;
  const regions = regionsOf(plan, input);
  const predictions = await network.predictSamples(positions, { signal });
  const samples = Uint32Array.from(
    { length: positions.length * regions.length },
    (_, edit) => Math.floor(edit / regions.length),
  );
  const editWith = (baselineOf: (sample: number) => Float32Array): Edits => ({
    input,
    samples,
    write: (edit, values) =>
      occlude(regions[edit % regions.length]!, input.marks, {
        values,
        baseline: baselineOf(samples[edit]!),
      }),
  });
  const predicted = readsPanel(network.open.model.spec)
    ? await predictEditedSignal(network, editWith, block)
    : await predictEditedInputs(network, editWith(await networkBaselines(network, block)), block);
  const falls = predicted.map((value, edit) => predictions[samples[edit]!]! - value);
  const found = shareAmongBins(falls, { regions, plan, input });
  return { predictions, inputs: new Map([["signal", found]]) };
}

/** Baselines of a block's samples, as the network reads signal. */
async function networkBaselines(
  network: ExplainedNetwork,
  { positions, call: { signal } }: Block,
): Promise<(sample: number) => Float32Array> {
  const { baselines, baselineOf } = await network.baselines.of(
    positions,
    await network.gather(positions, { signal }),
  );
  const values = baselines.signal!;
  const { bins, marks } = network.wanted[0] as SignalInput;
  const size = bins * marks;
  return (sample) => {
    const baseline = baselineOf[sample]!;
    return values.subarray(baseline * size, (baseline + 1) * size);
  };
}

/** `[sample, region]` → `[sample, bin, mark]`, or `[sample, 1, mark]` where whole marks are occluded. */
function shareAmongBins(
  falls: Float32Array,
  { regions, plan, input: { bins, marks } }: {
    readonly regions: readonly Region[];
    readonly plan: AttributionPlan;
    readonly input: SignalInput;
  },
): { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> } {
  if (plan.occlude === "mark") return { shape: [1, marks], values: Float32Array.from(falls) };
  const samples = falls.length / regions.length;
  const size = bins * marks;
  const values = new Float32Array(samples * size).fill(NaN);
  const sums = new Float64Array(size);
  const counts = new Float64Array(size);
  for (let sample = 0; sample < samples; sample++) {
    sums.fill(0);
    counts.fill(0);
    for (const [i, { mark, start, end }] of regions.entries()) {
      const share = falls[sample * regions.length + i]! / (end - start);
      for (let bin = start; bin < end; bin++) {
        sums[bin * marks + mark]! += share;
        counts[bin * marks + mark]!++;
      }
    }
    for (let i = 0; i < size; i++) {
      if (counts[i]! > 0) values[sample * size + i] = sums[i]! / counts[i]!;
    }
  }
  return { shape: [bins, marks], values };
}
