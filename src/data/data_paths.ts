/** Several paths in one text, as `--data a.npz,b.npz` has them. */

import { isAddress } from "../files/http_address.ts";
import { pathKind } from "../files/file.ts";

/**
 * The paths that a text names: itself, if there is such a file or folder or it has no comma, else what stands between its
 * commas.
 */
export async function splitDataPaths(text: string): Promise<readonly string[]> {
  if (!text.includes(",") || isAddress(text)) return [text];
  if (await pathKind(text).catch(() => undefined) !== undefined) return [text];
  return text.split(",").map((path) => path.trim());
}
