import { createHash } from "node:crypto";
import { canonicalJson } from "../../src/model/seal.ts";

/** The JSON of a `model.json` with a correct digest, whatever was changed in it. */
export function resealModel(content: Record<string, unknown>): string {
  const copy = structuredClone(content);
  const metadata = copy.userDefinedMetadata as { histone: Record<string, unknown> };
  delete metadata.histone.sha256;
  metadata.histone.sha256 = createHash("sha256").update(canonicalJson(copy)).digest("hex");
  return JSON.stringify(copy, null, 1);
}
