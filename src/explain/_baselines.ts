/** What samples are compared with. */

import type { Dataset } from "../data/dataset.ts";
import { gatherBatch } from "../engine/gather_batch.ts";
import type { PathRequest } from "../engine/path_source.ts";
import { entrySize, placesOf, SampleBatch, type SampleSource } from "../engine/sample_source.ts";
import type { InputName, InputSpec } from "../model/spec.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import type { DenseInputs } from "./dense_inputs.ts";
import type { MatchedSamples } from "./matched_samples.ts";
import type { AttributionPlan } from "./attribution_plan.ts";
import { flagsOf, type Profile, ProfileSums, writeBaseline, zeroProfile } from "./_profile.ts";

/** Samples that are gathered together. */
const BATCH = 256;
/** Batches after which others may run, such as what notices that the user wants to stop. */
const BATCHES_BETWEEN_PAUSES = 16;

/** Baselines of some samples, as paths begin at them. */
export type BlockBaselines = Pick<PathRequest, "baselines" | "baselineOf">;

/** Where baselines come from. */
export interface BaselinesOptions {
  readonly data: Dataset;
  readonly source: SampleSource;
  /** Inputs that are gathered: those of the model without its sequence. */
  readonly gathered: readonly InputSpec[];
  /** Those among them that are replaced by the baseline's. */
  readonly moving: readonly InputSpec[];
  readonly panel: ReferencePanel | undefined;
  readonly plan: AttributionPlan;
  readonly matched: MatchedSamples | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Makes the baselines of samples. */
export class Baselines {
  readonly #options: BaselinesOptions;
  readonly #flags: ReadonlyMap<InputName, Int32Array>;
  /** Whether baselines are the same for all samples: no value can be unknown in one of them. */
  readonly #isPlain: boolean;
  /** The profile that all samples are compared with; made when it is first needed. */
  #common: Promise<Profile> | undefined;

  constructor(options: BaselinesOptions) {
    this.#options = options;
    this.#flags = new Map(
      options.moving.map((input) => [input.name, flagsOf(input, options.panel)]),
    );
    this.#isPlain = options.moving.every((input) =>
      placesOf(input) === 1 && this.#flags.get(input.name)!.every((flag) => flag < 0)
    );
  }

  /**
   * The baselines of some samples.
   *
   * @param positions The samples.
   * @param own Their inputs.
   */
  async of(positions: Uint32Array, own: DenseInputs): Promise<BlockBaselines> {
    const { plan: { baseline } } = this.#options;
    if (baseline !== "matched") {
      const profile = await (this.#common ??= this.#commonProfile());
      if (this.#isPlain) {
        return {
          baselines: Object.fromEntries(profile),
          baselineOf: new Uint32Array(positions.length),
        };
      }
      return this.fit(own, Array.from(positions, () => profile));
    }
    const profiles: Profile[] = [];
    for (const position of positions) profiles.push(await this.#matchedProfile(position));
    return this.fit(own, profiles);
  }

  /**
   * Fits profiles to samples: what is not known of a sample stays as it is.
   *
   * @param own The samples' inputs.
   * @param profiles One for each sample.
   */
  fit(own: DenseInputs, profiles: readonly Profile[]): BlockBaselines {
    const baselines = this.#options.moving.map((input) => {
      const [size, places] = [entrySize(input), placesOf(input)];
      const values = own.get(input.name)!;
      const target = new Float32Array(values.length);
      const flags = this.#flags.get(input.name)!;
      for (const [sample, profile] of profiles.entries()) {
        const entry = profile.get(input.name)!;
        for (let place = 0; place < places; place++) {
          const first = (sample * places + place) * size;
          writeBaseline(entry, {
            own: values.subarray(first, first + size),
            flags,
            target: target.subarray(first, first + size),
          });
        }
      }
      return [input.name, target] as const;
    });
    return {
      baselines: Object.fromEntries(baselines),
      baselineOf: Uint32Array.from(profiles, (_, sample) => sample),
    };
  }

  /**
   * The mean profile of some samples.
   *
   * @param positions The samples.
   */
  async meanProfile(positions: ArrayLike<number>): Promise<Profile> {
    const { source, gathered, moving, data, signal } = this.#options;
    const sums = new ProfileSums(moving, this.#flags);
    const batch = new SampleBatch(gathered, Math.min(BATCH, positions.length));
    for (let first = 0; first < positions.length; first += BATCH) {
      const isPause = first > 0 && first % (BATCH * BATCHES_BETWEEN_PAUSES) === 0;
      if (isPause) await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      const length = Math.min(BATCH, positions.length - first);
      const rows = Uint32Array.from({ length }, (_, i) => data.rows[positions[first + i]!]!);
      await gatherBatch(source, rows, batch, { signal });
      sums.add(batch);
    }
    return sums.mean();
  }

  async #commonProfile(): Promise<Profile> {
    const { plan: { baseline }, moving, data } = this.#options;
    if (baseline === "zero") return zeroProfile(moving);
    return await this.meanProfile(Uint32Array.from(data.rows, (_, position) => position));
  }

  async #matchedProfile(position: number): Promise<Profile> {
    const { matched, plan } = this.#options;
    return await this.meanProfile(matched!.nearest(position, plan.matches));
  }
}
