/**
 * What a test needs from outside the project, and the loud skip where it is missing. With
 * `HISTONE_REQUIRE=numpy,shared` in the environment a missing one fails the test instead.
 */

const SHARED = new URL("../../../shared/", import.meta.url);

/** Something that not every machine has. */
export type Requirement =
  | "anndata"
  | "cgroups"
  | "chromium"
  | "bedtools"
  | "bun"
  | "denort"
  | "fish"
  | "h5py"
  | "multiqc"
  | "network-namespaces"
  | "node"
  | "numpy"
  | "jax"
  | "onnxruntime"
  | "onnxruntime-node"
  | "pyarrow"
  | "pybbi"
  | "pybigtools"
  | "pybigwig"
  | "pytorch"
  | "safetensors"
  | "samtools"
  | "scikit-learn"
  | "shared"
  | "slurm"
  | "snakemake"
  | "snakemake9"
  | "small-disk"
  | "taskset"
  | "tensorboard"
  | "typos"
  | "vectors-of-256-bits"
  | "webgpu"
  | "zsh";

const PYTHON = await findPythonWith("numpy");
/** Which requirements this machine meets, as far as they can be told without side effects. */
export const MET = {
  numpy: PYTHON !== undefined,
  shared: await Deno.stat(SHARED).then(() => true, () => false),
};

/** A test that runs where `requirement` is met; see {@linkcode testIf}. */
export function testWith(
  requirement: keyof typeof MET,
  name: string,
  body: () => void | Promise<void>,
): void {
  testIf(MET[requirement], requirement, { name, fn: body });
}

/**
 * A test that runs if `met`. If not, it is reported as ignored, with a line that says why, or fails where
 * `HISTONE_REQUIRE` names the requirement.
 */
export function testIf(
  met: boolean,
  requirement: Requirement,
  test: {
    readonly name: string;
    readonly fn: (context: Deno.TestContext) => void | Promise<void>;
  },
): void {
  if (met) return Deno.test(test.name, test.fn);
  if ((Deno.env.get("HISTONE_REQUIRE") ?? "").split(",").includes(requirement)) {
    return Deno.test(test.name, () => {
      throw new Error(`HISTONE_REQUIRE names ${requirement}, which this machine lacks`);
    });
  }
  console.warn(`SKIPPED, this machine has no ${requirement}: ${test.name}`);
  Deno.test({ ...test, ignore: true });
}

/** URL of a file beside the project that only developers have; see {@linkcode testWith}. */
export function sharedFile(path: string): URL {
  return new URL(path, SHARED);
}

/** Runs a Python program with numpy at hand and returns what it printed. */
export async function runNumpy(program: string, args: readonly string[] = []): Promise<string> {
  if (PYTHON === undefined) throw new Error("Cannot run Python: none with numpy was found");
  const output = await new Deno.Command(PYTHON, { args: ["-c", program, ...args] }).output();
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}

/** The first Python here that can import `module`. */
export async function findPythonWith(module: string): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", `import ${module}`],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return python;
    } catch {
      // Not installed under this name.
    }
  }
  return undefined;
}
