/** Chooses genes by type. */

import { ContractError } from "../errors.ts";
import type { GeneRow } from "./_make_gene.ts";

/** Whether a gene is of one of the types, in upper or lower case. */
export function hasChosenType({ type }: GeneRow, types: readonly string[]): boolean {
  if (type === undefined) return false;
  return types.some((wanted) => wanted.toLowerCase() === type.toLowerCase());
}

/** Throws an error about a file without genes of the wanted types; the message lists the types that it has. */
export function failTypeChoice(
  found: readonly (string | undefined)[],
  types: readonly string[],
  file: string,
): never {
  const counts = new Map<string, number>();
  for (const type of found) {
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const list = [...counts].sort(([, a], [, b]) => b - a)
    .map(([type, count]) => `${type} (${count.toLocaleString("en-US")})`).join(", ");
  throw new ContractError(
    `Cannot take genes of type ${types.join(" or ")} from ${file}: ` +
      (counts.size === 0 ? "it does not give the types of its genes" : `it has ${list}`),
  );
}
