/** The weights of a saved model: their bytes, and the manifest in `model.json` that describes them to tf.js. */

import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { sizeOf, weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";
import { weightsInTfjs } from "./tfjs_weights.ts";

/** Name of the file. */
export const WEIGHTS_FILE = "weights.bin";

/** One weight as tf.js' manifest lists it. */
interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32";
}

/** The weights of some files. */
interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestEntry[];
}

/** The weights of a model as the manifest of `model.json` lists them. */
export function weightsManifest(spec: ModelSpec): ManifestGroup[] {
  const weights = weightsInTfjs(spec).map(({ layer, name, shape }): ManifestEntry => ({
    name: `${layer}/${name}`,
    shape,
    dtype: "float32",
  }));
  return [{ paths: [WEIGHTS_FILE], weights }];
}

/** Throws unless a manifest from outside lists a model's weights. */
export function checkManifest(found: unknown, spec: ModelSpec, file: string): void {
  if (!equalsPlainData(found, weightsManifest(spec))) {
    throw new FormatError("Cannot load model: its weights do not fit its layers", { file });
  }
}

/** Whether a value from outside equals one of ours; compares no deeper than ours is nested. */
function equalsPlainData(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return false;
  if (Array.isArray(found) !== Array.isArray(wanted)) return false;
  const entries = Object.entries(wanted);
  return Object.keys(found).length === entries.length &&
    entries.every(([key, value]) =>
      equalsPlainData((found as Record<string, unknown>)[key], value)
    );
}

/** Weights as bytes: float32, little-endian. */
export function packWeights(weights: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const size = weights.reduce((sum, { length }) => sum + length, 0);
  const view = new DataView(new ArrayBuffer(size * 4));
  let offset = 0;
  for (const values of weights) {
    for (const value of values) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

/**
 * Reads the weights of a model.
 *
 * @param source `weights.bin`.
 * @param expected The model, and the digest that the weights must have.
 * @throws {FormatError} If they are of another size, not those of the digest, or not numbers.
 */
export async function readWeights(
  source: ByteSource,
  { spec, digest }: { readonly spec: ModelSpec; readonly digest: string },
): Promise<Float32Array<ArrayBuffer>[]> {
  const sizes = weightShapes(spec).map(({ shape }) => sizeOf(shape));
  const expected = 4 * sizes.reduce((sum, size) => sum + size, 0);
  if (source.size !== expected) {
    throw new FormatError(
      `Cannot load model: the weights have ${source.size} bytes, expected ${expected}`,
      { file: source.name },
    );
  }
  const bytes = await source.read(0, expected);
  const arrays = unpackWeights(bytes, { sizes, file: source.name });
  if (toHex(await sha256(bytes)) !== digest) {
    throw new FormatError(
      "Cannot load model: the weights are not those that its model.json was saved with",
      { file: source.name },
    );
  }
  return arrays;
}

function unpackWeights(
  bytes: Uint8Array<ArrayBuffer>,
  { sizes, file }: { readonly sizes: readonly number[]; readonly file: string },
): Float32Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  return sizes.map((size) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++, offset += 4) {
      values[i] = view.getFloat32(offset, true);
      if (!Number.isFinite(values[i])) {
        throw new FormatError(`Cannot load model: a weight is ${values[i]}`, {
          file,
          byteOffset: offset,
        });
      }
    }
    return values;
  });
}
