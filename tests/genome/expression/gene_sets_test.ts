import { deepStrictEqual, rejects, throws } from "node:assert";
import { readGeneSets } from "../../../src/genome/expression/gene_sets.ts";
import { matchGeneSets } from "../../../src/genome/expression/match_fold_changes.ts";
import { textSource } from "../../helpers/text_source.ts";

Deno.test("sets are read as MSigDB writes them, with and without a description", async () => {
  const text = "A\thttp://x\tDPM1\tFGR\nB\t\tFGR\tFGR\t\t\r\nC\tna\tCFH";
  deepStrictEqual(await readGeneSets(textSource(text)), [
    { name: "A", description: "http://x", genes: ["DPM1", "FGR"] },
    { name: "B", description: "", genes: ["FGR"] },
    { name: "C", description: "na", genes: ["CFH"] },
  ]);
});

Deno.test("weights after all genes of a set, as Enrichr writes them, are left out", async () => {
  const text = "A\t\tDPM1,1.0\tFGR,0.25\tCFH,1e-3\nB\t\tDPM1,1.0\tFGR\n";
  deepStrictEqual((await readGeneSets(textSource(text))).map(({ genes }) => genes), [
    ["DPM1", "FGR", "CFH"],
    ["DPM1,1.0", "FGR"],
  ]);
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected a set on each line \(x\.gmt\)$/],
  "blanks instead of tabs": ["A na DPM1 FGR\n", /A na DPM1 FGR has no genes .*between tabs/],
  "no genes": ["A\tna\tDPM1\nB\tna\t\t\n", /B has no genes after its name.*line 2\)$/],
  "no name": ["\tna\tDPM1\n", /the set has no name/],
  "a name that a terminal obeys": [
    "A\tna\tDPM1\nB\x1b[31m\tna\tFGR\n",
    /the name B\ufffd\[31m has control characters.*line 2\)$/,
  ],
  "a name twice": ["A\tna\tDPM1\nA\tna\tFGR\n", /A is there already.*line 2\)$/],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of gene sets with ${what} is refused`, async () => {
    await rejects(readGeneSets(textSource(text, "x.gmt")), { name: "FormatError", message });
  });
}

Deno.test("the genes of sets are found whatever the versions of transcripts that are their ids", () => {
  const genes = [{ id: "NM_000546" }, { id: "NM_007294.4" }];
  const set = { name: "A", description: "", genes: ["NM_007294", "NM_000546.6"] };
  const { sets } = matchGeneSets([set], genes, { file: "x.gmt" });
  deepStrictEqual(sets, [{ name: "A", listed: 2, places: [0, 1] }]);
});

Deno.test("the genes of sets are found by symbol, id or Entrez number", () => {
  const genes = [
    { id: "ENSG00000000419.14", symbol: "DPM1", entrezId: "8813" },
    { id: "ENSG00000000938.13", symbol: "FGR", entrezId: "2268" },
    { id: "ENSG00000000457.14", symbol: "SCYL3" },
  ];
  const of = (...members: string[]) => ({ name: "A", description: "", genes: members });
  for (
    const members of [
      ["FGR", "nobody", "DPM1"],
      ["ENSG00000000938", "nobody", "ENSG00000000419.1"],
      [
        "2268",
        "1",
        "8813",
      ],
    ]
  ) {
    const { sets } = matchGeneSets([of(...members)], genes, { file: "x.gmt" });
    deepStrictEqual(sets, [{ name: "A", listed: 3, places: [0, 1] }]);
  }
  throws(() => matchGeneSets([of("Dpm1")], genes, { file: "x.gmt" }), {
    name: "ContractError",
    message: /Cannot find genes of x\.gmt: it has symbols or other names, such as Dpm1, and/,
  });
});

Deno.test("a set of which no gene is there is kept, empty", () => {
  const sets = [
    { name: "A", description: "", genes: ["DPM1"] },
    { name: "B", description: "", genes: ["FGR"] },
  ];
  const genes = [{ id: "ENSG00000000419", symbol: "DPM1" }];
  const matched = matchGeneSets(sets, genes, { file: "x.gmt" });
  deepStrictEqual(matched.sets[1], { name: "B", listed: 1, places: [] });
  deepStrictEqual(matched.notes, [
    "x.gmt: 2 gene sets, 1 gene of whose 2 were found by symbols",
  ]);
});
