/** A network that is being explained. */

import { showValue } from "../base/show_value.ts";
import { ContractError, DivergedError } from "../errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CallOptions, InputGradients } from "../engine/engine.ts";
import { pathGradients } from "../engine/path_gradients.ts";
import { type PathRequest, PathSource } from "../engine/path_source.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { modelInputs } from "../model/inputs.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import type { InputName, InputSpec, ModelSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import type { OpenNetwork } from "../training/open_network.ts";
import { type DenseInputs, gatherDense } from "./dense_inputs.ts";
import { Baselines } from "./_baselines.ts";
import { DataProfiles } from "./_data_profiles.ts";
import type { MatchedSamples } from "./matched_samples.ts";
import type { AttributionPlan } from "./attribution_plan.ts";

/** How a block reports, and ends early. */
export interface BlockCall {
  readonly signal: AbortSignal | undefined;
  /** Takes the share of the block that is done, from 0 to 1. */
  onShare(share: number): void;
}

/** Some samples that are explained together. */
export interface Block {
  /** `[sample]`: positions in the data set. */
  readonly positions: Uint32Array<ArrayBuffer>;
  readonly call: BlockCall;
}

/** What is found for one input of a block's samples. */
export interface FoundInput {
  readonly shape: readonly number[];
  /** `[sample, …shape]` */
  readonly values: Float32Array<ArrayBuffer>;
}

/** What one model says of a block's samples. */
export interface Found {
  readonly predictions: Float32Array<ArrayBuffer>;
  readonly baselinePredictions?: Float32Array<ArrayBuffer> | undefined;
  readonly inputs: ReadonlyMap<InputName, FoundInput>;
}

/** What is known besides the model. */
export interface NetworkOptions {
  readonly data: Dataset;
  readonly plan: AttributionPlan;
  readonly matched: MatchedSamples | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One model with the data's samples as it reads them; outputs and gradients are in the unit of labels. */
export class ExplainedNetwork {
  /** The model with its session. */
  readonly open: OpenNetwork;
  readonly data: Dataset;
  readonly plan: AttributionPlan;
  /** All inputs of the model. */
  readonly inputs: readonly InputSpec[];
  /** Those that are explained. */
  readonly wanted: readonly InputSpec[];
  /** Makes baselines for those that are explained, but for a sequence, whose letters have none. */
  readonly baselines: Baselines;
  readonly #profiles: DataProfiles;

  constructor(open: OpenNetwork, { data, plan, matched, signal }: NetworkOptions) {
    this.open = open;
    this.data = data;
    this.plan = plan;
    this.inputs = modelInputs(open.model.spec);
    this.wanted = chooseInputs(open.model.spec, plan, data);
    this.#profiles = new DataProfiles(data, { plan, matched });
    this.baselines = new Baselines({
      data,
      source: open.source,
      gathered: numbersAmong(this.inputs),
      moving: numbersAmong(this.wanted),
      panel: open.model.panel,
      plan,
      matched,
      signal,
    });
  }

  /** The row of the source of each position. */
  rowsOf(positions: ArrayLike<number>): Uint32Array<ArrayBuffer> {
    return Uint32Array.from({ length: positions.length }, (_, i) => this.data.rows[positions[i]!]!);
  }

  /** What a sample's signal is compared with as the data store it, for a model that makes summaries of it. */
  dataBaseline(position: number): Float32Array {
    return this.#profiles.of(position);
  }

  /** The inputs of samples, without their sequence unless that is explained. */
  async gather(positions: Uint32Array, { signal }: AbortOptions): Promise<DenseInputs> {
    const isWanted = ({ name }: InputSpec) => this.wanted.some((input) => input.name === name);
    const inputs = this.inputs.filter((input) => input.name !== "sequence" || isWanted(input));
    return await gatherDense(this.open.source, this.rowsOf(positions), { inputs, signal });
  }

  /**
   * Predicts rows of a source.
   *
   * @throws {DivergedError} If a prediction is not finite.
   */
  async predict(
    source: SampleSource,
    rows: Uint32Array,
    call: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { session, model: { labelScale, spec } } = this.open;
    const [predicted] = await session.predict(source, [rows], call);
    for (const [i, value] of predicted!.entries()) {
      if (labelScale !== undefined) predicted![i] = value * labelScale.sd + labelScale.mean;
      if (Number.isFinite(value)) continue;
      throw new DivergedError(
        `Cannot explain "${spec.name}": a prediction on ${session.device} is ${value}, expected a finite number`,
      );
    }
    return predicted!;
  }

  /** Predicts samples as they are. */
  async predictSamples(
    positions: Uint32Array,
    call: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    return await this.predict(this.open.source, this.rowsOf(positions), call);
  }

  /** Gradients of samples as they are. */
  async gradients(positions: Uint32Array, call: CallOptions): Promise<InputGradients> {
    const rows = this.rowsOf(positions);
    const [gradients] = await this.open.session.inputGradients(this.open.source, [rows], call);
    return this.#scale(gradients!);
  }

  /** Weighted sums of gradients along paths. */
  async pathGradients(request: PathRequest, call: CallOptions): Promise<InputGradients> {
    const [gradients] = await pathGradients(this.open.session, request, call);
    return this.#scale(gradients!);
  }

  /** Predicts the beginnings of paths. */
  async predictBeginnings(
    request: Omit<PathRequest, "fractions" | "weights">,
    call: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    const ends = { fractions: Float64Array.of(0), weights: Float64Array.of(1) };
    const source = new PathSource({ ...request, ...ends });
    const paths = Uint32Array.from(request.rows, (_, path) => path);
    return await this.predict(source, paths, call);
  }

  #scale(gradients: InputGradients): InputGradients {
    const { labelScale } = this.open.model;
    if (labelScale === undefined) return gradients;
    for (const values of Object.values(gradients)) {
      for (let i = 0; i < values.length; i++) values[i] = values[i]! * labelScale.sd;
    }
    return gradients;
  }
}

/** The inputs whose values are numbers: all but a sequence. */
export function numbersAmong(inputs: readonly InputSpec[]): readonly InputSpec[] {
  return inputs.filter(({ name }) => name !== "sequence");
}

/** The inputs that a method can explain. */
function explainable(
  spec: ModelSpec,
  { method }: AttributionPlan,
  data: Dataset,
): readonly InputSpec[] {
  const inputs = modelInputs(spec);
  switch (method) {
    case "gradient":
    case "input-x-gradient":
      return inputs;
    case "integrated-gradients":
    case "expected-gradients":
      return numbersAmong(inputs);
    case "occlusion":
      // What is occluded are counts, of which a panel's model makes summaries.
      return readsPanel(spec)
        ? [{ name: "signal", bins: data.bins, marks: data.marks.length }]
        : inputs.filter(({ name }) => name === "signal");
    case "mutagenesis":
      return inputs.filter(({ name }) => name === "sequence");
  }
}

function chooseInputs(
  spec: ModelSpec,
  plan: AttributionPlan,
  data: Dataset,
): readonly InputSpec[] {
  const possible = explainable(spec, plan, data);
  const { inputs: asked, method } = plan;
  const listNames = (inputs: readonly InputSpec[]) => inputs.map(({ name }) => name).join(", ");
  if (possible.length === 0) {
    throw new ContractError(
      `Cannot explain "${spec.name}" by ${method}: it reads ${
        listNames(modelInputs(spec))
      }, expected ${method === "mutagenesis" ? "sequence" : "marks"} among its inputs`,
    );
  }
  if (asked === undefined) return possible;
  if (!Array.isArray(asked)) {
    throw new TypeError(
      `Cannot explain: inputs is ${showValue(asked)}, expected an array of names, such as ["${
        possible[0]!.name
      }"]`,
    );
  }
  const wrong = asked.find((name) => !possible.some((input) => input.name === name));
  if (wrong === undefined && asked.length > 0) {
    return possible.filter(({ name }) => asked.includes(name));
  }
  throw new ContractError(
    `Cannot explain ${wrong ?? "0 inputs"} of "${spec.name}" by ${method}: expected some of ${
      listNames(possible)
    }`,
  );
}
