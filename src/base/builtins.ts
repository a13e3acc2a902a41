interface Builtins {
  getBuiltinModule?(id: "node:zlib"): typeof import("node:zlib") | undefined;
  getBuiltinModule?(id: "node:stream"): typeof import("node:stream") | undefined;
}

/**
 * The built-in modules of Deno and Node, where they exist. They are not imported, since an import would keep a module
 * from loading in a browser.
 */
export const BUILTINS: Builtins = (globalThis as { process?: Builtins }).process ?? {};
