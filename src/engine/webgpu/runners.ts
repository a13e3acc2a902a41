import { isBranched, type ModelSpec } from "../../model/spec.ts";
import type { SampleSource } from "../sample_source.ts";
import { DataSets } from "./data_sets.ts";
import { GraphRunner } from "./graph_runner.ts";
import { GpuMemory } from "./memory.ts";
import { planModel } from "./plan.ts";
import { chooseOptions, planForRoom, type PlanRoom } from "./plan_options.ts";
import type { GraphPurpose } from "./kernel.ts";
import { ResidentRunner } from "./resident_runner.ts";
import type { Pass } from "./submit.ts";
import { layoutWeights, type WeightLayout } from "./weight_layout.ts";

/** Samples of a batch of a prediction; on a processor, where a dispatch costs what it has room for, fewer do as well. */
const PREDICTION_SAMPLES = { gpu: 512, processor: 128 } as const;
/** Samples of a batch of input gradients, which are as large as the inputs. */
const GRADIENT_SAMPLES = 64;

/** Runs a program over samples. */
export interface PassRunner {
  /** Its buffers, and those of the session. */
  readonly memory: GpuMemory;
  /** Trains or predicts on every batch. Returns the number of steps. */
  run(pass: Pass, source: SampleSource): Promise<number>;
}

/** Options of {@linkcode SessionRunners}. */
export interface SessionRunnersOptions {
  readonly spec: ModelSpec;
  readonly batchSize: number;
  readonly room: PlanRoom;
}

/**
 * The programs of a session, started when they are first needed. A sequential model reads a signal in memory from a
 * copy on the GPU; everything else is uploaded batch by batch.
 */
export class SessionRunners {
  /** Holds the weights, the moments and the data. */
  readonly shared: GpuMemory;
  readonly weights: WeightLayout;
  readonly #options: SessionRunnersOptions;
  readonly #dataSets: DataSets;
  readonly #started = new Map<string, Promise<PassRunner>>();

  /** Compiles nothing yet. */
  constructor(options: SessionRunnersOptions) {
    const { spec, room: { opened, largest } } = options;
    this.shared = new GpuMemory(opened.device, largest);
    this.weights = layoutWeights(spec);
    this.#options = options;
    this.#dataSets = new DataSets(this.shared);
  }

  /** Starts the program that trains on a source; without one, on a signal in memory if the model reads nothing else. */
  training(source?: SampleSource): Promise<PassRunner> {
    return this.#isResident(source) ? this.#startResident("training") : this.#start("training");
  }

  /** Starts the program that predicts samples of a source. */
  prediction(source: SampleSource): Promise<PassRunner> {
    return this.#isResident(source) ? this.#startResident("prediction") : this.#start("prediction");
  }

  /** Starts the program that finds input gradients. */
  async inputGradients(): Promise<GraphRunner> {
    return await this.#start("inputGradients") as GraphRunner;
  }

  /** Frees all buffers. */
  async destroy(): Promise<void> {
    for (const runner of await Promise.allSettled(this.#started.values())) {
      if (runner.status === "fulfilled") runner.value.memory.destroy();
    }
    this.shared.destroy();
  }

  #isResident(source: SampleSource | undefined): boolean {
    const { spec } = this.#options;
    return !isBranched(spec) && (source === undefined || source.resident !== undefined);
  }

  /** Samples of a batch, at most. */
  #samplesOf(purpose: GraphPurpose): number {
    const { batchSize, room: { opened } } = this.#options;
    if (purpose === "training") return batchSize;
    if (purpose === "inputGradients") return GRADIENT_SAMPLES;
    return PREDICTION_SAMPLES[opened.lanes === undefined ? "gpu" : "processor"];
  }

  #startResident(purpose: "training" | "prediction"): Promise<PassRunner> {
    return this.#startOnce(`resident ${purpose}`, () => {
      const { spec, room } = this.#options;
      if (isBranched(spec)) throw new RangeError("Cannot gather several inputs on the GPU");
      const samples = this.#samplesOf(purpose);
      const plan = planModel(spec, chooseOptions(spec, samples, room));
      const { shared } = this;
      const dataSets = this.#dataSets;
      return ResidentRunner.start({ opened: room.opened, plan, purpose, shared, dataSets });
    });
  }

  #start(purpose: GraphPurpose): Promise<PassRunner> {
    return this.#startOnce(purpose, () => {
      const { spec, room } = this.#options;
      const samples = this.#samplesOf(purpose);
      const plan = planForRoom(spec, { samples, purpose }, room);
      return GraphRunner.start({ opened: room.opened, plan, shared: this.shared });
    });
  }

  async #startOnce(name: string, start: () => Promise<PassRunner>): Promise<PassRunner> {
    const known = this.#started.get(name);
    if (known !== undefined) return await known;
    const started = start();
    this.#started.set(name, started);
    try {
      return await started;
    } catch (error) {
      this.#started.delete(name);
      throw error;
    }
  }
}
