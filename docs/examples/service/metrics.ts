/** What the service counts, as the text that Prometheus reads. Memory does not grow: routes and statuses are few. */

import type { Predictor } from "@waka/histone/training";

/** Upper ends of the histogram's buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts requests. */
export class Metrics {
  /** By route and status. */
  readonly #requests = new Map<string, number>();
  readonly #buckets = new Float64Array(BUCKETS.length + 1);
  #seconds = 0;
  #bytes = 0;

  /** Counts a request that was answered. */
  count(
    { route, status, seconds, bytes }: {
      readonly route: string;
      readonly status: number;
      readonly seconds: number;
      readonly bytes: number;
    },
  ): void {
    const labels = `route="${route}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    this.#bytes += bytes;
    if (route !== "/predict") return;
    this.#seconds += seconds;
    const bucket = BUCKETS.findIndex((end) => seconds <= end);
    this.#buckets[bucket < 0 ? BUCKETS.length : bucket]!++;
  }

  /** Everything, with what the predictor counts. */
  text(predictor: Predictor, bytesHeld: number): string {
    const { batches, samples, queued, restarts, engineSeconds, ...calls } = predictor.counters();
    const ready = predictor.health().status === "ready" ? 1 : 0;
    return [
      ...metric("histone_requests_total", "counter", [...this.#requests]),
      ...this.#histogram(),
      ...metric("histone_received_bytes_total", "counter", this.#bytes),
      ...metric("histone_held_bytes", "gauge", bytesHeld),
      ...metric("histone_ready", "gauge", ready),
      ...metric("histone_predicted_samples_total", "counter", samples),
      ...metric("histone_engine_batches_total", "counter", batches),
      ...metric("histone_engine_seconds_total", "counter", engineSeconds),
      ...metric("histone_engine_restarts_total", "counter", restarts),
      ...metric("histone_queued_samples", "gauge", queued),
      ...metric("histone_rejected_calls_total", "counter", calls.rejected),
      ...metric("histone_aborted_calls_total", "counter", calls.aborted),
      ...metric("histone_failed_calls_total", "counter", calls.failed),
    ].join("\n") + "\n";
  }

  #histogram(): string[] {
    const name = "histone_request_seconds";
    let count = 0;
    const lines = [...BUCKETS, "+Inf"].map((end, bucket) => {
      count += this.#buckets[bucket]!;
      return `${name}_bucket{le="${end}"} ${count}`;
    });
    const sums = [`${name}_sum ${this.#seconds}`, `${name}_count ${count}`];
    return [`# TYPE ${name} histogram`].concat(lines, sums);
  }
}

function metric(
  name: string,
  type: "counter" | "gauge",
  values: number | readonly (readonly [labels: string, value: number])[],
): string[] {
  const lines = typeof values === "number"
    ? [`${name} ${values}`]
    : values.map(([labels, value]) => `${name}{${labels}} ${value}`);
  return [`# TYPE ${name} ${type}`].concat(lines);
}
