/**
 * Fetches the example's files from the page's own folder.
 *
 * @module
 */

import { RemoteError } from "../../errors.ts";

/** The file of the folder that lists the others. */
export const EXAMPLE_LIST = "files.json";

/**
 * Fetches the example.
 *
 * @param folder Address of its folder.
 * @returns Its files.
 * @throws {RemoteError} If the server does not answer, or not with a file.
 */
export async function fetchExample(folder: URL): Promise<File[]> {
  const names: readonly string[] = await (await fetchFile(EXAMPLE_LIST, folder)).json();
  return await Promise.all(
    names.map(async (name) =>
      new File([await (await fetchFile(name, folder)).blob()], name, UNCHANGED)
    ),
  );
}

/** All are of one time, so that no index seems older than its file. */
const UNCHANGED = { lastModified: 0 };

/**
 * Fetches a file of the page.
 *
 * @param name Its name.
 * @param folder Address of its folder.
 * @returns The answer.
 * @throws {RemoteError} If the server does not answer, or not with a file.
 */
export async function fetchFile(name: string, folder: URL): Promise<Response> {
  const response = await fetch(new URL(name, folder)).catch((cause) =>
    fail(name, "no answer", cause)
  );
  return response.ok ? response : fail(name, `status ${response.status}`);
}

function fail(name: string, found: string, cause?: unknown): never {
  throw new RemoteError(
    `Cannot load a file of the page: found ${found} when asking the page's server for ${name}, expected the file`,
    { cause },
  );
}
