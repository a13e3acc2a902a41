/** Explains the changes of a block of genes with every model. */

import { DisposableList } from "../../base/disposable_list.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { EngineReport } from "../../engine/select.ts";
import { ContractError } from "../../errors.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { geneEffectsOf } from "../../training/gene_effects.ts";
import { openNetwork } from "../../training/open_network.ts";
import type { BlockChanges } from "./_block.ts";
import { explainPairs, type SamplePairs } from "./_paths.ts";
import type { ComparedGene, DifferencePlan } from "./_plan.ts";
import type { DifferenceOptions } from "./difference_types.ts";
import { countPlaces, type MarkLayout, markLayout } from "./_mark_layout.ts";
import { type BlockCall, ExplainedNetwork } from "../explained_network.ts";
import { planAttribution } from "../attribution_plan.ts";

/** The models with their sessions. */
export class DifferenceNetworks implements AsyncDisposable {
  readonly layout: MarkLayout;
  readonly #networks: readonly ExplainedNetwork[];
  readonly #stack: DisposableList;
  readonly #plan: DifferencePlan;

  private constructor(
    networks: readonly ExplainedNetwork[],
    { layout, stack, plan }: {
      readonly layout: MarkLayout;
      readonly stack: DisposableList;
      readonly plan: DifferencePlan;
    },
  ) {
    this.#networks = networks;
    this.layout = layout;
    this.#stack = stack;
    this.#plan = plan;
  }

  /** Opens all models before the first gene, so that what is wrong is said early. */
  static async open(
    models: readonly TrainedModel[],
    data: Dataset,
    options: DifferenceOptions & { readonly plan: DifferencePlan },
  ): Promise<DifferenceNetworks> {
    const { plan, engine, threads, unlabelled, dropMarks, acceptAssembly } = options;
    const layouts = models.map(markLayout);
    const layout = checkLayouts(layouts);
    await using stack = new DisposableList();
    const networks: ExplainedNetwork[] = [];
    for (const model of models) {
      const onNote = networks.length === 0 ? options.onNote : undefined;
      const wanted = { engine, threads, unlabelled, dropMarks, acceptAssembly, onNote };
      const open = stack.use(await openNetwork(model, data, { ...wanted, path: "grouped" }));
      const { steps } = plan;
      const own = planAttribution(data, { method: "integrated-gradients", steps });
      networks.push(new ExplainedNetwork(open, { data, plan: own, matched: undefined }));
    }
    return new DifferenceNetworks(networks, { layout, stack: stack.move(), plan });
  }

  /** Where the first model computes. */
  get report(): EngineReport {
    return this.#networks[0]!.open.report;
  }

  /**
   * Explains some genes.
   *
   * @returns What each model says, `[model]`.
   */
  async explain(
    genes: readonly ComparedGene[],
    { signal, onShare }: BlockCall,
  ): Promise<BlockChanges[]> {
    const found: BlockChanges[] = [];
    const pairs = pairUp(genes);
    for (const [i, network] of this.#networks.entries()) {
      const call = {
        signal,
        onShare: (share: number) => onShare((i + share) / this.#networks.length),
      };
      const changes = await explainPairs(network, pairs, {
        layout: this.layout,
        steps: this.#plan.steps,
        genes: genes.length,
        call,
      });
      addEffects(network, genes, changes);
      found.push(changes);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** All pairs of a gene's samples, which count the same. */
function pairUp(genes: readonly ComparedGene[]): SamplePairs {
  const pairs = genes.flatMap(({ from, to }, gene) =>
    from.flatMap((a) =>
      to.map((b) => ({ gene, from: a, to: b, weight: 1 / (from.length * to.length) }))
    )
  );
  return {
    genes: Uint32Array.from(pairs, ({ gene }) => gene),
    from: Uint32Array.from(pairs, ({ from }) => from),
    to: Uint32Array.from(pairs, ({ to }) => to),
    weights: Float64Array.from(pairs, ({ weight }) => weight),
  };
}

/** Adds the gene effects, which are the same on both sides, so that predictions are those of `predict`. */
function addEffects(
  { open: { model: { geneEffects } }, data }: ExplainedNetwork,
  genes: readonly ComparedGene[],
  { from, to }: BlockChanges,
): void {
  if (geneEffects === undefined) return;
  const effects = geneEffectsOf(geneEffects, data.subset(genes.map((gene) => gene.from[0]!)));
  for (const [gene, effect] of effects.entries()) {
    from[gene]! += effect;
    to[gene]! += effect;
  }
}

/** The layout that all models have. */
function checkLayouts(layouts: readonly MarkLayout[]): MarkLayout {
  const [first] = layouts;
  if (first === undefined) {
    throw new TypeError("Cannot compare cell types: there are 0 models, expected some");
  }
  const describe = (layout: MarkLayout) =>
    `${layout.marks.join(", ")} in ${countPlaces(layout)} places of ${
      layout.inputs.map(({ name }) => name).join(" and ")
    }`;
  const other = layouts.find((layout) => describe(layout) !== describe(first));
  if (other === undefined) return first;
  throw new ContractError(
    `Cannot compare cell types with models together: one reads ${describe(other)}, expected ${
      describe(first)
    }`,
  );
}
