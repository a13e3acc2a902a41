/** What the environment tells a command, as far as it may read it. */

/**
 * A variable of the environment; `undefined` where it is unset, empty, or the command may not read it: the flags of
 * an older installation may not list it.
 */
export function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
