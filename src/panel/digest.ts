import { toHex } from "../base/platform.ts";
import { type Bytes, concatenateAll, sha256 } from "../base/bytes.ts";
import type { PanelContent, ReferencePanel } from "./panel.ts";

/** Bytes that are digested together: `crypto.subtle` takes only whole buffers. */
const PIECE_BYTES = 2 ** 24;

/** Adds the digest to a panel, in place of one that it may have of what it was before. */
export async function sealPanel(content: PanelContent): Promise<ReferencePanel> {
  return { ...content, digest: await digestPanel(content) };
}

/** Computes the SHA-256 of a panel's names and numbers, in hexadecimal digits. */
async function digestPanel(content: PanelContent): Promise<string> {
  const { genes, cellTypes, bins, record, labelMean, labelSd } = content;
  const { values, scales, present, labels, turned, statistics } = content;
  const summarised = statistics?.cellTypes;
  // JSON has no field for what is undefined, so the digests of other panels are what they were.
  const names = JSON.stringify({ genes, cellTypes, bins, record, labelMean, labelSd, summarised });
  const digests = [await sha256(new TextEncoder().encode(names))];
  for (const array of [values, scales, present, labels, turned]) {
    digests.push(await digestArray(array));
  }
  if (statistics !== undefined) digests.push(await digestArray(statistics.values));
  return toHex(await sha256(concatenateAll(digests)));
}

async function digestArray(
  { buffer, byteOffset, byteLength }: Uint8Array | Float32Array,
): Promise<Bytes> {
  const digests: Bytes[] = [];
  for (let start = 0; start < byteLength; start += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, byteLength - start);
    digests.push(await sha256(new Uint8Array(buffer, byteOffset + start, length).slice()));
  }
  return await sha256(concatenateAll(digests));
}
