interface Builtins {
  getBuiltinModule?(id: "node:zlib"): typeof import("node:zlib") | undefined;
  getBuiltinModule?(id: "node:stream"): typeof import("node:stream") | undefined;
  getBuiltinModule?(id: "node:worker_threads"): typeof import("node:worker_threads") | undefined;
  getBuiltinModule?(id: "node:fs"): typeof import("node:fs") | undefined;
  getBuiltinModule?(id: "node:path"): typeof import("node:path") | undefined;
  getBuiltinModule?(id: "node:crypto"): typeof import("node:crypto") | undefined;
  getBuiltinModule?(id: "node:os"): typeof import("node:os") | undefined;
}

/**
 * The built-in modules of Deno and Node, where they exist. They are not imported, since an import would keep a module
 * from loading in a browser.
 */
export const BUILTINS: Builtins = (globalThis as { process?: Builtins }).process ?? {};
