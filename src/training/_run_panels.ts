import type { Dataset } from "../data/dataset.ts";
import { buildPanel } from "../panel/build_panel.ts";
import { extendPanel, growPanel } from "../panel/extend_panel.ts";
import { keepStatistics } from "../panel/keep_statistics.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import type { ReconcileOptions } from "../record.ts";

/** Options of {@linkcode RunPanels}. */
export interface RunPanelsOptions {
  /** The panel of a model that is trained further, to which each run's samples are added. */
  readonly base?: ReferencePanel | undefined;
  /** Whether unlabelled samples may be of another genome build. */
  readonly acceptAssembly?: boolean | undefined;
}

/**
 * The panels of runs: each of the run's own training samples, added to the panel of the model that training starts from;
 * with the marks of unlabelled samples, which all runs share.
 */
export class RunPanels {
  readonly #unlabelled: readonly Dataset[];
  readonly #base: ReferencePanel | undefined;
  readonly #accepted: ReconcileOptions;
  readonly #known = new Map<Dataset, Promise<ReferencePanel>>();
  readonly #statistics = new Map<Dataset, Promise<ReferencePanel>>();

  /**
   * Builds a panel when it is asked for.
   *
   * @param unlabelled Samples whose marks are added to each.
   * @param options The panel to start from, and whether samples may be of another build.
   */
  constructor(
    unlabelled: readonly Dataset[],
    { base, acceptAssembly }: RunPanelsOptions = {},
  ) {
    this.#unlabelled = unlabelled;
    this.#base = base;
    this.#accepted = { acceptAssembly };
  }

  /** The panel of a run that trains on these samples; runs with the same samples share it. */
  panelOf(data: Dataset): Promise<ReferencePanel> {
    const known = this.#known.get(data) ?? this.#build(data);
    this.#known.set(data, known);
    return known;
  }

  /** Statistics of the labels in that panel; runs with the same samples share these too. */
  statisticsOf(data: Dataset): Promise<ReferencePanel> {
    const known = this.#statistics.get(data) ?? this.panelOf(data).then(keepStatistics);
    this.#statistics.set(data, known);
    return known;
  }

  async #build(data: Dataset): Promise<ReferencePanel> {
    const base = this.#base;
    const own = base === undefined
      ? await buildPanel(data)
      : await growPanel(base, data, this.#accepted);
    return await extendPanel(own, this.#unlabelled, this.#accepted);
  }
}
