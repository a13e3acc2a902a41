/**
 * Serves the predictions of a model over HTTP; docs/service.md says how to run it and what it promises.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --unstable-no-legacy-abort \
 *         --allow-read --allow-net=127.0.0.1:8000 docs/examples/service.ts runs/mine
 */

import { parseArgs } from "node:util";
import { loadModels } from "@waka/histone/runs";
import { openPredictor, type PredictorOptions } from "@waka/histone/training";
import { Service } from "./service/handler.ts";

const { values: flags, positionals: [directory] } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "8000" },
    engine: { type: "string", default: "wasm" },
    threads: { type: "string" },
    // Groups of samples are quicker for all but one to three; and a sample gets the same digits in any request.
    path: { type: "string", default: "grouped" },
    "max-body-mb": { type: "string", default: "32" },
    "max-held-mb": { type: "string", default: "256" },
    "max-samples": { type: "string", default: "20000" },
    "max-queued": { type: "string", default: "100000" },
    "timeout-seconds": { type: "string", default: "30" },
    quiet: { type: "boolean", default: false },
  },
});

/** The number that a flag names. */
function numberOf(name: Exclude<keyof typeof flags, "quiet">): number {
  const value = Number(flags[name]);
  if (value >= 0 && value < Infinity) return value;
  throw new RangeError(
    `Cannot serve: --${name} is "${flags[name]}", expected a number of at least 0`,
  );
}

// Without a run it is the model that comes with the package.
const models = await loadModels(directory ?? "starter");
const predictor = await openPredictor(models, {
  engine: flags.engine as NonNullable<PredictorOptions["engine"]>,
  path: flags.path as NonNullable<PredictorOptions["path"]>,
  threads: flags.threads === undefined ? undefined : numberOf("threads"),
  maxQueued: numberOf("max-queued"),
  collectCalls: true,
});
const service = new Service({
  predictor,
  model: models[0]!,
  limits: {
    maxBodyBytes: numberOf("max-body-mb") * 2 ** 20,
    maxHeldBytes: numberOf("max-held-mb") * 2 ** 20,
    maxSamples: numberOf("max-samples"),
    timeoutMs: numberOf("timeout-seconds") * 1000,
  },
  log: (line) => {
    if (!flags.quiet || line.status >= 500) console.log(JSON.stringify(line));
  },
});

const server = Deno.serve({
  hostname: flags.host,
  port: numberOf("port"),
  onListen: ({ hostname, port }) => {
    const { engine, device } = predictor.report;
    console.log(JSON.stringify({ listening: `http://${hostname}:${port}`, engine, device }));
  },
}, (request) => service.handle(request));

/** Answers what was taken, refuses what comes, and ends. */
async function stop(): Promise<void> {
  // Before the server is shut down, which would cut off uploads.
  await service.stop();
  await server.shutdown();
  await predictor[Symbol.asyncDispose]();
}
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => void stop());
}
await server.finished;
console.log(JSON.stringify({ stopped: true, requests: predictor.counters().requests }));
// Listeners to signals would keep the process.
Deno.exit(0);
