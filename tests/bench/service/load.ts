/** Load on a service from another process. */

import type { BodyKind } from "./bodies.ts";

/** What clients send. */
export interface Load {
  readonly port: number;
  readonly kind: BodyKind;
  /** Format of the answers. @default that of the requests */
  readonly answer?: BodyKind;
  /** Samples of a request. */
  readonly samples: number;
  /** Clients, each of which sends its next request when the last was answered. */
  readonly clients: number;
  /** Ends after so long, or after so many requests. */
  readonly seconds: number;
  readonly requests: number;
}

/** How the requests went. */
export interface LoadResult {
  readonly requests: number;
  readonly samples: number;
  readonly seconds: number;
  /** Sent. */
  readonly bytes: number;
  /** Number of answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Puts load on a service of this machine. */
export async function putLoad(load: Load): Promise<LoadResult> {
  const job = new URL("load_job.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--v8-flags=--no-maglev-escape-analysis",
      "--allow-read",
      `--allow-net=127.0.0.1:${load.port}`,
      job,
      JSON.stringify(load),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot measure a service: its clients failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
