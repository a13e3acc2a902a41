import type { Dataset } from "../data/dataset.ts";
import { buildPanel } from "../panel/build_panel.ts";
import { extendPanel } from "../panel/extend_panel.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** Options of {@linkcode RunPanels}. */
export interface RunPanelsOptions {
  /** The panel of all runs; without one, each has that of its own samples. */
  readonly base?: ReferencePanel | undefined;
  /** Whether unlabelled samples may be of another genome build. */
  readonly acceptAssembly?: boolean | undefined;
}

/**
 * The panels of runs: each of the run's own training samples, or that of the model which all start from; with the marks
 * of unlabelled samples, which all runs share.
 */
export class RunPanels {
  readonly #unlabelled: readonly Dataset[];
  readonly #base: Promise<ReferencePanel> | undefined;
  readonly #known = new Map<Dataset, Promise<ReferencePanel>>();

  /** Builds a panel when it is asked for, unless all runs have `base`. */
  constructor(unlabelled: readonly Dataset[], { base, acceptAssembly }: RunPanelsOptions = {}) {
    this.#unlabelled = unlabelled;
    this.#base = base && extendPanel(base, unlabelled, { acceptAssembly });
  }

  /** The panel of a run that trains on these samples; runs with the same samples share it. */
  panelOf(data: Dataset): Promise<ReferencePanel> {
    if (this.#base !== undefined) return this.#base;
    const known = this.#known.get(data) ?? this.#build(data);
    this.#known.set(data, known);
    return known;
  }

  async #build(data: Dataset): Promise<ReferencePanel> {
    return await extendPanel(await buildPanel(data), this.#unlabelled);
  }
}
