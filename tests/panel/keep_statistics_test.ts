/** Panels of label statistics alone. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { trainedGenesOf } from "../../src/model/known_genes.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { describePanel } from "../../src/panel/describe_panel.ts";
import { extendPanel, growPanel } from "../../src/panel/extend_panel.ts";
import { keepStatistics } from "../../src/panel/keep_statistics.ts";
import { LABEL_STATISTICS, panelBytes, type ReferencePanel } from "../../src/panel/panel.ts";
import { readPanel, writePanel } from "../../src/panel/panel_file.ts";
import { countKnown, describeReading } from "../../src/panel/reading.ts";
import { placeInPanel } from "../../src/panel/references.ts";
import { randomColumns } from "../helpers/panel_samples.ts";

const COLUMNS = randomColumns(4, 6);
const DATA = new Dataset(COLUMNS);
const PANEL = await buildPanel(DATA);
const STATISTICS = await keepStatistics(PANEL);

/** Number, mean, standard deviation, least and most, the slow way. */
function slowStatistics(labels: readonly number[]): number[] {
  if (labels.length === 0) return [0, 0, 0, 0, 0];
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
  const squares = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0);
  const sd = Math.sqrt(squares / labels.length);
  return [labels.length, mean, sd, Math.min(...labels), Math.max(...labels)];
}

function statisticsIn({ statistics }: ReferencePanel, gene: number): number[] {
  const start = gene * LABEL_STATISTICS;
  return [...statistics!.values.subarray(start, start + LABEL_STATISTICS)];
}

function isNear(found: readonly number[], wanted: readonly number[]): void {
  strictEqual(found.length, wanted.length);
  found.forEach((value, i) =>
    ok(Math.abs(value - wanted[i]!) < 1e-5, `${found.join()} for ${wanted.join()}`)
  );
}

async function fileOf(panel: ReferencePanel, change = (member: NpzMemberData) => member) {
  const collect = async (write: (sink: WritableStream<Uint8Array>) => Promise<void>) => {
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    const [bytes] = await Promise.all([new Response(readable).bytes(), write(writable)]);
    return bytesSource(bytes, "panel.npz");
  };
  const npz = await openNpz(await collect((sink) => writePanel(sink, panel)));
  const members: NpzMemberData[] = [];
  for (const { name } of npz.members) {
    const { dtype, shape, data } = await npz.read(name);
    members.push(change({ name, dtype, shape, data: data as Uint8Array }));
  }
  return await collect((sink) => writeNpz(sink, members));
}

Deno.test("a panel of statistics has those of each gene, and neither marks nor single labels", () => {
  for (let gene = 0; gene < 6; gene++) {
    const labels = [0, 1, 2, 3].map((cellType) => COLUMNS.labels![cellType * 6 + gene]!);
    isNear(statisticsIn(STATISTICS, gene), slowStatistics(labels));
  }
  const { cellTypes, values, present, labels, labelMean, genes, turned, statistics } = STATISTICS;
  deepStrictEqual([values.length, present.length, labels.length], [0, 0, 0]);
  deepStrictEqual(cellTypes, []);
  deepStrictEqual(statistics!.cellTypes, PANEL.cellTypes);
  deepStrictEqual([labelMean, genes, turned], [PANEL.labelMean, PANEL.genes, PANEL.turned]);
  strictEqual(panelBytes(STATISTICS), 6 * (1 + 4 * LABEL_STATISTICS) + 4 * PANEL.scales.length);
  strictEqual(describePanel(STATISTICS), "label statistics of 6 genes over 4 cell types");
});

Deno.test("statistics of known labels are right, whichever labels are known and in however many steps", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
      fc.integer({ min: 1, max: 3 }),
      async (isKnown, cut) => {
        const known = DATA.filter((row) => isKnown[row] === true);
        const [first, second] = [
          known.filter((row) => known.cellTypeIndices()[row]! < cut),
          known.filter((row) => known.cellTypeIndices()[row]! >= cut),
        ];
        if (first.length === 0 || second.length === 0) return;
        const grown = await growPanel(await keepStatistics(await buildPanel(first)), second);
        const panel = await keepStatistics(grown);
        for (const [place, gene] of panel.genes.entries()) {
          const labels = [...known.rows.keys()].filter((row) => known.geneOf(row) === gene)
            .map((row) => known.labels()[row]!);
          isNear(statisticsIn(panel, place), slowStatistics(labels));
        }
        strictEqual(panel.statistics!.cellTypes.length, new Set(known.cellTypeIndices()).size);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a panel of statistics is the same after writing and reading, and has a digest of its own", async () => {
  const grown = await growPanel(
    await keepStatistics(await buildPanel(DATA.filter((row) => row < 12))),
    DATA.filter((row) => row >= 12),
  );
  for (const panel of [STATISTICS, grown]) {
    deepStrictEqual(await readPanel(await fileOf(panel)), panel);
  }
  const digests = [PANEL, STATISTICS, grown].map(({ digest }) => digest);
  strictEqual(new Set(digests).size, 3);
  // The statistics, and whose they are, are in the digest.
  const named = await readPanel(
    await fileOf(STATISTICS, (member) => {
      if (member.name !== "about") return member;
      const text = new TextDecoder().decode(member.data as Uint8Array).replaceAll(
        "cell 0",
        "cell 9",
      );
      return { ...member, data: new TextEncoder().encode(text) };
    }),
  );
  ok(named.digest !== STATISTICS.digest);
});

Deno.test("statistics that cannot be are refused", async () => {
  const wrong: readonly (readonly [readonly number[], RegExp])[] = [
    [[1.5, 0, 0, 0, 0], /statistics of gene 0 are 1.5, 0, 0, 0, 0, expected the number/],
    [[-1, 0, 0, 0, 0], /statistics of gene 0/],
    [[2, NaN, 0, 0, 0], /statistics of gene 0/],
    [[2, 1, -0.1, 0, 2], /statistics of gene 0/],
    [[2, 1, 1, 2, 0], /statistics of gene 0/],
    [[2, 9, 1, 0, 2], /statistics of gene 0/],
    [[0, 1, 0, 0, 0], /statistics of gene 0/],
    [[2, Infinity, 1, 0, Infinity], /statistics of gene 0/],
  ];
  for (const [values, message] of wrong) {
    const file = await fileOf(STATISTICS, (member) => {
      if (member.name !== "statistics") return member;
      const data = (member.data as Float32Array).slice();
      data.set(values);
      return { ...member, data };
    });
    await rejects(readPanel(file), { name: "FormatError", message });
  }
  const short = fileOf(
    STATISTICS,
    (member) =>
      member.name === "statistics" ? { ...member, shape: [5, 6], data: member.data } : member,
  );
  await rejects(readPanel(await short), {
    name: "FormatError",
    message: /statistics is float32 \[5, 6\], expected float32 \[6, 5\]/,
  });
  const twice = fileOf(STATISTICS, (member) => {
    if (member.name !== "about") return member;
    const text = new TextDecoder().decode(member.data as Uint8Array).replaceAll("cell 0", "cell 1");
    return { ...member, data: new TextEncoder().encode(text) };
  });
  await rejects(readPanel(await twice), { name: "FormatError", message: /a cell type twice/ });
});

Deno.test("a cell type in the statistics does not see them, by its name, group or replicate", () => {
  const columns = {
    ...COLUMNS,
    cellTypes: ["cell 0", "cell 1.a", "other", "new"],
    cellTypeGroups: ["cell 0", "cell 1", "cell 2", "new"],
  };
  const { seesStatistics, references } = placeInPanel(STATISTICS, columns);
  deepStrictEqual(seesStatistics, [false, false, false, true]);
  deepStrictEqual(references.map(({ length }) => length), [0, 0, 0, 0]);
  // Another panel has none to be seen.
  deepStrictEqual(placeInPanel(PANEL, columns).seesStatistics, [false, false, false, false]);
});

Deno.test("marks are not added to statistics, and their cell types are not added as references", async () => {
  await rejects(extendPanel(STATISTICS, [DATA]), {
    name: "ContractError",
    message: /it holds label statistics alone, expected a panel of reference cell types/,
  });
  strictEqual(await extendPanel(STATISTICS, []), STATISTICS);
  strictEqual(await growPanel(STATISTICS, DATA), STATISTICS);
  const first = await keepStatistics(await buildPanel(DATA.filter((row) => row < 6)));
  const grown = await growPanel(first, DATA);
  deepStrictEqual(grown.cellTypes.map(({ name }) => name), ["cell 1", "cell 2", "cell 3"]);
  strictEqual(
    describePanel(grown),
    "6 genes in 3 cell types, 6 with labels; label statistics over 1 more cell type",
  );
  // A gene that only the samples have has no statistics.
  const some = await keepStatistics(
    await buildPanel(DATA.filter((row) => row < 6 && row % 6 !== 5)),
  );
  const more = await growPanel(some, DATA.filter((row) => row >= 6));
  strictEqual(more.genes.length, 6);
  deepStrictEqual(statisticsIn(more, 5), [0, 0, 0, 0, 0]);
  deepStrictEqual(statisticsIn(more, 0), statisticsIn(some, 0));
});

Deno.test("genes with statistics are known, and the reading says what was known of them", async () => {
  const some = await keepStatistics(await buildPanel(DATA.filter((row) => row % 6 !== 5)));
  deepStrictEqual(trainedGenesOf({ panel: some }), new Set(some.genes));
  const reading = countKnown(some, DATA);
  deepStrictEqual(reading, {
    cellTypes: 0,
    statisticCellTypes: 4,
    genes: 6,
    newGenes: 1,
    newGenesWithMarks: 0,
    hasMarks: false,
  });
  strictEqual(
    describeReading(reading),
    "label statistics of 5 genes over 4 cell types were in the panel, and no marks; 1 gene was new",
  );
  strictEqual(
    describeReading(countKnown(STATISTICS, DATA)),
    "label statistics of 6 genes over 4 cell types were in the panel, and no marks",
  );
});
