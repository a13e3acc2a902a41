/** The project's own rules of `deno lint`. */

import { deepStrictEqual } from "node:assert";
import plugin from "./plugin.ts";

function countFindings(source: string): number {
  return Deno.lint.runPlugin(plugin, "example.ts", source).length;
}

Deno.test("spreads of literals are found, in objects, arrays and calls", () => {
  deepStrictEqual(countFindings("f({ ...{ rows: 1 } })"), 1);
  deepStrictEqual(countFindings("f([...[1, 2], 3])"), 1);
  deepStrictEqual(countFindings("f(...[1, 2])"), 1);
  deepStrictEqual(countFindings("const x = { ...{ a: 1, ...{ b: 2 } } };"), 2);
});

Deno.test("spreads of values are left alone", () => {
  deepStrictEqual(countFindings("f({ ...rows, pol: 3 }, ...parameters, [...names])"), 0);
  deepStrictEqual(countFindings("const x = { ...(wanted && { test }) };"), 0);
});
