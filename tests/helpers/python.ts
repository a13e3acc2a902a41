/**
 * Python with packages that read what is written: tables (pyarrow, pandas and anndata), tracks (pybbi, which is UCSC's
 * own library, and pybigtools) and models (onnx, onnxruntime, safetensors and h5py). Where they stand in a folder of their own, since they bring a numpy of their own,
 * `HISTONE_PYTHON_PACKAGES` names it.
 */

import { testIf } from "./require.ts";

const FOLDER = Deno.env.get("HISTONE_PYTHON_PACKAGES");
const ENVIRONMENT = FOLDER === undefined ? {} : { PYTHONPATH: FOLDER };
const INTERPRETERS = ["python3", "/usr/bin/python3"];

/** What each requirement must be able to import. */
const MODULES = {
  pyarrow: ["pyarrow", "pandas"],
  anndata: ["anndata", "zarr", "pyarrow", "pandas"],
  pybbi: ["bbi", "numpy"],
  pybigtools: ["pybigtools"],
  onnxruntime: ["onnxruntime", "onnx", "numpy"],
  safetensors: ["safetensors", "numpy"],
  h5py: ["h5py", "numpy"],
} as const;

/** A package of Python that a test needs. */
export type PythonPackage = keyof typeof MODULES;

/** The first interpreter that has a package; it is looked for without loading it, which takes seconds. */
async function findInterpreter(name: PythonPackage): Promise<string | undefined> {
  const ask = "import sys; from importlib.util import find_spec; " +
    "sys.exit(sys.version_info < (3, 11) or not all(map(find_spec, sys.argv[1:])))";
  for (const python of INTERPRETERS) {
    const found = await new Deno.Command(python, {
      args: ["-c", ask, ...MODULES[name]],
      env: ENVIRONMENT,
      stdout: "null",
      stderr: "null",
    }).output().then(({ success }) => success, () => false);
    if (found) return python;
  }
  return undefined;
}

const FOUND: Readonly<Record<PythonPackage, string | undefined>> = {
  pyarrow: await findInterpreter("pyarrow"),
  anndata: await findInterpreter("anndata"),
  pybbi: await findInterpreter("pybbi"),
  pybigtools: await findInterpreter("pybigtools"),
  onnxruntime: await findInterpreter("onnxruntime"),
  safetensors: await findInterpreter("safetensors"),
  h5py: await findInterpreter("h5py"),
};

/** A test that needs a package of Python; skipped, with a line that says so, where it is missing. */
export function testWithPython(
  name: PythonPackage,
  title: string,
  body: () => void | Promise<void>,
): void {
  testIf(FOUND[name] !== undefined, name, { name: title, fn: body });
}

/** Runs a Python program, given by the arguments of the interpreter, and returns what it printed. */
export async function runPython(
  name: PythonPackage,
  args: readonly string[],
): Promise<string> {
  const python = FOUND[name];
  if (python === undefined) throw new Error(`Cannot run Python: none with ${name} was found`);
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [...args],
    env: ENVIRONMENT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
