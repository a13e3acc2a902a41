/** What a screen reader says while something runs: its beginning, how far it is from time to time, and its end. */

import { setText } from "./dom.ts";
import type { Job, Store } from "./state.ts";

/** Least time between two announcements of the same job. */
const PAUSE_MS = 5000;

/** Announces what runs. */
export function announceJobs(store: Store, region: HTMLElement): void {
  let last: Job | undefined;
  let next = 0;
  store.subscribe(({ job, failures }) => {
    if (job === last) return;
    if (job) setText(region, `${job.title}.`);
    // A failure is announced by its own alert.
    else if (last && failures[last.step] === undefined) setText(region, `${last.title}: done.`);
    last = job;
    next = Date.now() + PAUSE_MS;
  });
  store.onProgress(({ doing, done, total }) => {
    if (Date.now() < next || total <= 0) return;
    next = Date.now() + PAUSE_MS;
    setText(region, `${doing}, ${Math.floor(100 * done / total)}%.`);
  });
}
