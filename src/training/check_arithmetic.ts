import { ContractError } from "../errors.ts";

/** What was computed, for the message of {@linkcode checkArithmetic}. */
export interface ComputedBefore {
  /** What cannot be done otherwise, such as `resume the search`. */
  readonly action: string;
  /** What was computed, with its verb, such as `the checkpoint was`. */
  readonly subject: string;
  /** What would result, and what to do instead. */
  readonly advice: string;
}

/**
 * Throws unless what was computed before and what is computed now round in the same way: results of different
 * arithmetic must not be mixed by accident.
 *
 * @param found Each kind of arithmetic that computed so far; see `Engine.arithmetic`.
 * @param ours The arithmetic that would be used now.
 * @param what Words for the message.
 * @throws {ContractError} Naming both.
 */
export function checkArithmetic(
  found: readonly string[],
  ours: string,
  { action, subject, advice }: ComputedBefore,
): void {
  if (found.length === 0 || found.includes(ours)) return;
  const kinds = [...new Set(found)].join("; ");
  throw new ContractError(
    `Cannot ${action}: ${subject} computed with other arithmetic (${kinds}) than would be used now (${ours})${advice}`,
  );
}
