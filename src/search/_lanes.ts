/**
 * Runs jobs in order, `lanes` at a time. Once one of `stops` is aborted, no further job begins; the first error of a job
 * is thrown when those that were under way have ended.
 */
export async function runInLanes<Job>(
  jobs: readonly Job[],
  run: (job: Job) => Promise<void>,
  { lanes, stops = [] }: {
    readonly lanes: number;
    readonly stops?: readonly (AbortSignal | undefined)[];
  },
): Promise<void> {
  const waiting = [...jobs];
  const lane = async () => {
    while (waiting.length > 0 && !stops.some((stop) => stop?.aborted)) {
      try {
        await run(waiting.shift()!);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
