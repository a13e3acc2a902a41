/** A library of a samplesheet of nf-core: a replicate of a sample. The runs of one library are merged into one file. */
export interface Library {
  /** Name of the sample, or of the group, without its replicate. */
  readonly sample: string;
  /** Number of the replicate; `undefined` if the sheet does not say. */
  readonly replicate: string | undefined;
  /** The antibody; empty for controls and in sheets of nf-core/cutandrun. */
  readonly antibody: string;
  /** Name of the control's sample; empty if it has no control. */
  readonly control: string;
  /** The control's replicate; empty if the sheet does not say. */
  readonly controlReplicate: string;
  /** The cell type, if the sheet has a column for it; else empty. */
  readonly cellType: string;
  /** The mark, if the sheet has a column for it; else empty. */
  readonly mark: string;
  /** The cell of expression; may be empty. */
  readonly expression: string;
  readonly line: number;
}
