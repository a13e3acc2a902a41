interface Builtins {
  getBuiltinModule?(id: "node:zlib"): typeof import("node:zlib") | undefined;
  getBuiltinModule?(id: "node:stream"): typeof import("node:stream") | undefined;
}

/** Deno's and Node's own modules where they are. Not imports: those would keep a module from loading in a browser. */
export const BUILTINS: Builtins = (globalThis as { process?: Builtins }).process ?? {};
