/** Refuses names of files that promise a compression which the commands do not write. */

import { ContractError } from "../errors.ts";

const PACKED = /\.(gz|bgz|bz2|xz|zst|zip|7z)$/i;

/**
 * Refuses the name of a compressed file for a plain-text file.
 *
 * @throws {ContractError} If the name has an ending such as `.gz`.
 */
export function refusePackedName(path: string): void {
  const ending = PACKED.exec(path)?.[0];
  if (ending === undefined) return;
  throw new ContractError(
    `Cannot write to ${path}: the file is plain text, expected a name without ${ending}. Pack it afterwards`,
  );
}
