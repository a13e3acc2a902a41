import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { countText, geneAt } from "../../helpers/genome.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { textSource } from "../../helpers/text_source.ts";

const WINDOWS = geneWindows([geneAt("chr1", 200)], { halfWidthBp: 200 });

const SIGNALS: readonly (readonly [name: string, text: string])[] = [
  ["tabs", "chr1\t0\t100\t2\nchr1\t100\t200\t0.5\n"],
  ["single blanks", "chr1 0 100 2\nchr1 100 200 0.5\n"],
  ["columns aligned by blanks", "chr1    0   100   2\nchr1  100   200   0.5\n"],
  ["a tab and a blank", "chr1\t 0\t 100\t 2\nchr1 \t100 \t200 \t0.5\n"],
  ["two tabs", "chr1\t\t0\t\t100\t\t2\nchr1\t100\t200\t0.5\n"],
  ["blanks at the ends", "  chr1 0 100 2  \nchr1\t100\t200\t0.5 \n   \n"],
  ["blanks before one column", "chr1 0\t100\t2\nchr1 100\t200\t0.5\n"],
  ["blanks and the line ends of Windows", "chr1  0 100  2\r\nchr1 100  200 0.5\r\n"],
];

for (const [name, text] of SIGNALS) {
  Deno.test(`bedGraph with ${name} is read`, async () => {
    const { values } = await countText(text, WINDOWS, { rule: "mean" });
    deepStrictEqual([...values], [2, 0.5, 0, 0]);
  });
}

const EXTENDED: CountOptions = { rule: "reads", extendBp: 150 };

Deno.test("BED with blanks is read as with tabs, and between tabs names may contain blanks", async () => {
  const row = ["chr1", "350", "360", "a - +", "0", "-"];
  const wanted = (await countText(row.join("\t"), WINDOWS, EXTENDED)).values;
  deepStrictEqual([...wanted], [0, 0, 1, 1]);
  const plain = row.with(3, "a");
  for (const text of [plain.join(" "), plain.join("   "), ` ${plain.join(" \t ")}`]) {
    deepStrictEqual((await countText(text, WINDOWS, EXTENDED)).values, wanted, text);
  }
  const padded = "chr1\t 350\t360 \ta b\t0\t -\n";
  deepStrictEqual((await countText(padded, WINDOWS, EXTENDED)).values, wanted);
});

Deno.test("an empty name between tabs is a column, and blanks within a name do not make columns", async () => {
  const text = "chr1\t350\t360\t\t0\t-\n";
  deepStrictEqual([...(await countText(text, WINDOWS, EXTENDED)).values], [0, 0, 1, 1]);
  await rejects(
    countText("chr1\t350\t360\ta 0 -\n", WINDOWS, EXTENDED),
    /4 columns, expected at least 6/,
  );
});

const NO_LENGTH = [
  "chr1\t0\t100\t2\n",
  "chr1\t50\t50\t7\n",
  "chr1\t100\t100\t1\n",
  "chr1\t100\t200\t1\n",
];

Deno.test("rows without a base are skipped, with one warning that counts them", async () => {
  for (const rule of ["reads", "sum"] as const) {
    const name = rule === "reads" ? "a.bed" : "a.bedGraph";
    const indexed = indexedText(`${name}.gz`, NO_LENGTH);
    for (
      const [source, index] of [[textSource(NO_LENGTH.join(""), name)], [
        indexed.source,
        indexed.index,
      ]]
    ) {
      const warnings: string[] = [];
      const track = await openSignal(source!, { index });
      const options = { rule, onWarning: (text: string) => void warnings.push(text) };
      const { values, reads } = await track.count(WINDOWS, options);
      deepStrictEqual([...values], rule === "reads" ? [1, 1, 0, 0] : [200, 100, 0, 0]);
      if (index === undefined && rule === "reads") strictEqual(reads, 2);
      strictEqual(warnings.length, 1);
      const place = index === undefined ? "line 2" : "byte 0";
      strictEqual(
        warnings[0],
        `${
          source!.name
        } has 2 rows without a base (start and end are the same), which are skipped, such as ` +
          `chr1:50-50 (${place})`,
      );
    }
  }
});
