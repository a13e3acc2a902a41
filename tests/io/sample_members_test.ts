import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  bytesSource,
  type CompetitionBlock,
  type NpzMemberData,
  openNpz,
  readCompetition,
  writeCompetition,
  type WriteCompetitionOptions,
} from "../../src/io/mod.ts";
import { faultOfName } from "../../src/io/names.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../src/record.ts";
import { withDirectory } from "../helpers/command.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { collect, npzBytes } from "./_npz_helpers.ts";

const MARKS = ["H3K27me3", "H3K4me1", "H3K4me3"];
const RECORD: DataRecord = { ...DEEPCHROME_RECORD, marks: MARKS };
const KEEP: DataRecord = { ...RECORD, replicates: "keep" };

/** A cell type of two genes and two bins, in which some marks have no signal. */
function block(cellType: string, missing: readonly string[] = []): CompetitionBlock {
  const signal = Array.from({ length: 2 * 2 * MARKS.length }, (_, i) => {
    return missing.includes(MARKS[i % MARKS.length]!) ? 0 : i + 1;
  });
  const genes = ["ENSG00000000419", "ENSG00000000457"];
  return { cellType, genes, signal, labels: [0.5, 1.5] };
}

async function written(
  blocks: readonly CompetitionBlock[],
  options: Partial<WriteCompetitionOptions> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await collect((sink) => writeCompetition(sink, blocks, { record: RECORD, ...options }));
}

const readBytes = (bytes: Uint8Array<ArrayBuffer>, cellTypes?: string[]) =>
  readCompetition(bytesSource(bytes, "x.npz"), { cellTypes });

/** A file of the members of cell types, and of texts. */
async function fileWith(
  cellTypes: readonly string[],
  texts: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | Partial<NpzMemberData>>>,
  record: DataRecord = RECORD,
): Promise<Uint8Array<ArrayBuffer>> {
  const columns = MARKS.length + 2;
  const cells = cellTypes.map((name): NpzMemberData => {
    const data = Float64Array.from(
      { length: 2 * columns },
      (_, i) => i % columns === 0 ? 419 : i % columns === 1 || i % columns === columns - 1 ? 1 : 0,
    );
    return { name, dtype: "float64", shape: [1, 2, columns], data };
  });
  const others = Object.entries(texts).map(([name, text]): NpzMemberData => {
    const data = typeof text === "string" ? new TextEncoder().encode(text) : text;
    if (!(data instanceof Uint8Array)) return { name, ...data } as NpzMemberData;
    return { name, dtype: "uint8", shape: [data.length], data };
  });
  return await npzBytes([...others, ...cells], { comment: JSON.stringify({ histone: record }) });
}

async function refused(bytes: Uint8Array<ArrayBuffer>, message: RegExp): Promise<void> {
  await rejects(readBytes(bytes), (error) => {
    ok(error instanceof Error && error.name === "FormatError", String(error));
    ok(message.test(error.message), `${error.message}\n${message}`);
    ok(error.message.includes("x.npz"), error.message);
    return true;
  });
}

Deno.test("groups come back by cell type, those without a group as their own", async () => {
  const blocks = ["liver.1", "heart", "liver.2"].map((name) => block(name));
  const cellTypeGroups = new Map([["liver.1", "liver"], ["liver.2", "liver"]]);
  const bytes = await written(blocks, { record: KEEP, cellTypeGroups });
  deepStrictEqual((await readBytes(bytes)).cellTypeGroups, ["liver", "heart", "liver"]);
  deepStrictEqual((await readBytes(bytes, ["liver.2"])).cellTypeGroups, ["liver"]);
  strictEqual((await readBytes(bytes, ["heart"])).cellTypeGroups, undefined);
});

Deno.test("the mask comes back by cell type and mark, and only where something is missing", async () => {
  const blocks = [
    block("E003"),
    block("E114", ["H3K4me1"]),
    block("E118", ["H3K27me3", "H3K4me3"]),
  ];
  const missingMarks = new Map([["E118", ["H3K4me3", "H3K27me3"]], ["E114", ["H3K4me1"]]]);
  const bytes = await written(blocks, { missingMarks });
  deepStrictEqual([...(await readBytes(bytes)).markMask!], [1, 1, 1, 1, 0, 1, 0, 1, 0]);
  deepStrictEqual([...(await readBytes(bytes, ["E118"])).markMask!], [0, 1, 0]);
  strictEqual((await readBytes(bytes, ["E003"])).markMask, undefined);
});

Deno.test("a file whose cell types stand alone and have every mark has neither member", async () => {
  const blocks = [block("E003"), block("E114")];
  const plain = await written(blocks);
  for (
    const options of [
      {},
      { cellTypeGroups: new Map(), missingMarks: new Map() },
      { cellTypeGroups: new Map([["E003", "E003"]]), missingMarks: new Map([["E114", []]]) },
    ]
  ) {
    const bytes = await written(blocks, options);
    deepStrictEqual(bytes, plain);
    using npz = await openNpz(bytesSource(bytes));
    deepStrictEqual(npz.members.map(({ name }) => name), ["E003", "E114"]);
    const columns = await readBytes(bytes);
    ok(!("cellTypeGroups" in columns) && !("markMask" in columns));
  }
});

Deno.test("whatever was written is read, in any order of members and for any choice of cell types", async () => {
  const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(names, fc.infiniteStream(fc.nat()), async (cellTypes, random) => {
      const next = (below: number) => random.next().value! % below;
      const isSound = (name: string) => faultOfName(name) === undefined && !/[/\\]/.test(name);
      const sound = cellTypes.map((name, i) => isSound(name) ? `${i}${name}` : `${i}`);
      const groups = new Map(sound.map((name) => [name, `group ${next(3)}`]));
      const missing = new Map(
        sound.map((name) => [name, MARKS.filter(() => next(2) === 0).slice(0, MARKS.length - 1)]),
      );
      const blocks = sound.map((name) => block(name, missing.get(name)));
      const bytes = await written(blocks, { cellTypeGroups: groups, missingMarks: missing });
      using npz = await openNpz(bytesSource(bytes));
      const members: NpzMemberData[] = [];
      for (const { name } of npz.members) {
        members.splice(next(4), 0, { name, ...await npz.read(name) });
      }
      const again = await npzBytes(members, { comment: npz.comment });
      const chosen = sound.filter(() => next(2) === 0);
      const { cellTypes: read, cellTypeGroups, markMask } = await readBytes(
        again,
        chosen.length === 0 ? undefined : chosen,
      );
      deepStrictEqual(cellTypeGroups, read.map((name) => groups.get(name)));
      const expected = read.flatMap((name) =>
        MARKS.map((mark) => missing.get(name)!.includes(mark) ? 0 : 1)
      );
      deepStrictEqual(markMask && [...markMask], expected.includes(0) ? expected : undefined);
    }),
    { numRuns: 40 },
  );
});

Deno.test("groups that contradict the file are refused by name", async () => {
  const head = "cell_type\tgroup\n";
  const cases: [string | Uint8Array<ArrayBuffer> | Partial<NpzMemberData>, RegExp][] = [
    ["", /"__groups__": its header is "", expected cell_type group/],
    ["group\tcell_type\nA\tx\nB\tx\n", /its header is "group\\tcell_type"/],
    [`${head}A\tx\n`, /it has no row for cell type "B", expected one for each of the file/],
    [`${head}A\tx\nB\tx\nA\ty\n`, /row 3 has cell type "A" again/],
    [`${head}A\tx\nB\n`, /row 2 is "B", expected a cell type and its group/],
    [`${head}A\tx\nB\t\n`, /row 2 is "B\\t"/],
    [`${head}A\tx\tz\nB\tx\n`, /row 1 is "A\\tx\\tz"/],
    [`${head}A\tx\n\nB\tx\n`, /row 2 is ""/],
    [`${head}A\tx\ry\nB\tx\n`, /group of cell type "A": .* has control characters/],
    [`${head}A\t__x\nB\tx\n`, /group of cell type "A": "__x" starts with "__"/],
    [`${head}A\t${"x".repeat(201)}\nB\tx\n`, /has 201 characters, expected at most 200/],
    [`${head}A\tB\nB\tx\n`, /"A" is in group "B", but cell type "B" is in group "x"/],
    [Uint8Array.of(0xff, 0xfe), /it is not UTF-8 text/],
    [new Uint8Array(2 ** 17 + 1).fill(10), /it has 131073 lines, expected at most 131072/],
    [{ dtype: "float64", shape: [2], data: new Float64Array(2) }, /it is float64 \[2\]/],
    [{ dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) }, /it is uint8 \[1, 1\]/],
    [
      { dtype: "uint8", shape: [2 ** 26], data: new Uint8Array(2 ** 26) },
      /it is uint8 \[67108864\], expected .* at most 67108864 of them/,
    ],
  ];
  for (const [groups, message] of cases) {
    await refused(await fileWith(["A", "B"], { __groups__: groups }), message);
  }
  await refused(
    await fileWith(["A"], {}, KEEP),
    /replicates were kept, but it has no member __groups__/,
  );
  // Rows of cell types that were removed from the file, or that were never in it, mean nothing.
  const others = await fileWith(["A", "B"], {
    __groups__: `${head}C\tx\nA\tx\nB\tx`.replaceAll("\n", "\r\n"),
  });
  deepStrictEqual((await readBytes(others)).cellTypeGroups, ["x", "x"]);
});

Deno.test("a mask that contradicts the file is refused by name", async () => {
  const head = `cell_type\t${MARKS.join("\t")}\n`;
  const cases: [string | Partial<NpzMemberData>, RegExp][] = [
    ["\n", /"__mask__": its header is "", expected cell_type and the file's marks, H3K27me3,/],
    [`${head}A\t1\t0\t1\n`, /it has no row for cell type "B"/],
    [`${head}A\t1\t0\t1\nA\t1\t0\t1\nB\t1\t1\t1\n`, /row 2 has cell type "A" again/],
    [`${head}A\t1\t0\nB\t1\t1\t1\n`, /row 1 is .* expected a cell type and 3 cells of 0 or 1/],
    [`${head}A\t1\t0\t1\t1\nB\t1\t1\t1\n`, /row 1 is/],
    [`${head}A\t1\t2\t1\nB\t1\t1\t1\n`, /row 1 is/],
    [`${head}A\t1\t \t1\nB\t1\t1\t1\n`, /row 1 is/],
    [`${head}A\t0\t0\t0\nB\t1\t1\t1\n`, /no mark was measured in "A", expected at least one/],
    [head.replace("H3K4me1", "H3K9me3"), /its header is .*H3K9me3/],
    [head.replace("H3K4me1", "H3K4me3"), /its header is .*H3K4me3\\tH3K4me3/],
    [head.replace("\tH3K4me1", ""), /its header is/],
    [head.replace("\n", "\tH3K9me3\n"), /its header is/],
    [{ dtype: "uint8", shape: [2, 3], data: new Uint8Array(6) }, /it is uint8 \[2, 3\]/],
    [{ dtype: "int8", shape: [], data: Int8Array.of(1) }, /it is int8 \[\]/],
  ];
  for (const [mask, message] of cases) {
    await refused(await fileWith(["A", "B"], { __mask__: mask }), message);
  }
  const marks = MARKS.toReversed();
  const reordered = `cell_type\t${marks.join("\t")}\nB\t1\t1\t1\nZ\t0\t0\t0\nA\t0\t1\t1\n`;
  const { markMask } = await readBytes(await fileWith(["A", "B"], { __mask__: reordered }));
  deepStrictEqual([...markMask!], [1, 1, 0, 1, 1, 1]);
});

Deno.test("groups and marks that the data lack are not written", async () => {
  const blocks = [block("A"), block("B", ["H3K4me1"])];
  const cases: [Partial<WriteCompetitionOptions>, RegExp][] = [
    [{ cellTypeGroups: new Map([["C", "x"]]) }, /"C" is not one of the data's, A, B/],
    [{ cellTypeGroups: new Map([["A", ""]]) }, /group of cell type "A": it is empty/],
    [{ cellTypeGroups: new Map([["A", "a\tb"]]) }, /has control characters/],
    [{ cellTypeGroups: new Map([["A", "B"], ["B", "x"]]) }, /"B" is in group "x"/],
    [{ missingMarks: new Map([["C", ["H3K4me1"]]]) }, /"C" is not one of the data's cell types, A/],
    [{ missingMarks: new Map([["B", ["H3K9me3"]]]) }, /"H3K9me3" is not one of the data's marks/],
    [{ missingMarks: new Map([["B", MARKS]]) }, /H3K27me3 was not measured, but its signal/],
    [
      { missingMarks: new Map([["A", ["H3K4me1"]]]) },
      /cell type "A": H3K4me1 was not measured, but its signal at gene ENSG00000000419 is 2/,
    ],
  ];
  for (const [options, message] of cases) {
    await rejects(written(blocks, options), (error) => {
      ok(error instanceof RangeError, String(error));
      ok(message.test(error.message), `${error.message}\n${message}`);
      return true;
    });
  }
  const none = { missingMarks: new Map([["A", MARKS]]) };
  await rejects(written([block("A", MARKS)], none), /no mark was measured in "A"/);
});

testWith(
  "numpy",
  "groups and mask are text that any program reads, and survive numpy",
  async () => {
    await withDirectory(async (directory) => {
      const [path, again] = [`${directory}/x.npz`, `${directory}/again.npz`];
      await Deno.writeFile(
        path,
        await written([block("liver.1", ["H3K4me1"]), block("liver.2"), block("heart")], {
          record: KEEP,
          cellTypeGroups: new Map([["liver.1", "liver"], ["liver.2", "liver"]]),
          missingMarks: new Map([["liver.1", ["H3K4me1"]]]),
        }),
      );
      const program = `
import io, sys, zipfile
import numpy as np
path, again = sys.argv[1:]
data = dict(np.load(path))
for name in "__groups__", "__mask__":
    print(data[name].tobytes().decode(), end="")
mask = np.genfromtxt(io.BytesIO(data["__mask__"]), names=True, dtype=None, encoding="utf-8", delimiter="\\t")
print(mask["H3K4me1"].tolist())
del data["liver.2"]
np.savez(again, **dict(reversed(data.items())))
with zipfile.ZipFile(path) as old, zipfile.ZipFile(again, "a") as new:
    new.comment = old.comment
`;
      strictEqual(
        await runNumpy(program, [path, again]),
        "cell_type\tgroup\nliver.1\tliver\nliver.2\tliver\nheart\theart\n" +
          `cell_type\t${MARKS.join("\t")}\nliver.1\t1\t0\t1\nliver.2\t1\t1\t1\nheart\t1\t1\t1\n` +
          "[0, 1, 1]\n",
      );
      const { cellTypes, cellTypeGroups, markMask } = await readCompetition(again);
      deepStrictEqual(cellTypes, ["heart", "liver.1"]);
      deepStrictEqual(cellTypeGroups, ["heart", "liver"]);
      deepStrictEqual([...markMask!], [1, 1, 1, 1, 0, 1]);
    });
  },
);

Deno.test("a mask that says that there was no mark of which there is signal is refused, in what is read", async () => {
  const mask = `cell_type\t${MARKS.join("\t")}\nA\t0\t1\t1\nB\t1\t0\t0\n`;
  const bytes = await fileWith(["A", "B"], { __mask__: mask });
  const message = /"__mask__": H3K27me3 was not measured in A, but its signal in row 0 is 1/;
  await refused(bytes, message);
  deepStrictEqual([...(await readBytes(bytes, ["B"])).markMask!], [1, 0, 0]);
});

Deno.test("genes that are of each other are refused", async () => {
  const table = "number\tgene_id\tsymbol\tchrom\ttss\tstrand\tgene\n419\tt1\t\t\t\t\tt1\n";
  const { geneDetails } = await readBytes(await fileWith(["A"], { __genes__: table }));
  deepStrictEqual(geneDetails, [{ gene: "t1" }]);
  const other = table.replace("\tt1\n", "\tt2\n").concat("420\tt2\t\t\t\t\tt1\n");
  const columns = MARKS.length + 2;
  const data = Float64Array.from({ length: 4 * columns }, (_, i) => {
    return i % columns === 0
      ? 419 + Math.floor(i / (2 * columns))
      : i % columns === columns - 1
      ? 1
      : 0;
  });
  const file = await npzBytes([
    { name: "A", dtype: "float64", shape: [2, 2, columns], data },
    ...[other].map((text): NpzMemberData => {
      const bytes = new TextEncoder().encode(text);
      return { name: "__genes__", dtype: "uint8", shape: [bytes.length], data: bytes };
    }),
  ], { comment: JSON.stringify({ histone: RECORD }) });
  await refused(file, /"__genes__": gene "t1" is in group "t2", but gene "t2" is in group "t1"/);
});

testWith(
  "numpy",
  "the documented program adds a mask to a file, which keeps its record",
  async () => {
    const page = await Deno.readTextFile(new URL("../../docs/formats.md", import.meta.url));
    const section = page.slice(page.indexOf("## Replicates and missing marks"));
    const program = /```python\n(.*?)```/s.exec(section)?.[1];
    ok(program !== undefined);
    const { marks } = DEEPCHROME_RECORD;
    const record = { ...DEEPCHROME_RECORD, source: "a test" };
    const blocks = ["E003", "E114"].map((cellType): CompetitionBlock => {
      const signal = Array.from(
        { length: 2 * marks.length },
        (_, i) => i % marks.length === 2 ? 0 : 1,
      );
      return { cellType, genes: ["ENSG00000000419.14"], signal, labels: [1] };
    });
    await withDirectory(async (directory) => {
      const path = `${directory}/data.npz`;
      await Deno.writeFile(path, await written(blocks, { record }));
      await runNumpy(`import os, sys\nos.chdir(sys.argv[1])\n${program}`, [directory]);
      const columns = await readCompetition(path);
      deepStrictEqual([...columns.markMask!], [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]);
      deepStrictEqual(columns.record, record);
      deepStrictEqual(columns.genes, ["ENSG00000000419.14"]);
    });
  },
);
