/** Runs ONNX files with ONNX Runtime: in Python, after ONNX's own checker has passed them, and in Node. */

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

const NODE_PROGRAM = `
const { InferenceSession, Tensor } = require("onnxruntime-node");
const { readFileSync } = require("node:fs");
async function main() {
  const outputs = [];
  for (const { path, inputs } of JSON.parse(readFileSync(process.argv[1], "utf8"))) {
    const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
    const feeds = Object.fromEntries(inputs.map(({ name, path, shape }) => {
      const { buffer } = Uint8Array.from(readFileSync(path));
      return [name, new Tensor("float32", new Float32Array(buffer), shape)];
    }));
    const { prediction } = await session.run(feeds);
    outputs.push({ shape: prediction.dims, values: Array.from(prediction.data) });
  }
  console.log(JSON.stringify(outputs));
}
main();
`;

/** Where onnxruntime-node is: it has 290 MB, so it is no dependency of the project. */
const NODE_PACKAGES = Deno.env.get("HISTONE_NODE_PACKAGES");

function runNode(args: readonly string[]): Promise<Deno.CommandOutput> {
  const env = { NODE_PATH: NODE_PACKAGES ?? "" };
  return new Deno.Command("node", { args: [...args], env }).output();
}

/** Whether Node and onnxruntime-node are here. */
export const HAS_ONNX_IN_NODE: boolean = NODE_PACKAGES !== undefined &&
  await runNode(["-e", 'require.resolve("onnxruntime-node")'])
    .then(({ success }) => success, () => false);

/** What ONNX Runtime says. */
export interface OnnxOutput {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Runs files in one process of Python; the only output of each is returned. */
export function runOnnx(cases: readonly OnnxCase[]): Promise<OnnxOutput[]> {
  return withCases(cases, (list) => runPython("onnxruntime", ["-c", PROGRAM, list]));
}

/** Runs files in one process of Node with onnxruntime-node; the only output of each is returned. */
export function runOnnxInNode(cases: readonly OnnxCase[]): Promise<OnnxOutput[]> {
  return withCases(cases, async (list) => {
    const { success, stdout, stderr } = await runNode(["-e", NODE_PROGRAM, list]);
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  });
}

/** Writes the files and what they are fed, and reads what a program prints of them. */
async function withCases(
  cases: readonly OnnxCase[],
  run: (list: string) => Promise<string>,
): Promise<OnnxOutput[]> {
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
    return JSON.parse(await run(`${directory}/cases.json`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
