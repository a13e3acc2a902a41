/** What a format of requests and answers is. */

import type { Dataset } from "@waka/histone/data";
import type { TrainedModel } from "@waka/histone/model";
import type { PredictionDetails } from "@waka/histone/training";

/** Samples with what was predicted of them. */
export interface Answer {
  readonly data: Dataset;
  readonly details: PredictionDetails;
}

/** What is known when a body is read. */
export interface ReadOptions {
  /** Says how many bins and which marks samples have. */
  readonly model: TrainedModel;
  /** More samples are refused, before memory is taken for them. */
  readonly maxSamples: number;
  /** Formats that are compressed may inflate to so many bytes. */
  readonly maxInflatedBytes: number;
  /**
   * Takes room for what a body inflates to, besides the body itself, until the request is answered: a few kilobytes may become
   * hundreds of megabytes, and many such requests may be read at a time.
   *
   * @throws {Refusal} If there is not so much now.
   */
  readonly takeRoom: (bytes: number) => void;
}

/** A kind of body. */
export interface Format {
  /** Its media types; the first one is that of answers. */
  readonly types: readonly [string, ...string[]];
  /**
   * Reads samples.
   *
   * @throws {FormatError} If the body is damaged.
   * @throws {ContractError} If it contradicts the model.
   * @throws {Refusal} If it has too many samples.
   */
  read(body: Uint8Array<ArrayBuffer>, options: ReadOptions): Promise<Dataset> | Dataset;
  /** Writes an answer. */
  write(answer: Answer): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
}
