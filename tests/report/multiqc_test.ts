import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset, summariseDataset } from "../../src/data/mod.ts";
import { type DataPageInput, multiqcFiles } from "../../src/report/mod.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { makeData } from "./_data.ts";

function inputOf(seed: number): DataPageInput {
  const [first, second] = ["liver", "lung"] as const;
  const file = {
    mark: "H3K4me3",
    format: "bam",
    reads: 1000,
    readsInWindows: 400,
    shareInWindows: 0.4,
  };
  return {
    name: "a.npz",
    data: summariseDataset(makeData([first, second], { seed })),
    files: [
      { ...file, name: "1.bam", cellType: first },
      { ...file, name: "2.bam", cellType: first },
      { ...file, name: "3.bam", cellType: second, reads: undefined, shareInWindows: undefined },
    ],
  };
}

interface Content {
  readonly id: string;
  readonly plot_type: string;
  readonly pconfig?: { readonly id: string; readonly title: string };
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

function parse(files: readonly { readonly content: unknown }[]): Content[] {
  return files.map(({ content }) => JSON.parse(String(content)));
}

Deno.test("every file is what MultiQC's custom content takes", () => {
  const files = multiqcFiles(inputOf(1), { key: "a-1f" });
  const contents = parse(files);
  for (const { path } of files) match(path, /^histone_a-1f_\w[\w.-]*_mqc\.json$/);
  deepStrictEqual(contents.map(({ plot_type }) => plot_type), [
    "generalstats",
    "generalstats",
    "bargraph",
    ...Array(5).fill("linegraph"),
    "linegraph",
    "table",
  ]);
  for (const { id, plot_type, pconfig, headers, data } of contents) {
    match(id, /^histone_/);
    ok(Object.keys(data).length > 0, id);
    ok(Object.keys(data).every((sample) => sample.startsWith("a-1f | ")), id);
    if (plot_type === "generalstats" || plot_type === "table") {
      const known = Object.keys(headers ?? {});
      for (const row of Object.values(data)) {
        for (const [column, value] of Object.entries(row as object)) {
          ok(known.includes(column), column);
          ok(typeof value === "string" || Number.isFinite(value), `${id} ${column}`);
        }
      }
    } else strictEqual(pconfig?.id, `${id}_plot`);
    if (plot_type !== "linegraph") continue;
    for (const points of Object.values(data) as [number, number][][]) {
      ok(
        points.every((point, i) => point.length === 2 && (i === 0 || point[0] > points[i - 1]![0])),
        id,
      );
    }
  }
  strictEqual(new Set(contents.map(({ id }) => id)).size, contents.length);
});

Deno.test("replicates have a row each, and unknown numbers are left out", () => {
  const [, reads] = parse(multiqcFiles(inputOf(1), { key: "k" }));
  const rows = Object.entries(reads!.data);
  deepStrictEqual(rows.map(([name]) => name.split(" | ").slice(2)), [
    ["H3K4me3", "1.bam"],
    ["H3K4me3", "2.bam"],
    ["H3K4me3"],
  ]);
  deepStrictEqual(rows[0]![1], { histone_reads: 1000, histone_in_windows: 400, histone_share: 40 });
  deepStrictEqual(rows[2]![1], { histone_in_windows: 400 });
});

Deno.test("names of files are plain words, and marks that differ in other signs have files of their own", () => {
  const data = summariseDataset(
    new Dataset({
      signal: Uint8Array.of(1, 2),
      labels: undefined,
      cellTypes: ["C"],
      cellTypeIndex: Uint32Array.of(0),
      genes: ["G"],
      geneIndex: Uint32Array.of(0),
      bins: 1,
      record: { ...DEEPCHROME_RECORD, marks: ["a/b", "a b"] },
    }),
  );
  const paths = multiqcFiles({ name: "x", data }, { key: "../../é x" }).map(({ path }) => path);
  for (const path of paths) match(path, /^[\w.-]+$/);
  strictEqual(new Set(paths).size, paths.length);
});

testIf(await hasMultiqc(), "multiqc", {
  name: "MultiQC joins two data sets in one report, in its strict mode",
  fn: () =>
    withDirectory(async (directory) => {
      for (const [seed, key] of [[1, "a-11"], [2, "a-22"]] as const) {
        for (const { path, content } of multiqcFiles(inputOf(seed), { key })) {
          await Deno.writeTextFile(`${directory}/${path}`, String(content));
        }
      }
      const { code, stderr } = await new Deno.Command("multiqc", {
        args: ["--strict", "--quiet", "--outdir", `${directory}/report`, directory],
        env: { HOME: directory },
      }).output();
      strictEqual(code, 0, new TextDecoder().decode(stderr));
      const report = JSON.parse(
        await Deno.readTextFile(`${directory}/report/multiqc_data/multiqc_data.json`),
      );
      const plots = Object.keys(report.report_plot_data);
      for (
        const id of ["histone_totals_plot", "histone_profile_H3K4me3_plot", "histone_labels_plot"]
      ) {
        ok(plots.includes(id), `${id} in ${plots}`);
      }
      const text = JSON.stringify(report.report_general_stats_data);
      ok(text.includes("a-11 | ") && text.includes("a-22 | "));
    }),
});

async function hasMultiqc(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("multiqc", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    })
      .output();
    return success;
  } catch {
    return false;
  }
}
