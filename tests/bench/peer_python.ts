/** The Python that peers run in. */

import type { Missing } from "./peers.ts";

/** Names a Python that has the packages of `peers/requirements.txt`. */
const PYTHON_VARIABLE = "HISTONE_BENCH_PYTHON";

const PYTHONS = ["python3", "/usr/bin/python3"];

/** Which Python ran a program, by the program; starting one that imports PyTorch takes seconds. */
const known = new Map<string, Promise<string | undefined>>();

/**
 * Finds a Python that runs a program: the one that `HISTONE_BENCH_PYTHON` names and no other, or where that is not set one of
 * the machine's.
 *
 * @param program Ends without an error where all that is needed is there.
 * @param what The same in words.
 * @returns Its path, or why none was found.
 */
export async function findPython(
  program: string,
  what: string,
): Promise<{ readonly python: string } | Missing> {
  const named = Deno.env.get(PYTHON_VARIABLE);
  const candidates = named === undefined || named === "" ? PYTHONS : [named];
  for (const python of candidates) {
    const key = `${python}\n${program}`;
    const found = known.get(key) ?? runs(python, program);
    known.set(key, found);
    if (await found !== undefined) return { python };
  }
  const where = named === undefined || named === ""
    ? `none of ${PYTHONS.join(", ")} has ${what}, and ${PYTHON_VARIABLE} is not set`
    : `${named}, which ${PYTHON_VARIABLE} names, lacks ${what}`;
  return { missing: where };
}

async function runs(python: string, program: string): Promise<string | undefined> {
  const args = ["-c", program];
  try {
    const command = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success ? python : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
