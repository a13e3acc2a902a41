import { sharedBuffer } from "../../base/shared_memory.ts";
import type { InputSpec } from "../../model/spec.ts";
import type { InputGradients } from "../engine.ts";
import { gatherBatch } from "../gather_batch.ts";
import type { MemberCall } from "../member_session.ts";
import type { PathRequest } from "../path_source.ts";
import { entrySize, SampleBatch } from "../sample_source.ts";
import type { JobRunner } from "./job_runner.ts";
import { runWatched } from "./watched_job.ts";

/** Values of samples of a job, which are gathered before it: 4 MiB. */
const MOST_VALUES = 1 << 20;

/** Follows paths of one input with what each thread has for that. */
export class PathFollower {
  readonly #jobs: JobRunner;
  readonly #inputs: readonly InputSpec[];
  #batch: SampleBatch | undefined;

  /** `inputs` are those of the model. */
  constructor(jobs: JobRunner, inputs: readonly InputSpec[]) {
    this.#jobs = jobs;
    this.#inputs = inputs;
  }

  /** Adds up gradients along paths; `undefined` if the model or such paths are not served. */
  async follow(request: PathRequest, call: MemberCall): Promise<InputGradients | undefined> {
    const [input, ...others] = this.#inputs;
    if (others.length > 0 || input?.name !== "signal") return undefined;
    const given = request.baselines.signal;
    if (given === undefined) return undefined;
    if (!await this.#jobs.preparePaths()) return undefined;
    call.signal.throwIfAborted();
    const size = entrySize(input);
    const sums = createShared(request.rows.length * size);
    const baselines = createShared(given.length);
    baselines.set(given);
    const most = Math.max(1, Math.floor(MOST_VALUES / size));
    for (let first = 0; first < request.rows.length; first += most) {
      const end = Math.min(request.rows.length, first + most);
      const target = sums.subarray(first * size, end * size);
      await this.#followSome(request, { first, end, baselines, target }, call);
      call.signal.throwIfAborted();
    }
    this.#batch = undefined;
    call.onProgress(request.rows.length * request.weights.length);
    return { signal: new Float32Array(sums) };
  }

  /** Follows the paths from number `first` to `end`. */
  async #followSome(
    { source, rows, baselineOf, fractions, weights }: PathRequest,
    { first, end, baselines, target }: {
      readonly first: number;
      readonly end: number;
      readonly baselines: Float32Array;
      readonly target: Float32Array;
    },
    { signal, onProgress }: MemberCall,
  ): Promise<void> {
    const steps = weights.length;
    const own = rows.slice(first, end);
    const batch = this.#batch ??= new SampleBatch(this.#inputs, own.length, { shared: true });
    await gatherBatch(source, own, batch, { signal });
    const { values, entryOf } = batch.input("signal");
    const job = {
      kind: "paths",
      samples: values,
      entryOf: entryOf.slice(0, own.length),
      baselines,
      baselineOf: baselineOf.slice(first, end),
      fractions: fractions.length === steps
        ? fractions
        : fractions.slice(first * steps, end * steps),
      weights,
      target,
    } as const;
    await runWatched(this.#jobs, job, {
      signal,
      onPoll: (points) => onProgress(first * steps + points),
    });
  }
}

function createShared(length: number): Float32Array {
  return new Float32Array(sharedBuffer(4 * length));
}
