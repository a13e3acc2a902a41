import type { GpuColumns } from "./columns.ts";
import type { OpenedDevice } from "./device.ts";
import type { Kernel, Purpose } from "./kernel.ts";
import { GpuMemory } from "./memory.ts";
import type { Plan } from "./plan_types.ts";
import { Program } from "./program.ts";
import { makeSchedule, type ModelEpoch, type Schedule, type Submission } from "./schedule.ts";

/** Submissions that may wait on the GPU while the next is encoded. */
const IN_FLIGHT = 2;

/** A pass over samples: what each model does with each batch, and who wants to know. */
export interface Pass {
  /** Rows of the source in order, of each model. */
  readonly rows: readonly Uint32Array[];
  /** The models' parts in it; their `samples` are the lengths of `rows`. */
  readonly epochs: readonly ModelEpoch[];
  readonly onProgress?: ((samples: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a runner runs. */
export interface RunnerParts {
  readonly opened: OpenedDevice;
  readonly plan: Plan;
  readonly purpose: Purpose;
  /** Buffers that other runners use too. */
  readonly shared: GpuMemory;
}

/** Runs one of a plan's programs over any number of samples. */
export class Runner {
  /** Buffers of the plan, and those shared. */
  readonly memory: GpuMemory;
  readonly #opened: OpenedDevice;
  readonly #plan: Plan;
  readonly #purpose: Purpose;
  readonly #program: Program;
  #gather: { readonly columns: GpuColumns; readonly program: Program } | undefined;

  private constructor(parts: RunnerParts, memory: GpuMemory, program: Program) {
    this.#opened = parts.opened;
    this.#plan = parts.plan;
    this.#purpose = parts.purpose;
    this.memory = memory;
    this.#program = program;
  }

  /** Reserves the plan's buffers and compiles its kernels. */
  static async start(parts: RunnerParts): Promise<Runner> {
    const { opened, plan, purpose, shared } = parts;
    const kernels = purpose === "training" ? plan.training : plan.prediction;
    const memory = new GpuMemory(opened.device, shared.largest, shared);
    for (const name of bufferNames(kernels, plan.input.name)) {
      const values = plan.buffers[name];
      if (values !== undefined) memory.reserve(name, values);
    }
    if (purpose === "training") memory.reserve("labels", plan.buffers.labels);
    return new Runner(parts, memory, await Program.compile(opened, kernels));
  }

  /** Batches of a submission. */
  get #stepsOfSubmission(): number {
    const { gathered, samples } = this.#plan.options;
    return gathered / samples;
  }

  /** Runs the program on every batch. Returns the number of steps. */
  async run(pass: Pass, columns: GpuColumns): Promise<number> {
    const { device } = this.#opened;
    const schedule = makeSchedule(pass.epochs, {
      batchSize: this.#plan.options.samples,
      stepsOfSubmission: this.#stepsOfSubmission,
      alignment: device.limits.minStorageBufferOffsetAlignment,
    });
    const gather = await this.#gatherProgram(columns);
    this.#reserve(pass, schedule);
    await this.#submitAll(pass, schedule, this.#encoder(gather, schedule));
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
    this.memory.reserve("steps", schedule.bytes.length / 4);
    this.memory.write("steps", schedule.bytes);
    this.memory.reserve("orders", rows.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const order of rows) {
      this.memory.write("orders", order, 4 * start);
      start += order.length;
    }
    const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
    if (this.#purpose === "prediction") this.memory.reserve("predictions", longest * models);
    else this.memory.reserve("losses", schedule.steps * models);
  }

  /** Returns what encodes and submits the commands of a submission. */
  #encoder(gather: Program, { recordBytes }: Schedule): (submission: Submission) => void {
    const { device, stepLayout } = this.#opened;
    const buffer = this.memory.get("steps");
    const resource = { buffer, size: recordBytes };
    const step = device.createBindGroup({
      layout: stepLayout,
      entries: [{ binding: 0, resource }],
    });
    const encodeGather = gather.bind(this.memory);
    const encodeStep = this.#program.bind(this.memory);
    return (submission) => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setBindGroup(1, step, [submission.gather]);
      encodeGather(pass);
      for (const offset of submission.steps) {
        pass.setBindGroup(1, step, [offset]);
        encodeStep(pass);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    };
  }

  async #submitAll(
    { signal, onProgress }: Pass,
    { submissions }: Schedule,
    submit: (submission: Submission) => void,
  ): Promise<void> {
    const { device, guard } = this.#opened;
    const waiting: { readonly done: Promise<void>; readonly samples: number }[] = [];
    const finishOne = async () => {
      const { done, samples } = waiting.shift()!;
      await guard(done);
      onProgress?.(samples);
      signal?.throwIfAborted();
    };
    for (const submission of submissions) {
      submit(submission);
      waiting.push({
        done: device.queue.onSubmittedWorkDone() as Promise<void>,
        samples: submission.samplesDone,
      });
      if (waiting.length > IN_FLIGHT) await finishOne();
    }
    while (waiting.length > 0) await finishOne();
  }
}

function bufferNames(kernels: readonly Kernel[], input: string): Set<string> {
  const names = kernels.flatMap(({ buffers }) => buffers.map(({ buffer }) => buffer));
  return new Set([`${input}.value`, ...names]);
}
