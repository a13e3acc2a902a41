/** Rows that are gathered and computed batch by batch. */
export interface BatchedRows {
  readonly rows: Uint32Array;
  /** Samples of a batch; the last batch takes the rest. */
  readonly batchSize: number;
  /** When it has aborted, no further batch is gathered. */
  readonly signal: AbortSignal;
}

/** A batch that was arranged. */
export interface RowBatch {
  /** Place of its first sample among the rows. */
  readonly start: number;
  readonly rows: Uint32Array;
  /** Entries of each chain of the encoders, then the number of samples. */
  readonly entries: readonly number[];
}
