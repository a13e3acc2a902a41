import { DisposableList } from "../base/disposable_list.ts";
import { untilSettled, watchHooks } from "../base/watched_hook.ts";
import { listSome } from "../base/wording.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { InputName } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { awaitHook } from "../training/hooks.ts";
import { openNetwork } from "../training/open_network.ts";
import type { AttributeOptions } from "./attribute_options.ts";
import { checkAttribute } from "./_check_attribute.ts";
import { chooseBlockSize } from "./block_size.ts";
import { explainByExpectation, explainByGradient, explainByPath } from "./_gradient_methods.ts";
import { joinBlocks } from "./join_blocks.ts";
import { MatchedSamples } from "./matched_samples.ts";
import { type Block, type BlockCall, ExplainedNetwork, type Found } from "./explained_network.ts";
import { explainByMutation } from "./_mutagenesis.ts";
import { explainByOcclusion } from "./_occlusion.ts";
import { ModelMoments } from "./_model_moments.ts";
import { attributeNone } from "./_no_samples.ts";
import { type AttributionPlan, hasBaseline, planAttribution } from "./attribution_plan.ts";
import type { Attributions } from "./types.ts";

/**
 * Says how much each value that the networks read adds to their predictions of some samples. For many samples use
 * {@linkcode attributeBlocks}, which holds a block of them at a time.
 *
 * What is explained is the network's output, in the unit of the labels, or a probability where the model ends in a sigmoid;
 * gene effects, which read no input, are left out. The inputs are as the network reads them, after the model's transform.
 *
 * Methods that compare a sample with a baseline replace numbers only: the letters of a sequence stay. Of a model that reads a
 * panel, the sample's summary, those of its references, their labels and the context move together, unless `inputs` names
 * some of them. What says whether a mark was measured or a label is known stays as it is in the sample, and so does what
 * was not measured: these have an attribution of 0.
 *
 * - Baseline `zero`: measured marks without signal; labels of references and the statistics of the context at the mean label.
 * - Baseline `mean`: the mean over all samples of the data that have the value; for references, over all of theirs.
 * - Baseline `matched`: the same mean over samples of the same cell type that are alike, of other genes.
 *
 * The result does not depend on the number of threads, nor on which samples are explained together.
 *
 * @param models The models: one, or the members of an ensemble, over which the result is averaged.
 * @param data The samples, and those that baselines are taken from.
 * @param options The method and its settings.
 * @returns The attributions of all samples, or of those that `rows` names, in its order; of no samples each part is empty.
 * @throws {TypeError} If there are no models, these are no array or no data set, or an option is misspelt or something else.
 * @throws {RangeError} If a setting is out of range or unknown.
 * @throws {ContractError} If the data do not fit a model, the method cannot explain what a model reads, or models read
 * different inputs.
 * @throws {DivergedError} If a prediction is not finite.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Integrated gradients add up to the difference from the baseline
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { attribute } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm", transform: "log1p" });
 * const found = await attribute([model], data, { rows: [3], engine: "wasm" });
 * const sum = found.inputs.signal!.values.reduce((sum, value) => sum + value, 0);
 * ok(Math.abs(sum - (found.predictions[0]! - found.baselinePredictions![0]!)) < 0.01);
 * ```
 */
export async function attribute(
  models: readonly TrainedModel[],
  data: Dataset,
  options: AttributeOptions = {},
): Promise<Attributions> {
  options = checkAttribute(models, data, options);
  const { options: watched, settle } = watchHooks(options);
  const blocks: Attributions[] = [];
  for await (const block of explainBlocks(models, data, watched, attributeNone)) blocks.push(block);
  await settle();
  const plan = planAttribution(data, options);
  return joinBlocks(blocks, {
    method: plan.method,
    baseline: hasBaseline(plan) ? plan.baseline : undefined,
    rows: plan.positions,
    models: models.length,
  });
}

/**
 * Explains samples block by block, as {@linkcode attribute} does, so that many need little memory. Sessions are open until
 * the last block was taken, or the loop that takes them is left.
 *
 * @param models The models: one, or the members of an ensemble.
 * @param data The samples, and those that baselines are taken from.
 * @param options The method and its settings.
 * @returns The attributions of some samples at a time, in the order of `rows`.
 * @throws As {@linkcode attribute} does.
 *
 * @example The mean attribution of each value, three samples at a time
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { attributeBlocks } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * let samples = 0;
 * for await (const { rows } of attributeBlocks([model], data, { blockSize: 3, engine: "wasm" })) {
 *   samples += rows.length;
 * }
 * strictEqual(samples, data.length);
 * ```
 */
export async function* attributeBlocks(
  models: readonly TrainedModel[],
  data: Dataset,
  options: AttributeOptions = {},
): AsyncGenerator<Attributions, void, void> {
  const { options: watched, settle } = watchHooks(checkAttribute(models, data, options));
  yield* untilSettled(explainBlocks(models, data, watched), settle);
}

/** The blocks of all samples; if there are no samples, what `ofNone` makes. */
async function* explainBlocks(
  models: readonly TrainedModel[],
  data: Dataset,
  options: AttributeOptions,
  ofNone?: (networks: readonly ExplainedNetwork[]) => Attributions,
): AsyncGenerator<Attributions, void, void> {
  const plan = planAttribution(data, options);
  const { onStart, onProgress, signal } = options;
  signal?.throwIfAborted();
  await using stack = new DisposableList();
  const networks = await openNetworks(models, { data, plan, options, stack });
  await awaitHook(() => onStart?.({ ...networks[0]!.open.report }), signal);
  const { length } = plan.positions;
  if (length === 0 && ofNone !== undefined) yield ofNone(networks);
  const size = plan.blockSize ?? chooseBlockSize(networks[0]!.wanted);
  for (let first = 0; first < length; first += size) {
    const positions = plan.positions.slice(first, first + size);
    const found = await explainBlock(networks, positions, {
      signal,
      onShare: (models) => {
        const done = first + positions.length * (models / networks.length);
        onProgress?.({ done, total: length, unit: "samples" });
      },
    });
    // A short block may have told of its progress only at its end.
    signal?.throwIfAborted();
    yield found;
  }
}

/** Opens the models, all of them before the first sample, so that what is wrong is said early. */
async function openNetworks(
  models: readonly TrainedModel[],
  { data, plan, options, stack }: {
    readonly data: Dataset;
    readonly plan: AttributionPlan;
    readonly options: AttributeOptions;
    readonly stack: DisposableList;
  },
): Promise<readonly ExplainedNetwork[]> {
  if (models.length === 0) throw new TypeError("Cannot explain: there are 0 models, expected some");
  const isMatched = hasBaseline(plan) && plan.baseline === "matched";
  const matched = isMatched ? new MatchedSamples(data, plan.matchBy) : undefined;
  const networks: ExplainedNetwork[] = [];
  for (const model of models) {
    const { engine, threads, unlabelled, dropMarks, acceptAssembly } = options;
    const onNote = networks.length === 0 ? options.onNote : undefined;
    // As commands predict; gradients do not depend on it.
    const path = "grouped";
    const wanted = {
      engine,
      threads,
      unlabelled,
      dropMarks,
      acceptAssembly,
      onNote,
      path,
    } as const;
    const open = stack.use(await openNetwork(model, data, wanted));
    networks.push(new ExplainedNetwork(open, { data, plan, matched, signal: options.signal }));
  }
  for (const network of networks) checkAlike(networks[0]!, network);
  return networks;
}

function checkAlike(first: ExplainedNetwork, other: ExplainedNetwork): void {
  const describe = ({ inputs }: ExplainedNetwork) => inputs.map((input) => JSON.stringify(input));
  if (describe(first).join() === describe(other).join()) return;
  throw new ContractError(
    `Cannot explain models together: one reads ${listSome(describe(other))}, expected ${
      listSome(describe(first))
    }`,
  );
}

async function explainBlock(
  networks: readonly ExplainedNetwork[],
  positions: Uint32Array<ArrayBuffer>,
  { signal, onShare }: BlockCall,
): Promise<Attributions> {
  const { plan } = networks[0]!;
  const moments = new BlockMoments(positions.length);
  for (const [i, network] of networks.entries()) {
    const call = { signal, onShare: (share: number) => onShare(i + share) };
    moments.add(await explain(network, { positions, call }));
    onShare(i + 1);
  }
  const { predictions, baselinePredictions, inputs } = moments.result();
  const found = {
    method: plan.method,
    ...(hasBaseline(plan) && { baseline: plan.baseline }),
    rows: positions,
    models: networks.length,
    predictions,
    ...(baselinePredictions && { baselinePredictions }),
    inputs,
  };
  if (baselinePredictions === undefined) return found;
  return { ...found, completenessErrors: findCompletenessErrors(found, baselinePredictions) };
}

function explain(network: ExplainedNetwork, block: Block): Promise<Found> {
  switch (network.plan.method) {
    case "gradient":
    case "input-x-gradient":
      return explainByGradient(network, block);
    case "integrated-gradients":
      return explainByPath(network, block);
    case "expected-gradients":
      return explainByExpectation(network, block);
    case "occlusion":
      return explainByOcclusion(network, block);
    case "mutagenesis":
      return explainByMutation(network, block);
  }
}

/** What the models say of a block's samples, averaged. */
class BlockMoments {
  readonly #predictions: ModelMoments;
  readonly #baselines: ModelMoments;
  readonly #inputs = new Map<
    InputName,
    { readonly shape: readonly number[]; readonly moments: ModelMoments }
  >();
  #hasBaselines = false;

  constructor(samples: number) {
    this.#predictions = new ModelMoments(samples);
    this.#baselines = new ModelMoments(samples);
  }

  add({ predictions, baselinePredictions, inputs }: Found): void {
    this.#predictions.add(predictions);
    if (baselinePredictions !== undefined) {
      this.#baselines.add(baselinePredictions);
      this.#hasBaselines = true;
    }
    for (const [name, { shape, values }] of inputs) {
      const known = this.#inputs.get(name) ?? { shape, moments: new ModelMoments(values.length) };
      known.moments.add(values);
      this.#inputs.set(name, known);
    }
  }

  result(): Pick<Attributions, "predictions" | "baselinePredictions" | "inputs"> {
    const inputs = [...this.#inputs].map(([name, { shape, moments }]) => {
      const standardDeviations = moments.standardDeviations();
      const values = moments.mean();
      return [name, { shape, values, ...(standardDeviations && { standardDeviations }) }] as const;
    });
    return {
      predictions: this.#predictions.mean(),
      baselinePredictions: this.#hasBaselines ? this.#baselines.mean() : undefined,
      inputs: Object.fromEntries(inputs),
    };
  }
}

/** See {@linkcode Attributions.completenessErrors}. */
function findCompletenessErrors(
  { predictions, inputs }: Pick<Attributions, "predictions" | "inputs">,
  baselinePredictions: Float32Array,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(predictions, (prediction, sample) => {
    const difference = prediction - baselinePredictions[sample]!;
    let sum = 0;
    for (const { values } of Object.values(inputs)) {
      const size = values.length / predictions.length;
      for (let i = sample * size; i < (sample + 1) * size; i++) sum += values[i]!;
    }
    return difference === 0 ? NaN : (sum - difference) / Math.abs(difference);
  });
}
