/** Digests by which a plan and its results are recognised. */

import { sha256 } from "../base/bytes.ts";
import { toHex } from "../base/platform.ts";

/** Returns the SHA-256 of a text, in hexadecimal digits. */
export async function digestText(text: string): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(text)));
}

/** Returns the SHA-256 of a value's JSON, in hexadecimal digits. */
export async function digestJson(value: unknown): Promise<string> {
  return await digestText(JSON.stringify(value));
}
