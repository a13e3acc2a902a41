interface Builtins {
  getBuiltinModule?(id: "node:zlib"): typeof import("node:zlib") | undefined;
  getBuiltinModule?(id: "node:stream"): typeof import("node:stream") | undefined;
  getBuiltinModule?(id: "node:worker_threads"): typeof import("node:worker_threads") | undefined;
  getBuiltinModule?(id: "node:fs"): typeof import("node:fs") | undefined;
  getBuiltinModule?(id: "node:path"): typeof import("node:path") | undefined;
  getBuiltinModule?(id: "node:crypto"): typeof import("node:crypto") | undefined;
  getBuiltinModule?(id: "node:os"): typeof import("node:os") | undefined;
  getBuiltinModule?(id: "node:process"): typeof import("node:process") | undefined;
}

/**
 * The built-in modules of Deno and Node, where they exist. They are not imported, since an import would keep a module
 * from loading in a browser. Deno makes `process` when it is first asked for it, which takes a thread some 10 ms: so only
 * who needs a module asks.
 */
export const BUILTINS: Builtins = {
  getBuiltinModule(id: string) {
    const { process } = globalThis as unknown as {
      process?: { getBuiltinModule?(id: string): never };
    };
    return process?.getBuiltinModule?.(id);
  },
};
