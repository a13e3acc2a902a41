/** `simulate --compare` prints statistics of data beside those of as many simulated ones. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { RandomStream } from "../../src/random.ts";
import { writeSimulation } from "../../src/simulate/write.ts";
import { taskCommand } from "../helpers/command.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

const LOG2 = ["--expression-transform", "log2p1"];
const SIZE = ["--cell-types", "8", "--genes", "400"];
const MANY = ["--cell-types", "25", "--genes", "4000"];

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function compare(args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await taskCommand("simulate", args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The columns of a line: what is measured, its values in the data, and in the simulation. */
function columnsOf(stdout: string, name: string): string[] {
  const line = stdout.split("\n").find((line) => line.trim().startsWith(`${name} `));
  ok(line !== undefined, `${name} is not in\n${stdout}`);
  return line.trim().split(/ {2,}/);
}

Deno.test("simulated data are told to be like themselves to the last digit", async () => {
  await inFolder(async (folder) => {
    const size = { cellTypes: 3, genes: 40, newCellTypes: 1, newGenes: 1 };
    await writeSimulation(folder, { ...size, expressionTransform: "log2p1" });
    const { stdout, code } = await compare([
      "--compare",
      `${folder}/train.npz`,
      ...LOG2,
    ]);
    strictEqual(code, 0);
    const rows = stdout.split("\n").filter((line) => line.startsWith("  ")).map((line) =>
      line.trim().split(/ {2,}/)
    ).filter(({ length }) => length === 3);
    ok(rows.length > 90, stdout);
    // Files hold float32: quantities of labels may differ in the last digit.
    const differing = rows.filter(([, real, simulated]) => real !== simulated);
    ok(differing.length <= 2, JSON.stringify(differing));
    deepStrictEqual(columnsOf(stdout, "ridge regression: r, new genes").length, 3);
    strictEqual(Array.from(Deno.readDirSync(folder)).length, 4, "nothing is written");
  });
});

Deno.test("labels of another kind are refused, with the flag that mends it", async () => {
  await inFolder(async (folder) => {
    const size = { cellTypes: 2, genes: 10, newCellTypes: 1, newGenes: 1, bins: 4 };
    await writeSimulation(folder, { ...size, expressionTransform: "log2p1" });
    const { code, stderr } = await compare(["--compare", `${folder}/train.npz`]);
    strictEqual(code, 1);
    match(
      stderr,
      /are log2p1, the simulated ones signed-log-difference.*--expression-transform log2p1/,
    );
  });
});

Deno.test("data without labels and without counts have nothing to compare", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/E003.csv`,
      ["000003,1,0.5,0,0,0,0", "000005,1,0.5,0,0,0,0"].join("\n"),
    );
    const { code, stderr } = await compare(["--compare", `${folder}/E003.csv`]);
    strictEqual(code, 1);
    match(stderr, /Cannot /);
  });
});

Deno.test("a table of expression is compared over the competition's genes, in both kinds of labels", async () => {
  await inFolder(async (folder) => {
    const stream = new RandomStream([1, 1]);
    const rows = competitionGenes().map(({ number }) => {
      const values = Array.from({ length: 3 }, () => Math.exp(2 * stream.normal()).toFixed(3));
      return [ensemblGeneId(number), ...values].join("\t");
    });
    const table = `${folder}/RPKM.tsv`;
    await Deno.writeTextFile(table, ["gene_id\tE000\tE003\tE004", ...rows, ""].join("\n"));
    const logarithms = await compare([
      "--compare-expression",
      table,
      ...LOG2,
    ]);
    strictEqual(logarithms.code, 0, logarithms.stderr);
    // Independent of each other: no gene is more alike in two cell types than another.
    strictEqual(columnsOf(logarithms.stdout, "share of variance: genes")[1], "0.00");
    const [, , simulated] = columnsOf(logarithms.stdout, "share of variance: genes");
    ok(Math.abs(Number(simulated) - 0.71) < 0.04, simulated);
    const differences = await compare(["--compare-expression", table, ...MANY]);
    const [, real, other] = columnsOf(differences.stdout, "share of variance: genes");
    // All cell types have the reference in common.
    ok(Number(real) > 0.1 && Math.abs(Number(other) - 0.19) < 0.06, differences.stdout);
  });
});

Deno.test("a table that lacks the reference is refused", async () => {
  await inFolder(async (folder) => {
    const table = `${folder}/RPKM.tsv`;
    await Deno.writeTextFile(table, "gene_id\tE003\nENSG00000000003\t1\n");
    const { code, stderr } = await compare(["--compare-expression", table]);
    strictEqual(code, 1);
    match(stderr, /no column E000/);
  });
});

testWith(
  "shared",
  "real counts are like simulated ones, and peaks are not taken for counts",
  async () => {
    const path = sharedFile("data/real/counts_log2.npz").pathname;
    const { stdout } = await compare([
      "--compare",
      path,
      ...LOG2,
      ...SIZE,
    ]);
    const within: readonly (readonly [string, number])[] = [
      ["variance", 0.5],
      ["share that is 0", 0.03],
      ["share of variance: genes", 0.05],
      ["ridge regression: r, new genes", 0.07],
      ["r of H3K36me3 and H3K4me3", 0.12],
    ];
    for (const [name, tolerance] of within) {
      const [, real, simulated] = columnsOf(stdout, name).map(parseFloat);
      ok(Math.abs(real! - simulated!) < tolerance, `${name}: ${real}, simulated ${simulated}`);
    }
    const peaks = sharedFile("data/real/peaks_log2.npz").pathname;
    const { stdout: labels } = await compare([
      "--compare",
      peaks,
      ...LOG2,
    ]);
    match(labels, /is not counts, so only labels are compared/);
    const [, real, simulated] = columnsOf(labels, "variance").map(parseFloat);
    ok(Math.abs(real! - simulated!) < 0.2, `${real}, simulated ${simulated}`);
    ok(!labels.includes("H3K4me3"));
  },
);
