/** The sample sheet that the page's files make. */

import { deepStrictEqual } from "node:assert";
import { fromBrowser } from "../../../src/page/work/given_file.ts";
import { arrangeInputs } from "../../../src/page/work/arrange_inputs.ts";

Deno.test("replicates that are kept go together by their names, in whatever order files come", async () => {
  const names = ["H3K4me3_10", "H3K4me3_2", "H3K27ac_2", "H3K27ac_10"];
  const files = names.map((name) => ({
    file: fromBrowser(new File(["x"], `liver_${name}.bam`)),
    recognised: { role: "signal", about: "", format: "bam" } as const,
    mark: name.split("_")[0]!,
    cellType: "liver",
  }));
  const { entries } = await arrangeInputs(files, { replicates: "keep" });
  const found = entries.map(({ path, cellType }) => `${names[Number(path)]} ${cellType}`);
  deepStrictEqual(found.sort(), [
    "H3K27ac_10 liver.2",
    "H3K27ac_2 liver.1",
    "H3K4me3_10 liver.2",
    "H3K4me3_2 liver.1",
  ]);
});
