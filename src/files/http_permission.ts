/**
 * What Deno lets a program reach. Elsewhere a program may reach what it likes.
 *
 * @module
 */

/** Formats the host of an address as Deno's flag `--allow-net` takes it: with its port only if that is unusual. */
export function hostOf(url: URL): string {
  return url.host;
}

/** Whether the program may reach the host of an address without asking its user. */
export function mayReach(url: URL): boolean {
  if (!("Deno" in globalThis)) return true;
  const port = url.port === "" ? (url.protocol === "http:" ? 80 : 443) : url.port;
  const host = `${url.hostname}:${port}`;
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}
