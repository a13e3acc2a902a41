/**
 * Does something once, right after the lock file of a run is opened by whoever opens it next.
 *
 * @param meanwhile What is done.
 * @param body What opens the lock.
 */
export async function whenLockIsOpened(
  meanwhile: () => Promise<void>,
  body: () => Promise<void>,
): Promise<void> {
  const { open } = Deno;
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    if (!`${path}`.endsWith("/lock")) return file;
    Deno.open = open;
    await meanwhile();
    return file;
  };
  try {
    await body();
  } finally {
    Deno.open = open;
  }
}
