/**
 * What the browser must refuse the page: the policies that stand in its head and in the headers of its answers.
 *
 * @module
 */

/** The page itself, which connects to nothing, or the second one, which opens files by their addresses. */
export type PageKind = "closed" | "connecting";

const COMMON: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  // WebAssembly is compiled, but no text becomes code.
  "script-src": "'self' 'wasm-unsafe-eval'",
  // Workers are started from blobs, since only those inherit the policy of the page.
  "worker-src": "'self' blob:",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "font-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

const CONNECTIONS: Readonly<Record<PageKind, string>> = {
  closed: "'self'",
  connecting: "'self' https: http:",
};

/**
 * Formats the content security policy of a page.
 *
 * @param kind Which page it is.
 * @returns Directives that may stand in a `meta` element.
 */
export function contentPolicy(kind: PageKind): string {
  return Object.entries({ ...COMMON, "connect-src": CONNECTIONS[kind] })
    .map(([name, value]) => `${name} ${value}`).join("; ");
}

/**
 * Lists the headers of every answer: its policy, and what isolates the page, so that its threads may share memory.
 *
 * @param kind Which page it is; files that are no page are like the closed one.
 * @returns The values by their names.
 */
export function pageHeaders(kind: PageKind): Readonly<Record<string, string>> {
  return {
    "Content-Security-Policy": `${contentPolicy(kind)}; frame-ancestors 'none'`,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
}

/** The name of the page that connects. */
export const CONNECTING_PAGE = "remote.html";

/** Which page a path leads to. */
export function pageKind(path: string): PageKind {
  return path.slice(path.lastIndexOf("/") + 1) === CONNECTING_PAGE ? "connecting" : "closed";
}
