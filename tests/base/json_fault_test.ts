import { match, strictEqual } from "node:assert";
import { describeJsonFault } from "../../src/base/json_fault.ts";
import { parseJson } from "../../src/base/parse_json.ts";

function faultOf(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    return describeJsonFault(text, error as Error);
  }
  throw new Error(`${text} is JSON`);
}

Deno.test("JSON that is cut short anywhere is called that", () => {
  const whole = JSON.stringify({ format: 1, units: [{ id: "a\\b", seconds: 1.5 }] }, null, 2);
  for (let length = 1; length < whole.length; length++) {
    const text = whole.slice(0, length);
    strictEqual(faultOf(text), "found JSON that is cut short, expected a whole file", text);
  }
});

Deno.test("what is empty, is no JSON, or names a field twice is called that", () => {
  strictEqual(faultOf(" \n"), "found an empty file, expected JSON");
  match(faultOf('{"a" 1}\n'), /^found no JSON \(.*position 5.*\), expected JSON$/);
  match(faultOf("# settings\n"), /^found no JSON \(.*\), expected JSON$/);
  strictEqual(faultOf('{"a": 1, "a": 2}'), '"a" stands twice in one object, expected once');
});
