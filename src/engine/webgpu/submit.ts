import type { OpenedDevice } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { Program } from "./program.ts";
import type { ModelEpoch, Schedule, Submission } from "./schedule.ts";

/** Submissions that may be queued on the GPU while the next is encoded. */
const IN_FLIGHT = 2;

/** A pass of the models over samples. */
export interface Pass {
  /** Rows of the source in order, of each model. */
  readonly rows: readonly Uint32Array[];
  /** The models' parts in it; their `samples` are the lengths of `rows`. */
  readonly epochs: readonly ModelEpoch[];
  readonly onProgress?: ((samples: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode submitSchedule}. */
export interface SubmitOptions extends Pick<Pass, "onProgress" | "signal"> {
  readonly opened: OpenedDevice;
  readonly memory: GpuMemory;
  readonly schedule: Schedule;
  /** Gathers the samples of a submission, where they are on the GPU. */
  readonly gather?: Program | undefined;
  /** Runs once for each step of a submission. */
  readonly step: Program;
  /** Called before a submission: uploads what it reads. */
  readonly prepare?: ((index: number) => void | Promise<void>) | undefined;
  /** Called after a submission has ended, and before the next: reads what it wrote. */
  readonly collect?: ((index: number) => Promise<void>) | undefined;
}

/** Runs all submissions of a schedule, which is written to the buffer `steps`. */
export async function submitSchedule(options: SubmitOptions): Promise<void> {
  const { opened: { device, guard }, memory, schedule } = options;
  const { signal, onProgress, prepare, collect } = options;
  memory.reserve("steps", schedule.bytes.length / 4);
  memory.write("steps", schedule.bytes);
  const submit = bindSubmission(options);
  const waiting: { readonly done: Promise<void>; readonly samples: number }[] = [];
  const finishOne = async () => {
    const { done, samples } = waiting.shift()!;
    await guard(done);
    onProgress?.(samples);
    signal?.throwIfAborted();
  };
  for (const [index, submission] of schedule.submissions.entries()) {
    await prepare?.(index);
    submit(submission);
    waiting.push({
      done: device.queue.onSubmittedWorkDone() as Promise<void>,
      samples: submission.samplesDone,
    });
    if (collect !== undefined) {
      await finishOne();
      await guard(collect(index));
    } else if (waiting.length > IN_FLIGHT) await finishOne();
  }
  while (waiting.length > 0) await finishOne();
}

/** Returns a function that encodes and submits the commands of a submission. */
function bindSubmission(
  { opened: { device, stepLayout }, memory, schedule, gather, step }: SubmitOptions,
): (submission: Submission) => void {
  const resource = { buffer: memory.get("steps"), size: schedule.recordBytes };
  const group = device.createBindGroup({
    layout: stepLayout,
    entries: [{ binding: 0, resource }],
  });
  const encodeGather = gather?.bind(memory);
  const encodeStep = step.bind(memory);
  return (submission) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    if (encodeGather !== undefined) {
      pass.setBindGroup(1, group, [submission.gather]);
      encodeGather(pass);
    }
    for (const offset of submission.steps) {
      pass.setBindGroup(1, group, [offset]);
      encodeStep(pass);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
}
