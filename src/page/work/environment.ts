/** What the page's worker is given by its surroundings: a browser, or a test. */

import type { EngineName } from "../../engine/select.ts";
import type { Annotation } from "../../genome/mod.ts";
import type { BundledGenes, PageMachine } from "../protocol.ts";
import type { GivenFile } from "./given_file.ts";
import type { PageStore } from "./store.ts";

/** What the page's worker is given. */
export interface WorkEnvironment {
  /** What the machine can do. */
  readonly machine: () => Promise<PageMachine>;
  /** Where state is kept. */
  readonly store: PageStore;
  /** The genes that come with the page. */
  readonly bundledGenes: (name: BundledGenes) => Promise<Annotation>;
  /** The files of the example. */
  readonly exampleFiles: () => Promise<readonly GivenFile[]>;
  /** Opens a file by its address. */
  readonly openAddress: (address: string, signal: AbortSignal) => Promise<GivenFile>;
  /** Where models are computed. */
  readonly engine: EngineName;
  /**
   * On how many threads.
   *
   * @default all
   */
  readonly threads?: number | undefined;
  /** How many bytes the samples may take in memory. */
  readonly mostDataBytes: number;
}
