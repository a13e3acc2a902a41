/** The load generator, a process of its own: sends requests from a number of clients, and prints as JSON how they went. */

import { simulateColumns } from "../../../src/simulate/mod.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import { HttpConnection, requestBytes } from "./client.ts";
import { type BodyKind, makeBody, MEDIA_TYPES } from "./bodies.ts";
import type { Load, LoadResult } from "./load.ts";

const load: Load = JSON.parse(Deno.args[0]!);
const columns = simulateColumns({
  cellTypes: 1,
  genes: Math.max(64, load.samples),
  newGenes: 1,
  newCellTypes: 0,
}).train;
const data = new Dataset(columns);

/** Some requests, so that not all are the same. */
const requests: Uint8Array[] = [];
for (let first = 0; first < Math.min(16, data.length); first++) {
  const rows = Array.from({ length: load.samples }, (_, i) => (first + i) % data.length);
  const kind: BodyKind = load.kind;
  const body = await makeBody(kind, data.subset(rows));
  const accept = MEDIA_TYPES[load.answer ?? kind];
  requests.push(requestBytes("/predict", { body, type: MEDIA_TYPES[kind], accept }));
}

const times: number[] = [];
const statuses: Record<number, number> = {};
let [sent, bytes] = [0, 0];
let until = Infinity;

async function runClient(): Promise<void> {
  using connection = await HttpConnection.open(load.port);
  while (performance.now() < until && sent < load.requests) {
    const request = requests[sent++ % requests.length]!;
    const started = performance.now();
    const { status } = await connection.send(request);
    times.push(performance.now() - started);
    statuses[status] = (statuses[status] ?? 0) + 1;
    bytes += request.length;
  }
}

const started = performance.now();
until = started + load.seconds * 1000;
await Promise.all(Array.from({ length: load.clients }, runClient));
const seconds = (performance.now() - started) / 1000;
const sorted = times.toSorted((a, b) => a - b);
const result: LoadResult = {
  requests: times.length,
  samples: times.length * load.samples,
  seconds,
  bytes,
  statuses,
  medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
  p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
};
console.log(JSON.stringify(result));
