/**
 * What the GPU must know about each step of an epoch, or each batch of a prediction, before it starts.
 *
 * @module
 */

import { stepFactors, type UpdateSettings } from "../adam.ts";
import { STEP_BYTES } from "./kernel.ts";

/** One model's part in an epoch. */
export interface ModelEpoch {
  /** Samples in its order, or in the piece of it that is run. */
  readonly samples: number;
  /** Position of the first of them in the epoch. */
  readonly firstPosition: number;
  /** Adam's. */
  readonly update: UpdateSettings;
  /** Steps taken before. */
  readonly step: number;
}

/** Options of {@linkcode makeSchedule}. */
export interface ScheduleOptions {
  /** Samples of a batch. */
  readonly batchSize: number;
  /** Batches whose samples are gathered together, and which are submitted together. */
  readonly stepsOfSubmission: number;
  /** The device's alignment of dynamic offsets. */
  readonly alignment: number;
}

/** Commands that are submitted together. */
export interface Submission {
  /** Offset of the record that describes the gathering of its samples, in bytes from the start of the schedule. */
  readonly gather: number;
  /** Offset of the record of each of its steps. */
  readonly steps: readonly number[];
  /** Samples of all models that are done after it. */
  readonly samplesDone: number;
}

/** The steps of an epoch. */
export interface Schedule {
  /** Records of all steps and gatherings: for each an aligned array with one `Step` for each model. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of one such array. */
  readonly recordBytes: number;
  readonly submissions: readonly Submission[];
  /** Steps of the longest order. */
  readonly steps: number;
}

/** Schedules an epoch in which each model has its own order; the orders are stored in sequence. */
export function makeSchedule(models: readonly ModelEpoch[], options: ScheduleOptions): Schedule {
  const { batchSize, stepsOfSubmission, alignment } = options;
  const recordBytes = models.length * STEP_BYTES;
  const stride = Math.ceil(recordBytes / alignment) * alignment;
  const longest = models.reduce((most, { samples }) => Math.max(most, samples), 0);
  const steps = Math.ceil(longest / batchSize);
  const count = Math.ceil(steps / stepsOfSubmission);
  const writer = new RecordWriter(models, (steps + count) * stride, stride);
  const submissions = Array.from({ length: count }, (_, i): Submission => {
    const first = i * stepsOfSubmission;
    const end = Math.min(steps, first + stepsOfSubmission);
    const gather = writer.addGather(first * batchSize, (end - first) * batchSize);
    const places: number[] = [];
    for (let step = first; step < end; step++) {
      places.push(writer.addStep(step, { batchSize, gatheredAt: (step - first) * batchSize }));
    }
    const done = (samples: number) => Math.min(samples, end * batchSize);
    const samplesDone = models.reduce((sum, { samples }) => sum + done(samples), 0);
    return { gather, steps: places, samplesDone };
  });
  return { bytes: writer.bytes, recordBytes, submissions, steps };
}

/** Writes `Step` records; see kernel.ts for their fields. */
class RecordWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #models: readonly ModelEpoch[];
  readonly #orderStarts: number[];
  readonly #stride: number;
  #next = 0;

  constructor(models: readonly ModelEpoch[], size: number, stride: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#models = models;
    this.#stride = stride;
    let start = 0;
    this.#orderStarts = models.map(({ samples }) => (start += samples) - samples);
  }

  /** Samples of each model's order from `first` on, at most `count`. */
  addGather(first: number, count: number): number {
    return this.#add(({ samples }, model) => ({
      samples: Math.max(0, Math.min(count, samples - first)),
      position: this.#orderStarts[model]! + first,
    }));
  }

  addStep(
    index: number,
    { batchSize, gatheredAt }: { batchSize: number; gatheredAt: number },
  ): number {
    const done = index * batchSize;
    return this.#add(({ samples, firstPosition, update, step }) => {
      return {
        ...stepFactors(update, step + index + 1),
        samples: Math.max(0, Math.min(batchSize, samples - done)),
        gatheredAt,
        index,
        position: firstPosition + done,
      };
    });
  }

  /** Adds a record for each model, with zeros for the fields that are not given; returns its offset. */
  #add(describe: (model: ModelEpoch, place: number) => Partial<StepRecord>): number {
    const start = this.#next;
    this.#next += this.#stride;
    this.#models.forEach((model, i) => {
      const record = describe(model, i);
      const { samples = 0, position = 0, gatheredAt = 0, index = 0 } = record;
      const { rate = 0, correction = 0, decay = 0 } = record;
      const at = start + i * STEP_BYTES;
      [samples, position, gatheredAt, index].forEach((value, field) =>
        this.#view.setUint32(at + 4 * field, value, true)
      );
      [rate, correction, decay].forEach((value, field) =>
        this.#view.setFloat32(at + 16 + 4 * field, value, true)
      );
    });
    return start;
  }
}

type StepRecord = Record<
  "samples" | "position" | "gatheredAt" | "index" | "rate" | "correction" | "decay",
  number
>;
