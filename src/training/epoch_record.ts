/** One finished epoch. */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Mean training loss over the epoch's steps, dropout on. */
  readonly loss: number;
  /** Loss on the validation data after the epoch, dropout off; absent without validation data. */
  readonly validationLoss: number | undefined;
  /** Learning rate of its last step; absent where the rate is constant. */
  readonly learningRate?: number | undefined;
  /** Seconds of training, validation not counted. */
  readonly seconds: number;
  /** Training samples a second. */
  readonly samplesPerSecond: number;
}
