/** Messages for people who see no command line. */

import { match, strictEqual } from "node:assert";
import { checkEmptySamples } from "../../../src/genome/doctor/empty_samples.ts";
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
    "its values are taken for counts (--record names another)": "its values are taken for counts",
    "would read them wrongly: name what they are by --record FILE": "would read them wrongly",
    "has ln(1 + count): name what they are by --record FILE, or write all marks alike":
      "has ln(1 + count): write all marks alike",
    "Prepare the data again, or name the record (--record FILE)": "Prepare the data again",
    "Prepare again with --expression-transform log2p1.": "Prepare again with log2(expression + 1).",
    "chr1 (the first) and chr2 (1,000 bp)": "chr1 (the first) and chr2 (1,000 bp)",
  };
  for (const [message, expected] of Object.entries(cases)) {
    strictEqual(withoutCommands(message), expected);
  }
});

Deno.test("what to do about a mark that was not measured names no flag of a command", () => {
  const track = { cellType: "liver", mark: "H3K4me1", least: 0, largest: 0 };
  const [finding] = checkEmptySamples([track as never]);
  match(finding!.advice, /--missing-marks/);
  match(withoutCommands(finding!.advice), /^[^-]*remove these files[^-]*that a cell type lacks\.$/);
});
