/** A file that can be saved, and what it is made of. */

import type { CallContext } from "../call.ts";
import type { ExplainedGene } from "../explain_gene.ts";
import type { HeldWork } from "../held_work.ts";

/** What files are made of. */
export interface DownloadSource {
  readonly held: HeldWork;
  /** The gene that was explained last. */
  readonly explained: ExplainedGene | undefined;
  readonly context: CallContext;
}

/** A file, and its name. */
export interface Download {
  readonly name: string;
  readonly file: Blob;
}
