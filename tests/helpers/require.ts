/**
 * What a test needs from outside the project, and the loud skip where it is missing. With
 * `HISTONE_REQUIRE=numpy,shared` in the environment a missing one fails the test instead.
 */

const SHARED = new URL("../../../shared/", import.meta.url);

/** Something that not every machine has. */
export type Requirement = "numpy" | "shared" | "webgpu";

const PYTHON = await findPythonWithNumpy();

const MET: Record<Requirement, boolean> = {
  numpy: PYTHON !== undefined,
  shared: await Deno.stat(SHARED).then(() => true, () => false),
  webgpu: await navigator.gpu?.requestAdapter() != null,
};

/**
 * A test that runs where `requirement` is met; where it is not it is reported as ignored, with a line that
 * says why, or fails if `HISTONE_REQUIRE` names the requirement.
 */
export function testWith(
  requirement: Requirement,
  name: string,
  body: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const required = (Deno.env.get("HISTONE_REQUIRE") ?? "").split(",").includes(requirement);
  if (MET[requirement]) return Deno.test(name, body);
  if (required) {
    return Deno.test(name, () => {
      throw new Error(`HISTONE_REQUIRE names ${requirement}, which this machine lacks`);
    });
  }
  console.warn(`SKIPPED, this machine has no ${requirement}: ${name}`);
  Deno.test({ name, ignore: true, fn: body });
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

async function findPythonWithNumpy(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", "import numpy"],
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
