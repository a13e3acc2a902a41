import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { parseJson } from "../../src/base/parse_json.ts";

Deno.test("JSON with each name once is parsed as JSON.parse does", () => {
  const texts = [
    "1",
    '"a:b"',
    "[]",
    '{"a": 1, "b": {"a": [{"a": 1}, {"a": 2}]}, "c": [":", "{\\"a\\"", "\\\\"]}',
    '{"a\\\\": 1, "a": 2, "a\\"": 3, "": 4, " ": 5}',
    '[{"a": {}}, {"a": []}, ["a", "a"]]',
    '{"__proto__": 1, "constructor": 2}',
  ];
  for (const text of texts) deepStrictEqual(parseJson(text), JSON.parse(text));
});

Deno.test("a name that an object has twice is refused, however it is spelled and wherever it stands", () => {
  const texts: readonly (readonly [text: string, name: string])[] = [
    ['{"a": 1, "a": 1}', '"a"'],
    ['{"a": 1, "b": [{"c": 1, "d": 2, "c": 3}]}', '"c"'],
    ['{"b": {"a": {}}, "a": 1, "c": ["}"], "b": 2}', '"b"'],
    ['{"\\u0061": 1, "a": 2}', '"a"'],
    ['{"a\\"b\\\\": 1, "a\\"b\\\\": 2}', String.raw`"a\"b\\"`],
    ['{"": 1, "": 2}', '""'],
    ['{"__proto__": 1, "__proto__": 2}', '"__proto__"'],
  ];
  for (const [text, name] of texts) {
    throws(() => parseJson(text), {
      name: "SyntaxError",
      message: `${name} stands twice in one object, expected once`,
    });
  }
  const long = "x".repeat(1000);
  throws(() => parseJson(`{"${long}": 1, "${long}": 2}`), /^SyntaxError: "x{79} stands twice/);
});

Deno.test("what is not JSON has the message of JSON.parse", () => {
  for (const text of ["", "{", '{"a": 1,}', '{"a": 1 "a": 2}', "NaN"]) {
    throws(() => parseJson(text), SyntaxError);
    throws(() => parseJson(text), (error: Error) => !error.message.includes("twice"));
  }
});

Deno.test("long strings and deep nesting take no stack, and time in proportion to their length", () => {
  const long = JSON.stringify({ a: '\\"'.repeat(2 ** 19), b: "\\".repeat(2 ** 19) });
  strictEqual(Object.keys(parseJson(long) as object).length, 2);
  const deep = 5000;
  const text = `${'{"a":['.repeat(deep)}1${"]}".repeat(deep)}`;
  deepStrictEqual(Object.keys(parseJson(text) as object), ["a"]);
});
