/** How items are divided into units, and what a unit's line says. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { object } from "../../src/base/fields.ts";
import { cutSpans, itemsPerUnit, settingsOf, SPAN } from "../../src/commands/_unit_settings.ts";
import type { Json } from "../../src/cluster/plan.ts";

Deno.test("every item is in one unit, in order, and only the last unit has fewer than the others", () => {
  deepStrictEqual(cutSpans(7, 3), [[0, 3], [3, 6], [6, 7]]);
  deepStrictEqual(cutSpans(6, 3), [[0, 3], [3, 6]]);
  deepStrictEqual(cutSpans(2, 9), [[0, 2]]);
  deepStrictEqual(cutSpans(0, 9), []);
  for (let items = 0; items < 40; items++) {
    for (let perUnit = 1; perUnit < 12; perUnit++) {
      const found = cutSpans(items, perUnit);
      const all = Array.from({ length: items }, (_, item) => item);
      deepStrictEqual(found.flatMap((span) => all.slice(...span)), all);
      strictEqual(found.slice(0, -1).every(([first, end]) => end - first === perUnit), true);
    }
  }
});

Deno.test("a unit has five minutes of items, and one that takes longer all the same", () => {
  strictEqual(itemsPerUnit(0.5), 600);
  strictEqual(itemsPerUnit(299), 1);
  strictEqual(itemsPerUnit(301), 1);
});

Deno.test("settings that are not those of the command are refused with the unit and the file", () => {
  const unit = (settings: Json) => ({
    unit: 3,
    id: "samples1-to-2",
    does: "samples 1 to 2",
    needs: [],
    makes: [],
    threads: 1,
    settings,
  });
  const described = object({ samples: SPAN });
  deepStrictEqual(settingsOf(unit({ samples: [0, 2] }), described), { samples: [0, 2] });
  for (const samples of [[0], [0, 1, 2], [0, 0.5], "0,2", null]) {
    throws(() => settingsOf(unit({ samples }), described), {
      name: "FormatError",
      message: /Cannot do unit 3: .*samples.*expected two integers.*units\.jsonl/s,
    });
  }
});
