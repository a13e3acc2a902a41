/** Recognises models of other programs, which people may try to load, by the names of their files. */

import { pathKind } from "../files/file.ts";

const ENDINGS: readonly (readonly [ending: RegExp, program: string])[] = [
  [/\.(h5|hdf5|keras)$/i, "Keras"],
  [/\.(pt|pth|ckpt|safetensors)$/i, "PyTorch"],
  [/\.onnx$/i, "ONNX"],
  [/\.(pb|tflite)$/i, "TensorFlow"],
  [/\.(pkl|pickle|joblib)$/i, "Python"],
];

/** Files by which other programs' directories are known. */
const MARKERS: readonly (readonly [file: string, program: string])[] = [
  ["saved_model.pb", "TensorFlow (SavedModel)"],
  ["keras_metadata.pb", "Keras (SavedModel)"],
  ["model.h5", "Keras"],
  ["model.keras", "Keras"],
  ["model.weights.h5", "Keras"],
  ["pytorch_model.bin", "PyTorch"],
  ["model.safetensors", "PyTorch"],
  ["model.pt", "PyTorch"],
  ["model.onnx", "ONNX"],
];

const ONLY_OWN =
  "not saved by @waka/histone; only models that train wrote can be loaded, and import may make one of it";

/** Describes a file that was given instead of a directory; the text follows its name. */
export function describeModelFile(path: string): string {
  const program = ENDINGS.find(([ending]) => ending.test(path))?.[1];
  return program === undefined ? "is a file" : `is a model of ${program}, ${ONLY_OWN}`;
}

/** Describes the model in another program's directory; `undefined` if the program is not known. */
export async function describeModelDirectory(directory: string): Promise<string | undefined> {
  for (const [file, program] of MARKERS) {
    if (await pathKind(`${directory}/${file}`) === undefined) continue;
    return `"${directory}" holds a model of ${program} (${file}), ${ONLY_OWN}`;
  }
  return undefined;
}
