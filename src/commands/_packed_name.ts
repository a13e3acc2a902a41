/** Names of files that would promise a compression which the commands do not write. */

import { ContractError } from "../errors.ts";

const PACKED = /\.(gz|bgz|bz2|xz|zst|zip|7z)$/i;

/**
 * Refuses the name of a packed file for a file that is plain text.
 *
 * @throws {ContractError} If the name ends in such as `.gz`.
 */
export function refusePackedName(path: string): void {
  const ending = PACKED.exec(path)?.[0];
  if (ending === undefined) return;
  throw new ContractError(
    `Cannot write to ${path}: the file is plain text, expected a name without ${ending}. Pack it afterwards`,
  );
}
