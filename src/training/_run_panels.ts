import type { Dataset } from "../data/dataset.ts";
import { buildPanel } from "../panel/build_panel.ts";
import { extendPanel } from "../panel/extend_panel.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** The panels of runs: each of the run's own training samples, and of unlabelled samples that all runs share. */
export class RunPanels {
  readonly #unlabelled: readonly Dataset[];
  readonly #known = new Map<Dataset, Promise<ReferencePanel>>();

  /** Builds a panel when it is asked for. */
  constructor(unlabelled: readonly Dataset[]) {
    this.#unlabelled = unlabelled;
  }

  /** The panel of a run that trains on these samples; runs with the same samples share it. */
  panelOf(data: Dataset): Promise<ReferencePanel> {
    const known = this.#known.get(data) ?? this.#build(data);
    this.#known.set(data, known);
    return known;
  }

  async #build(data: Dataset): Promise<ReferencePanel> {
    return await extendPanel(await buildPanel(data), this.#unlabelled);
  }
}
