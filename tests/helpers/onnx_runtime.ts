/** Runs ONNX files with Python's ONNX Runtime, after ONNX's own checker has passed them. */

import { runPython } from "./python.ts";

/** A file, and what it is fed. */
export interface OnnxCase {
  readonly file: Uint8Array;
  readonly inputs: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: Float32Array }
  >;
}

const PROGRAM = `
import json, sys
import numpy as np, onnx, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3
outputs = []
for case in json.load(open(sys.argv[1])):
    model = onnx.load(case["path"])
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(case["path"], options, providers=["CPUExecutionProvider"])
    feeds = {i["name"]: np.fromfile(i["path"], "<f4").reshape(i["shape"]) for i in case["inputs"]}
    (output,) = session.run(None, feeds)
    outputs.append({"shape": list(output.shape), "values": [float(x) for x in output.ravel()]})
print(json.dumps(outputs))
`;

/** What ONNX Runtime says. */
export interface OnnxOutput {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Runs files in one process; the only output of each is returned. */
export async function runOnnx(cases: readonly OnnxCase[]): Promise<OnnxOutput[]> {
  const directory = await Deno.makeTempDir();
  try {
    const list = [];
    for (const [number, { file, inputs }] of cases.entries()) {
      const path = `${directory}/${number}.onnx`;
      await Deno.writeFile(path, file);
      const fed = [];
      for (const [name, { shape, values }] of inputs) {
        const input = `${directory}/${number}.${name}.bin`;
        await Deno.writeFile(input, new Uint8Array(Float32Array.from(values).buffer));
        fed.push({ name, shape, path: input });
      }
      list.push({ path, inputs: fed });
    }
    await Deno.writeTextFile(`${directory}/cases.json`, JSON.stringify(list));
    return JSON.parse(
      await runPython("onnxruntime", ["-c", PROGRAM, `${directory}/cases.json`]),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
