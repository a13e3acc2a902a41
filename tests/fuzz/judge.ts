/** Runs one case and judges whether its result is as documented. */

import { FormatError } from "../../src/errors.ts";
import { takeLargestAllocation } from "./allocations.ts";
import { type CaseFile, openFiles } from "./case.ts";
import type { Target } from "./seed.ts";

/** The result of a case. */
export interface Verdict {
  /** `value` if it was read and its values are possible, `refused` if it was refused as documented, else `failure`. */
  readonly kind: "value" | "refused" | "failure";
  /** The error, with its stack if it is a failure. */
  readonly message: string;
  /** Bytes of the largest buffer that was asked for. */
  readonly largestAllocation: number;
}

/** The longest message that people can read, whatever the file holds. */
const LONGEST_MESSAGE = 4000;
/** The largest buffer that may be asked for: no file of a case is as long as a four-hundredth of it. */
const LARGEST_ALLOCATION = 64 * 2 ** 20;

/** Reads the files with the reader. */
export async function judge(target: Target, files: readonly CaseFile[]): Promise<Verdict> {
  takeLargestAllocation();
  const escaped = new EscapedRejections();
  let failure: unknown;
  let isRefused = false;
  try {
    await target.read(openFiles(files));
  } catch (error) {
    failure = error;
    isRefused = isDocumented(error, target);
  } finally {
    escaped.stop();
  }
  const largestAllocation = takeLargestAllocation();
  const [stray] = escaped.reasons;
  if (stray !== undefined) {
    return { kind: "failure", message: `unhandled: ${describe(stray)}`, largestAllocation };
  }
  if (largestAllocation > LARGEST_ALLOCATION) {
    const message = `asked for ${largestAllocation} bytes in one buffer`;
    return { kind: "failure", message, largestAllocation };
  }
  if (failure === undefined) return { kind: "value", message: "", largestAllocation };
  const kind = isRefused ? "refused" : "failure";
  const message = isRefused ? (failure as Error).message : describe(failure);
  return { kind, message, largestAllocation };
}

function isDocumented(error: unknown, { allowed = [] }: Target): boolean {
  // A refusal that does not name the file is of no use to somebody with many files.
  if (error instanceof FormatError && error.file === undefined) return false;
  return [FormatError, ...allowed].some((known) => error instanceof known) &&
    (error as Error).message.length <= LONGEST_MESSAGE;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Rejected promises that nobody waits for, which would end another process. */
class EscapedRejections {
  readonly reasons: unknown[] = [];
  readonly #listener = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    this.reasons.push(event.reason);
  };

  constructor() {
    addEventListener("unhandledrejection", this.#listener);
  }

  stop(): void {
    removeEventListener("unhandledrejection", this.#listener);
  }
}
