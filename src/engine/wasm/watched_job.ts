import type { JobRunner } from "./job_runner.ts";
import type { EpochOutcome, Job } from "./jobs.ts";

/** How often progress is polled, in milliseconds. */
const POLL_MS = 50;

/**
 * Has the threads do a job that may be stopped, and reports its progress.
 *
 * @param jobs What does it.
 * @param job The job.
 * @param options Abort signal, and what is called with the samples done.
 * @returns How it ended; after an abort the threads end it early.
 */
export async function runWatched(
  jobs: JobRunner,
  job: Job,
  { signal, onPoll }: {
    readonly signal: AbortSignal;
    readonly onPoll: (samples: number) => void;
  },
): Promise<EpochOutcome | undefined> {
  signal.throwIfAborted();
  const stop = () => jobs.askToStop();
  signal.addEventListener("abort", stop);
  let failure: { readonly error: unknown } | undefined;
  const poll = setInterval(() => {
    try {
      onPoll(jobs.samplesDone);
    } catch (error) {
      failure = { error };
      stop();
    }
  }, POLL_MS);
  try {
    const outcome = await jobs.runOnThreads(job);
    // The caller's own error; thrown in a timer it would end the process.
    if (failure !== undefined) throw failure.error;
    return outcome;
  } finally {
    clearInterval(poll);
    signal.removeEventListener("abort", stop);
  }
}
