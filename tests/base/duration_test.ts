import { strictEqual } from "node:assert";
import { formatDuration } from "../../src/base/duration.ts";

Deno.test("durations have seconds, minutes and seconds, or hours and minutes", () => {
  strictEqual(formatDuration(59.4), "59 s");
  strictEqual(formatDuration(185), "3 min 05 s");
  strictEqual(formatDuration(7620), "2 h 07 min");
});
