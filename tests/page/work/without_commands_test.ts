/** Messages for people who see no command line. */

import { strictEqual } from "node:assert";
import { withoutCommands } from "../../../src/page/work/without_commands.ts";

Deno.test("what messages say of commands in brackets is left out, and nothing else", () => {
  const cases = {
    "expected one with a calibration (deno task train --calibrate)":
      "expected one with a calibration",
    "prepare it again (deno task prepare ... --signal ...): so": "prepare it again: so",
    "in another build (--accept-assembly)": "in another build",
    "named differently (then join their names with --chromosome-aliases), or":
      "named differently, or",
    "names of cell types (or list those of each in a file for --expression-samples)":
      "names of cell types",
    "chr1 (the first) and chr2 (1,000 bp)": "chr1 (the first) and chr2 (1,000 bp)",
  };
  for (const [message, expected] of Object.entries(cases)) {
    strictEqual(withoutCommands(message), expected);
  }
});
