import type { EpochRequest, Session } from "../engine/engine.ts";
import { EngineUnavailableError } from "../errors.ts";

/**
 * Runs steps of an epoch. A signal that aborts when all of them are done, as in the last call of `onProgress`, does not
 * throw them away.
 *
 * @param session The session.
 * @param request The steps.
 * @returns What `Session.runEpoch` does.
 */
export async function runSteps(
  session: Session,
  { signal, onProgress, ...request }: EpochRequest,
): ReturnType<Session["runEpoch"]> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  let areDone = false;
  const end = () => {
    if (!areDone) ending.abort(signal?.reason);
  };
  signal?.addEventListener("abort", end);
  try {
    return await session.runEpoch({
      ...request,
      ...signal && { signal: ending.signal },
      ...onProgress && {
        onProgress: (progress) => {
          areDone = progress.done >= progress.total;
          onProgress(progress);
        },
      },
    });
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

/** The error that an epoch ends with: where the hardware failed, it also names the epoch. */
export function unfinished(error: unknown, epoch: number): unknown {
  if (!(error instanceof EngineUnavailableError)) return error;
  const message = `${error.message}. Epoch ${epoch + 1} was not finished`;
  return new EngineUnavailableError(message, { cause: error });
}
