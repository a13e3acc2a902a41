/** Errors of simulations in the words of the command that asked for them. */

import { flagOf } from "./_flag_name.ts";

/** Options of the library whose flags have other names. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["sequences.halfWidthBp", "--sequence-half-width"],
  ["sequences.effect", "--sequence-effect"],
]);

const FIRST_WORDS = /^Cannot simulate: /;
/** Options that a message names where it says what is wrong: elsewhere the same words may be English. */
const FIRST_NAMES = /^(Cannot simulate: )([a-z]+)(?= is )/;
/** Options of two words, which no English has. */
const LONG_NAMES = /\b[a-z]+(?:\.[a-z]+[A-Za-z]*|[A-Z][a-z]+)+\b/g;

/**
 * Runs a simulation. What it says about its options is said of the flags.
 *
 * @throws {RangeError} If an option is out of range, with the names of the flags.
 */
export async function withFlagNames<Value>(simulate: () => Promise<Value>): Promise<Value> {
  try {
    return await simulate();
  } catch (error) {
    if (!(error instanceof RangeError) || !FIRST_WORDS.test(error.message)) throw error;
    throw new RangeError(nameFlags(error.message), { cause: error });
  }
}

function nameFlags(message: string): string {
  return message
    .replace(FIRST_NAMES, (_, words: string, name: string) => words + flagOf(name))
    .replace(LONG_NAMES, (name) => OTHER_NAMES.get(name) ?? flagOf(name));
}
