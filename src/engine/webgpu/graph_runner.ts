import { longestLength } from "../../base/arrays.ts";
import type { InputName } from "../../model/spec.ts";
import type { InputGradients } from "../engine.ts";
import type { AbortOptions } from "../../progress.ts";
import { gatherBatch } from "../gather_batch.ts";
import { takeLetters } from "../gathered_letters.ts";
import { gatherLearned, pairLearned } from "../gather_learned.ts";
import { SampleBatch, type SampleSource } from "../sample_source.ts";
import { ItemCollector } from "./collect_items.ts";
import type { OpenedDevice } from "./device.ts";
import { LetterPacker } from "./letters.ts";
import { GpuMemory } from "./memory.ts";
import type { GraphPlan } from "./plan_types.ts";
import { Program } from "./program.ts";
import { makeSchedule } from "./schedule.ts";
import { type Pass, submitSchedule } from "./submit.ts";

/** Options of {@linkcode GraphRunner.start}. */
export interface GraphRunnerOptions {
  readonly opened: OpenedDevice;
  readonly plan: GraphPlan;
  /** Buffers that other runners use too. */
  readonly shared: GpuMemory;
}

/** Runs a plan over samples that are gathered and uploaded batch by batch. */
export class GraphRunner {
  /** Buffers of the plan, and those shared. */
  readonly memory: GpuMemory;
  readonly #opened: OpenedDevice;
  readonly #plan: GraphPlan;
  readonly #program: Program;
  readonly #collectors: readonly ItemCollector[];
  #packer: LetterPacker | undefined;
  #batch: { readonly inputs: SampleSource["inputs"]; readonly batch: SampleBatch } | undefined;

  private constructor({ opened, plan }: GraphRunnerOptions, memory: GpuMemory, program: Program) {
    this.#opened = opened;
    this.#plan = plan;
    this.memory = memory;
    this.#program = program;
    const { layout, options: { models } } = plan;
    this.#collectors = Array.from({ length: models }, () => new ItemCollector(layout));
  }

  /** Reserves the plan's buffers and compiles its kernels. */
  static async start(options: GraphRunnerOptions): Promise<GraphRunner> {
    const { opened, plan, shared } = options;
    const memory = new GpuMemory(opened.device, shared.largest, shared);
    const used = new Set(
      plan.kernels.flatMap(({ buffers }) => buffers.map(({ buffer }) => buffer)),
    );
    for (const [name, values] of Object.entries(plan.buffers)) {
      if (used.has(name)) memory.reserve(name, values);
    }
    return new GraphRunner(options, memory, await Program.compile(opened, plan.kernels));
  }

  /** Trains or predicts on every batch. Returns the number of steps. */
  async run(pass: Pass, source: SampleSource): Promise<number> {
    return await this.#run(pass, source);
  }

  /** Finds, for each model, the gradient of each prediction with respect to each input of its sample. */
  async findInputGradients(pass: Pass, source: SampleSource): Promise<InputGradients[]> {
    const { inputs } = this.#plan.layout;
    const gradients = pass.rows.map(({ length }) =>
      new Map<InputName, Float32Array<ArrayBuffer>>(
        inputs.map((
          { spec: { name }, places, readSize },
        ) => [name, new Float32Array(length * places * readSize)]),
      )
    );
    // There is no buffer of no steps.
    if (pass.rows.every(({ length }) => length === 0)) {
      return gradients.map((byName) => Object.fromEntries(byName));
    }
    const { samples, models } = this.#plan.options;
    const wanted = this.#plan.inputs.map(({ name, positions, channels, samples }) => ({
      name: `${name}.delta`,
      values: models * samples * positions * channels,
    }));
    await this.#run(pass, source, async (index) => {
      // One after another, since a buffer for all of them might be larger than the GPU allows.
      const deltas: Float32Array[] = [];
      for (const one of wanted) deltas.push(...await this.memory.read([one]));
      for (const [model, rows] of pass.rows.entries()) {
        if (rows.length > index * samples) {
          this.#spread(deltas, { model, gradients: gradients[model]!, firstRow: index * samples });
        }
      }
    });
    return gradients.map((byName) => Object.fromEntries(byName));
  }

  async #run(
    pass: Pass,
    source: SampleSource,
    collect?: (index: number) => Promise<void>,
  ): Promise<number> {
    const { device } = this.#opened;
    const { options: { samples: batchSize, models }, purpose } = this.#plan;
    const schedule = makeSchedule(pass.epochs, {
      batchSize,
      stepsOfSubmission: 1,
      alignment: device.limits.minStorageBufferOffsetAlignment,
    });
    const longest = longestLength(pass.rows);
    if (purpose === "prediction") this.memory.reserve("predictions", longest * models);
    if (purpose === "training") this.memory.reserve("losses", schedule.steps * models);
    const batch = this.#batchOf(source);
    await submitSchedule({
      opened: this.#opened,
      memory: this.memory,
      schedule,
      step: this.#program,
      onProgress: pass.onProgress,
      signal: pass.signal,
      prepare: async (index) => {
        for (const [model, rows] of pass.rows.entries()) {
          const some = rows.subarray(index * batchSize, (index + 1) * batchSize);
          if (some.length > 0) {
            await this.#upload(some, { source, batch, model, signal: pass.signal });
          }
        }
      },
      collect,
    });
    return schedule.steps;
  }

  /** Room for a batch, for as long as the sources have the same inputs. */
  #batchOf({ inputs }: SampleSource): SampleBatch {
    if (this.#batch?.inputs !== inputs) {
      const batch = new SampleBatch(inputs, this.#plan.options.samples);
      for (const input of batch.inputs) {
        if (input.spec.name === "sequence") takeLetters(input, batch.capacity);
      }
      this.#batch = { inputs, batch };
    }
    return this.#batch.batch;
  }

  /** Gathers a model's batch and copies it to the GPU. */
  async #upload(rows: Uint32Array, { source, batch, model, signal }: AbortOptions & {
    readonly source: SampleSource;
    readonly batch: SampleBatch;
    readonly model: number;
  }): Promise<void> {
    await gatherBatch(source, rows, batch, { signal });
    const { layout, purpose, options: { samples } } = this.#plan;
    const collector = this.#collectors[model]!;
    collector.collect(batch);
    this.#write("places", collector.places, model * layout.stride);
    for (const { spec, buffer, entrySize, words, capacity } of layout.inputs) {
      const input = batch.input(spec.name);
      const found = spec.name === "sequence"
        ? this.#packerOf(spec.bases, capacity).pack(input)
        : input.values.subarray(0, input.entries * entrySize);
      this.#write(buffer, found, model * capacity * words);
    }
    for (const [index, found] of collector.encoders.entries()) {
      const { capacity } = layout.encoders[index]!;
      const { count, items, useCount, uses, origins, parents, shared } = found;
      const write = (name: string, width: number, values: Uint32Array) =>
        this.#write(`encoder${index}.${name}`, values, width * model * capacity);
      write("items", 4, items.subarray(0, 4 * count));
      write("uses", 1, uses.subarray(0, useCount));
      write("origins", 2, origins.subarray(0, 2 * count));
      if (shared === undefined) continue;
      write("shared", 4, shared.items.subarray(0, 4 * shared.count));
      write("sharedUses", 1, shared.uses.subarray(0, shared.useCount));
      write("parents", 1, parents.subarray(0, count));
    }
    if (purpose === "training") {
      this.#write("labels", pairLearned(gatherLearned(source, rows)), 2 * model * samples);
    }
  }

  /** What packs the sequences of a batch. */
  #packerOf(bases: number, entries: number): LetterPacker {
    return this.#packer ??= new LetterPacker(bases, entries);
  }

  /** Writes values to a buffer, if a kernel reads it. */
  #write(name: string, values: Float32Array | Uint32Array, offset: number): void {
    if (this.memory.has(name)) this.memory.write(name, values, 4 * offset);
  }

  /** Adds the deltas of a batch's items to the gradients of the samples that use them. */
  #spread(deltas: readonly Float32Array[], { model, gradients, firstRow }: {
    readonly model: number;
    readonly gradients: ReadonlyMap<InputName, Float32Array>;
    readonly firstRow: number;
  }): void {
    const { layout } = this.#plan;
    for (const { index, capacity } of layout.encoders) {
      const { count, items, uses } = this.#collectors[model]!.encoders[index]!;
      for (let item = 0; item < count; item++) {
        const { input: { spec, places, readSize } } = layout.branches[items[4 * item]!]!;
        const to = (firstRow * places + uses[items[4 * item + 2]!]!) * readSize;
        const from = (model * capacity + item) * readSize;
        const gradient = gradients.get(spec.name)!;
        const delta = deltas[index]!;
        for (let i = 0; i < readSize; i++) gradient[to + i]! += delta[from + i]!;
      }
    }
  }
}
