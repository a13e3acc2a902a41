/** How Ctrl-C and a termination signal reach a command. */

import { Interrupted } from "./flags.ts";

/**
 * Exit codes by signal: 128 plus the signal's number, as shells do it. Grid Engine can send SIGUSR2 when a job's time is
 * nearly over, and starts a job again that ends with 99. At SIGUSR1, which Slurm's manual suggests, Deno opens its debugger to all
 * users of the machine.
 */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGUSR2: 99 } as const;

/** One Ctrl-C arrives twice: a terminal signals all its programs, and `deno task` forwards the signal that it gets. */
const SAME_SIGNAL_MS = 500;

/** Whether, and by which signal, the command was asked to stop. */
export interface Interrupt {
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** The command's exit code after that. */
  readonly exitCode: number;
}

/** A signal that says that a command leaves nothing, for one that writes its output at the end. */
export function withNothingKept(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () =>
    controller.abort(new Interrupted("Interrupted: nothing half-written was kept."));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return controller.signal;
}

/** Aborts on the first SIGINT, SIGTERM or SIGUSR2; a later one ends the process immediately. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const interrupt = { signal: controller.signal, exitCode: EXIT_CODES.SIGINT as number };
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGUSR2"] as const;
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
