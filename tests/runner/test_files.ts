/** Which files `deno test` takes. */

/**
 * Finds the test files of folders as `deno test` does.
 *
 * @param paths Files and folders.
 * @param ignored Files and folders to leave out.
 */
export function findTestFiles(
  paths: readonly string[],
  ignored: readonly string[] = [],
): readonly string[] {
  return paths.filter((path) => !ignored.includes(path)).flatMap((path) => {
    if (path.endsWith(".ts")) return [path];
    const entries = [...Deno.readDirSync(path)]
      .filter(({ name, isDirectory }) => isDirectory || name.endsWith("_test.ts"));
    return findTestFiles(entries.map(({ name }) => `${path}/${name}`), ignored);
  });
}
