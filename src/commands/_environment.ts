/** Environment variables, as far as a command may read them. */

/**
 * Reads an environment variable. It is `undefined` if it is unset or empty, or if the command may not read it: the
 * permissions of an older installation may not list it.
 */
export function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
