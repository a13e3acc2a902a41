import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { GeneDetails } from "../../src/gene_id.ts";
import { type CompetitionBlock, writeCompetition } from "../../src/io/competition_writer.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { bytesSource, openNpz } from "../../src/io/mod.ts";
import type { NpzMemberData } from "../../src/io/npz_writer.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { withDirectory } from "../helpers/command.ts";
import { collect, npzBytes } from "./_npz_helpers.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };
const HEADER = "number\tgene_id\tsymbol\tchrom\ttss\tstrand\n";
/** Genes whose digits, versions and symbols could be mistaken for each other. */
const LOOK_ALIKES = [
  "ENSG00000000419.14",
  "ENSMUSG00000000419.13",
  "419",
  "0419",
  "DPM1",
  "ENSG00000000419.14_PAR_Y",
];

async function written(
  blocks: readonly CompetitionBlock[],
  geneDetails?: ReadonlyMap<string, GeneDetails>,
): Promise<Uint8Array<ArrayBuffer>> {
  return await collect((sink) => writeCompetition(sink, blocks, { record: RECORD, geneDetails }));
}

function block(cellType: string, genes: readonly string[]): CompetitionBlock {
  return { cellType, genes, signal: genes.map((_, i) => i + 1) };
}

Deno.test("genes come back with their whole identifiers and what is known about them", async () => {
  const details = { symbol: "DPM1", chromosome: "chr20", tss: 50958531, strand: "-" } as const;
  const bytes = await written(
    [block("liver", LOOK_ALIKES), block("lung", LOOK_ALIKES.toReversed())],
    new Map<string, GeneDetails>([[LOOK_ALIKES[0]!, details], ["not among them", { symbol: "X" }]]),
  );
  const { genes, geneIndex, geneDetails, cellTypes } = await readCompetition(bytesSource(bytes));
  deepStrictEqual(cellTypes, ["liver", "lung"]);
  deepStrictEqual(genes, LOOK_ALIKES);
  deepStrictEqual([...geneIndex], [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]);
  deepStrictEqual(geneDetails, [details, {}, {}, {}, {}, {}]);
});

Deno.test("the gene of a transcript comes back from a column of its own", async () => {
  const genes = ["ENST00000373020.9", "ENST00000494424.1", "ENSG00000000005.6"];
  const gene = "ENSG00000000003.15";
  const details = { gene, chromosome: "chrX", tss: 7, strand: "-" } as const;
  const bytes = await written(
    [block("liver", genes)],
    new Map<string, GeneDetails>([[genes[0]!, details], [genes[1]!, { gene }]]),
  );
  const { geneDetails } = await readCompetition(bytesSource(bytes));
  deepStrictEqual(geneDetails, [details, { gene }, {}]);
  using npz = await openNpz(bytesSource(bytes));
  const { data } = await npz.read("__genes__");
  strictEqual(
    new TextDecoder().decode(data as Uint8Array<ArrayBuffer>).split("\n")[0],
    `${HEADER.trimEnd()}\tgene`,
  );
});

Deno.test("a file in the competition's exact layout has no table of genes", async () => {
  const bytes = await written([block("E003", ["ENSG00000000419", "ENSG00000000457"])]);
  using npz = await openNpz(bytesSource(bytes));
  deepStrictEqual(npz.members.map(({ name }) => name), ["E003"]);
  const genes = ["ENSG00000000419", "ENSG00000000457"];
  deepStrictEqual((await readCompetition(bytesSource(bytes))).genes, genes);
});

Deno.test("members whose names start with two underscores are not cell types", async () => {
  const values = new Float64Array([5, 1, 5, 2]);
  const note: NpzMemberData = { name: "__note__", dtype: "int8", shape: [], data: Int8Array.of(1) };
  const cell = { name: "E1", dtype: "float64", shape: [1, 2, 2], data: values } as const;
  const file = bytesSource(await npzBytes([note, cell]));
  deepStrictEqual((await readCompetition(file, { record: RECORD })).cellTypes, ["E1"]);
  await rejects(
    readCompetition(file, { record: RECORD, cellTypes: ["__note__"] }),
    /RangeError: Cannot read cell types __note__: .* has E1$/,
  );
  const alone = bytesSource(await npzBytes([note]));
  await rejects(readCompetition(alone, { record: RECORD }), /found no members/);
});

Deno.test("a damaged table of genes is refused with the reason", async () => {
  const readWith = async (table: Partial<NpzMemberData> | string | Uint8Array<ArrayBuffer>) => {
    const data = typeof table === "string" ? new TextEncoder().encode(table) : table;
    const values = new Float64Array([419, 1, 419, 2]);
    const member = data instanceof Uint8Array
      ? { dtype: "uint8" as const, shape: [data.length], data }
      : data;
    return await readCompetition(
      bytesSource(
        await npzBytes([
          { name: "E1", dtype: "float64", shape: [1, 2, 2], data: values },
          { name: "__genes__", ...member } as NpzMemberData,
        ]),
        "x.npz",
      ),
      { record: RECORD },
    );
  };
  deepStrictEqual((await readWith(`${HEADER}419\tfbgn\t\t\t\t\n`)).genes, ["fbgn"]);
  const more = `${HEADER.trimEnd()}\tlength\n419\tfbgn\t\t\t\t\t7\n`;
  deepStrictEqual((await readWith(more)).genes, ["fbgn"], "later columns are passed over");
  const cases: [Parameters<typeof readWith>[0], RegExp][] = [
    ["", /its header is "", expected number gene_id symbol chrom tss strand \(x\.npz\)/],
    ["gene_id\n", /its header is "gene_id"/],
    [`${HEADER}457\tb\t\t\t\t\n`, /gene 419 is not in the file's table of genes \(x\.npz\)/],
    [`${HEADER}419\ta\t\t\t\t\n419\tb\t\t\t\t\n`, /row 2 of the genes has number 419 again/],
    [
      `${HEADER}419\tENSG00000000003.1\t\t\t\t\n7\tENSG00000000003.2\t\t\t\t\n`,
      /row 2 of the genes has gene "ENSG00000000003\.2" again/,
    ],
    [`${HEADER}x\ta\t\t\t\t\n`, /row 1 of the genes is "x\ta.*expected a number and an identifier/],
    [`${HEADER}419\t\t\t\t\t\n`, /row 1 of the genes is/],
    [`${HEADER}419\ta\t\t\t\t*\n`, /row 1 of the genes is/],
    [`${HEADER}419\ta\t\t\t-5\t\n`, /row 1 of the genes is/],
    [`${HEADER}419\ta\n`, /row 1 of the genes is/],
    [`${HEADER}419\t${"a".repeat(1001)}\t\t\t\t\n`, /row 1 of the genes is/],
    [Uint8Array.of(0xff, 0xfe), /it is not UTF-8 text/],
    [new Uint8Array(2 ** 21 + 1).fill(10), /it has 2097153 lines, expected at most 2097152/],
    [{ dtype: "int8", shape: [1], data: Int8Array.of(1) }, /it is int8 \[1\], expected the bytes/],
    [{ dtype: "uint8", shape: [1, 1], data: Uint8Array.of(1) }, /it is uint8 \[1, 1\]/],
  ];
  for (const [table, message] of cases) {
    await rejects(readWith(table), (error) => {
      ok(error instanceof Error && error.name === "FormatError", String(error));
      ok(message.test(error.message), error.message);
      return true;
    });
  }
});

testWith(
  "numpy",
  "ids that float32 and float16 may have rounded are refused, others read",
  async () => {
    const program = `
import sys
import numpy as np
a = np.zeros((2, 2, 3))
a[:, :, 0] = np.array([float(x) for x in sys.argv[3].split(",")])[:, None]
np.savez(sys.argv[1], E1=a.astype(sys.argv[2]))
`;
    await withDirectory(async (directory) => {
      const readIds = async (dtype: string, ids: readonly number[]) => {
        const path = `${directory}/${dtype.slice(1)}.npz`;
        await runNumpy(program, [path, dtype, ids.join(",")]);
        return (await readCompetition(path, { record: RECORD })).genes;
      };
      for (const [dtype, end] of [["<f4", 2 ** 24], ["<f2", 2 ** 11], [">f4", 2 ** 24]] as const) {
        strictEqual((await readIds(dtype, [1, end - 1])).length, 2);
        for (const id of [end, end + 1]) {
          await rejects(readIds(dtype, [1, id]), (error) => {
            ok(error instanceof Error && error.name === "FormatError", String(error));
            ok(
              error.message.includes(`in float${8 * Number(dtype[2])} may stand for other numbers`),
            );
            return true;
          });
        }
      }
      strictEqual((await readIds("<f8", [1, 2 ** 53 - 1])).length, 2);
      await rejects(readIds("<f8", [1, 2 ** 53]), /in float64 may stand for other numbers/);
      strictEqual((await readIds("<i8", [1, 2 ** 40 + 1])).length, 2);
    });
  },
);

testWith("numpy", "the table of genes is text that any program can read", async () => {
  await withDirectory(async (directory) => {
    const details = { symbol: "DPM1", chromosome: "20", tss: 7, strand: "-" } as const;
    await Deno.writeFile(
      `${directory}/x.npz`,
      await written(
        [block("liver", ["ENSG00000000419.14"])],
        new Map([["ENSG00000000419.14", details]]),
      ),
    );
    const program =
      "import numpy, sys\nprint(numpy.load(sys.argv[1])['__genes__'].tobytes().decode())";
    strictEqual(
      (await runNumpy(program, [`${directory}/x.npz`])).trimEnd(),
      `${HEADER}419\tENSG00000000419.14\tDPM1\t20\t7\t-`,
    );
  });
});

Deno.test("a file that was saved again without its record is not taken for the competition's", async () => {
  const values = new Float64Array(2 * 100 * 7).map((_, i) =>
    i % 7 === 0 ? 419 + Math.floor(i / 700) : 1
  );
  const data = new TextEncoder().encode(`${HEADER}419\ta\t\t\t\t\n420\tb\t\t\t\t\n`);
  const members: NpzMemberData[] = [
    { name: "E1", dtype: "float64", shape: [2, 100, 7], data: values },
    { name: "__genes__", dtype: "uint8", shape: [data.length], data },
  ];
  const file = bytesSource(await npzBytes(members), "again.npz");
  await rejects(readCompetition(file), /its data record is gone.*--record FILE\) \(again\.npz\)$/);
  const { genes } = await readCompetition(file, { record: DEEPCHROME_RECORD });
  deepStrictEqual(genes, ["a", "b"]);
});
