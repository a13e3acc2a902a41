import { longestLength } from "../../base/arrays.ts";
import type { SampleSource } from "../sample_source.ts";
import type { GpuColumns } from "./columns.ts";
import type { DataSets } from "./data_sets.ts";
import type { OpenedDevice } from "./device.ts";
import type { Kernel, Purpose } from "./kernel.ts";
import { GpuMemory } from "./memory.ts";
import type { Plan } from "./plan_types.ts";
import { Program } from "./program.ts";
import { makeSchedule, type Schedule } from "./schedule.ts";
import { type Pass, submitSchedule } from "./submit.ts";

/** Options of {@linkcode ResidentRunner.start}. */
export interface ResidentRunnerOptions {
  readonly opened: OpenedDevice;
  readonly plan: Plan;
  readonly purpose: Purpose;
  /** Buffers that other runners use too. */
  readonly shared: GpuMemory;
  /** The signals that are on the GPU. */
  readonly dataSets: DataSets;
}

/** Runs one of a plan's programs over samples of a signal that is on the GPU. */
export class ResidentRunner {
  /** Buffers of the plan, and those shared. */
  readonly memory: GpuMemory;
  readonly #opened: OpenedDevice;
  readonly #plan: Plan;
  readonly #purpose: Purpose;
  readonly #program: Program;
  readonly #dataSets: DataSets;
  #gather: { readonly columns: GpuColumns; readonly program: Program } | undefined;

  private constructor(options: ResidentRunnerOptions, memory: GpuMemory, program: Program) {
    this.#opened = options.opened;
    this.#plan = options.plan;
    this.#purpose = options.purpose;
    this.#dataSets = options.dataSets;
    this.memory = memory;
    this.#program = program;
  }

  /** Reserves the plan's buffers and compiles its kernels. */
  static async start(options: ResidentRunnerOptions): Promise<ResidentRunner> {
    const { opened, plan, purpose, shared } = options;
    const kernels = purpose === "training" ? plan.training : plan.prediction;
    const memory = new GpuMemory(opened.device, shared.largest, shared);
    for (const name of bufferNames(kernels, plan.input.name)) {
      const values = plan.buffers[name];
      if (values !== undefined) memory.reserve(name, values);
    }
    if (purpose === "training") memory.reserve("labels", plan.buffers.labels ?? 0);
    return new ResidentRunner(options, memory, await Program.compile(opened, kernels));
  }

  /** Batches of a submission. */
  get #stepsOfSubmission(): number {
    const { gathered, samples } = this.#plan.options;
    return gathered / samples;
  }

  /** Runs the program on every batch. Returns the number of steps. */
  async run(pass: Pass, source: SampleSource): Promise<number> {
    const { device } = this.#opened;
    const schedule = makeSchedule(pass.epochs, {
      batchSize: this.#plan.options.samples,
      stepsOfSubmission: this.#stepsOfSubmission,
      alignment: device.limits.minStorageBufferOffsetAlignment,
    });
    const gather = await this.#gatherProgram(this.#dataSets.use(source));
    this.#reserve(pass, schedule);
    await submitSchedule({
      opened: this.#opened,
      memory: this.memory,
      schedule,
      gather,
      step: this.#program,
      onProgress: pass.onProgress,
      signal: pass.signal,
    });
    return schedule.steps;
  }

  async #gatherProgram(columns: GpuColumns): Promise<Program> {
    if (this.#gather?.columns !== columns) {
      const { input, options } = this.#plan;
      const kernels = columns.gatherKernels(input, options.models, this.#purpose);
      this.#gather = { columns, program: await Program.compile(this.#opened, kernels) };
    }
    return this.#gather.program;
  }

  #reserve({ rows }: Pass, schedule: Schedule): void {
    const { models } = this.#plan.options;
    this.memory.reserve("orders", rows.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const order of rows) {
      this.memory.write("orders", order, 4 * start);
      start += order.length;
    }
    const longest = longestLength(rows);
    if (this.#purpose === "prediction") this.memory.reserve("predictions", longest * models);
    else this.memory.reserve("losses", schedule.steps * models);
  }
}

function bufferNames(kernels: readonly Kernel[], input: string): Set<string> {
  const names = kernels.flatMap(({ buffers }) => buffers.map(({ buffer }) => buffer));
  return new Set([`${input}.value`, ...names]);
}
