/** The oracle is `node:path`. */

import { strictEqual } from "node:assert";
import { posix } from "node:path";
import { basenamePortable, dirnamePortable, resolvePortable } from "../../src/base/paths.ts";

const PATHS = ["", "a", "/", "/a", "a/b", "/a/b.c/", "a//b", "/a/..//b/./c", "..", "/.."];

Deno.test("parts of paths are those of Unix where there is no node:path", () => {
  for (const path of PATHS) {
    strictEqual(basenamePortable(path), posix.basename(path), path);
    strictEqual(dirnamePortable(path), posix.dirname(path), path);
    for (const other of PATHS) {
      strictEqual(resolvePortable("/", path, other), posix.resolve("/", path, other));
    }
  }
});
