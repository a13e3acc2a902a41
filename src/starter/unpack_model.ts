/**
 * A model in one small file, to be shipped with a program: an npz file with the bytes of `model.json` in `model`, the
 * weights as 16-bit floats in `weights`, and the bytes of `panel.npz` in `panel`. Weights and label statistics are rounded
 * before the model is saved, so that nothing is lost here and its digests still hold.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { bytesSource } from "../files/byte_source.ts";
import type { NpyDtype } from "../io/npy_types.ts";
import { openNpz } from "../io/npz.ts";
import { loadModel } from "../model/save_load.ts";
import type { TrainedModel } from "../model/trained_model.ts";

/** More than the starter model is ever to have. */
const MOST_VALUES = 2 ** 24;

/**
 * Reads a packed model.
 *
 * @param bytes The file.
 * @param name Its name, for messages.
 * @throws {FormatError} If it is damaged.
 */
export async function unpackModel(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<TrainedModel> {
  const npz = await openNpz(bytesSource(bytes, name));
  try {
    const read = async (member: string, dtype: NpyDtype) => {
      const found = npz.members.some((other) => other.name === member)
        ? await npz.header(member)
        : undefined;
      const [values = Infinity] = found?.shape ?? [];
      if (found?.dtype !== dtype || found.shape.length !== 1 || values > MOST_VALUES) {
        const shown = found === undefined
          ? "missing"
          : `${found.dtype} [${found.shape.join(", ")}]`;
        throw new FormatError(
          `Cannot load model: ${member} is ${shown}, expected ${dtype} with one axis`,
          { file: name },
        );
      }
      return (await npz.read(member)).data;
    };
    const json = await read("model", "uint8") as Uint8Array<ArrayBuffer>;
    const weights = await read("weights", "float16") as Float32Array<ArrayBuffer>;
    const panel = await read("panel", "uint8") as Uint8Array<ArrayBuffer>;
    return await loadModel({
      json: bytesSource(json, `${name}/model.json`),
      weights: bytesSource(littleEndian(weights), `${name}/weights.bin`),
      panel: bytesSource(panel, `${name}/panel.npz`),
    });
  } finally {
    npz.close();
  }
}

/** The bytes of numbers as `weights.bin` has them. */
function littleEndian(values: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}
