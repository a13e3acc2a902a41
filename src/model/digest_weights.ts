import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import { packWeights } from "./_weights_file.ts";

/** The SHA-256 of weights as `weights.bin` holds them, in hexadecimal digits: a saved model's `weightsSha256`. */
export async function digestWeights(weights: readonly Float32Array[]): Promise<string> {
  return toHex(await sha256(packWeights(weights)));
}
