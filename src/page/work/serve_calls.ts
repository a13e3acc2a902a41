/** Takes the window's calls, runs them one after another, and answers. */

import { HistoneError } from "../../errors.ts";
import type { CallName, FromWorker, PageCalls, PageProgress, ToWorker } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import { withoutCommands } from "./without_commands.ts";

/** What answers the calls, by their names. */
export type CallHandlers = {
  readonly [Name in CallName]: (
    given: Parameters<PageCalls[Name]>[0],
    context: CallContext,
  ) => Promise<ReturnType<PageCalls[Name]>>;
};

/** More often than this, nobody sees progress. */
const PROGRESS_MS = 100;

/** What the reason of a cancelled call is. */
class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/**
 * Makes the function that takes messages of the window.
 *
 * @param handlers What answers the calls. They never run at the same time.
 * @param post Sends a message to the window.
 * @returns The function.
 */
export function serveCalls(
  handlers: CallHandlers,
  post: (message: FromWorker) => void,
): (message: ToWorker) => void {
  const waiting = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();
  return (message) => {
    const { id } = message;
    if (message.type === "cancel") {
      waiting.get(id)?.abort(new Cancelled("Cancelled"));
      return;
    }
    const controller = new AbortController();
    waiting.set(id, controller);
    last = last.then(async () => {
      try {
        post(await answer(handlers, message, { post, signal: controller.signal }));
      } finally {
        waiting.delete(id);
      }
    });
  };
}

type Call = Extract<ToWorker, { readonly type: "call" }>;

async function answer(
  handlers: CallHandlers,
  { id, name, given }: Call,
  { post, signal }: {
    readonly post: (message: FromWorker) => void;
    readonly signal: AbortSignal;
  },
): Promise<FromWorker> {
  let shown = -Infinity;
  const onProgress = (progress: PageProgress) => {
    const now = performance.now();
    const says = progress.bins !== undefined || progress.epoch !== undefined;
    if (!says && progress.done < progress.total && now - shown < PROGRESS_MS) return;
    shown = now;
    if (!signal.aborted) post({ type: "progress", id, progress });
  };
  try {
    signal.throwIfAborted();
    const handler = handlers[name] as (given: object, context: CallContext) => Promise<unknown>;
    const value = await handler(given, { signal, onProgress });
    return { type: "answer", id, value };
  } catch (error) {
    return { type: "failure", id, ...describeFailure(error, signal) };
  }
}

/** The code and the message of a failure. A cancelled call may end with an error that the cancelling caused. */
function describeFailure(
  error: unknown,
  signal: AbortSignal,
): { readonly code: string; readonly message: string } {
  if (signal.aborted) return { code: "cancelled", message: "Cancelled." };
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof HistoneError ? error.code : "unknown";
  return { code, message: withoutCommands(message) };
}
