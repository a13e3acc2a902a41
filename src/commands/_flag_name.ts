/** Names of flags. */

/** A flag as users type it: `--mark-prices` of `markPrices`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
