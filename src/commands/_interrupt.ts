/** How Ctrl-C and a termination signal reach a command. */

import { Interrupted } from "./_cli.ts";

/** 128 and the signal's number, as shells have it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A terminal signals all of its programs, and `deno task` passes on what it gets: one Ctrl-C comes twice. */
const SAME_SIGNAL_MS = 500;

/** Whether, and by which signal, the command was asked to stop. */
export interface Interrupt {
  /** Aborts when it is asked to. */
  readonly signal: AbortSignal;
  /** What the command exits with after that. */
  readonly exitCode: number;
}

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process immediately. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const interrupt = { signal: controller.signal, exitCode: EXIT_CODES.SIGINT as number };
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM"] as const;
  let first = Infinity;
  for (const name of signals) {
    Deno.addSignalListener(name, () => {
      interrupt.exitCode = EXIT_CODES[name];
      if (controller.signal.aborted) {
        if (performance.now() - first > SAME_SIGNAL_MS) Deno.exit(interrupt.exitCode);
        return;
      }
      first = performance.now();
      console.error("\nStopping after this step. Press Ctrl-C again to quit immediately.");
      controller.abort(new Interrupted("Interrupted."));
    });
  }
  return interrupt;
}
