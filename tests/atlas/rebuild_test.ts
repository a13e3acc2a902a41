/** The competition's files rebuilt from a local copy of Roadmap's. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { competitionLabel } from "../../src/atlas/competition_labels.ts";
import { CountStore, STORE_FOLDER } from "../../src/atlas/_count_store.ts";
import { digestOf } from "../../src/genome/kept_numbers.ts";
import { hasStartedWriting, rebuildCompetition } from "../../src/atlas/rebuild.ts";
import {
  type RebuildOptions,
  type RebuildPlan,
  REBUILT_FILES,
} from "../../src/atlas/rebuild_options.ts";
import { localRoadmap } from "../../src/atlas/roadmap_files.ts";
import { ROADMAP_MARKS, roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { readPredictions } from "../../src/io/submission.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { runNumpy, testIf, testWith } from "../helpers/require.ts";
import { gzip, makeTree, type Tree, type TreeGene, writeTree } from "../helpers/roadmap_tree.ts";
import { canMountSmallDisk, withSmallDisk } from "../helpers/small_disk.ts";
import { CELL_TYPES, digestOutputs, TREE } from "./_rebuilding.ts";

async function rebuild(from: string, out: string, options: Partial<RebuildOptions> = {}) {
  const files = await localRoadmap(from);
  return await rebuildCompetition(out, { files, cellTypes: CELL_TYPES, ...options });
}

/** Counts the reads of a file in the bins of a gene, one by one. */
function countSlowly({ chromosome, start, end, strand }: TreeGene, rows: string): number[] {
  const first = (strand === 1 ? start : end) - 5000;
  const counts = Array<number>(100).fill(0);
  for (const row of rows.split("\n")) {
    const [name, from, to] = row.split("\t");
    if (name !== `chr${chromosome}`) continue;
    for (let bin = 0; bin < 100; bin++) {
      const start = first + 100 * bin;
      if (Number(from) < start + 100 && Number(to) > start) counts[bin]!++;
    }
  }
  return counts;
}

/** Prints the layout of a file as its readers in Python see it, and the bits of some rows. */
const LAYOUT = `
import json, sys, numpy as np
f = np.load(sys.argv[1])
out = {"order": list(f.keys()), "members": {}}
for name in f.keys():
    x = f[name]
    out["members"][name] = {
        "dtype": str(x.dtype), "shape": list(x.shape), "fortran": bool(x.flags.f_contiguous),
        "constant": bool((x[:, :, 0] == x[:, :1, 0]).all() and (x[:, :, -1] == x[:, :1, -1]).all()),
        "ids": x[:, 0, 0].astype(int).tolist(),
        "rounded": float(np.abs(np.expm1(x[:, :, 1:6].astype(float)) - np.rint(np.expm1(x[:, :, 1:6].astype(float)))).max()),
    }
print(json.dumps(out))
`;

testWith(
  "numpy",
  "numpy reads the competition's layout: members, order, types, shapes, columns",
  () =>
    withDirectory(async (directory) => {
      await writeTree(TREE, `${directory}/tree`);
      const { rows } = await rebuild(`${directory}/tree`, `${directory}/out`);
      deepStrictEqual(rows, { train: 16_000, eval: 1447 + 17_447 });
      const numbers = (isWanted: (gene: { readonly heldOut: boolean }) => boolean) =>
        competitionGenes().filter(isWanted).map(({ number }) => number);
      const train = JSON.parse(await runNumpy(LAYOUT, [`${directory}/out/train.npz`]));
      const evaluation = JSON.parse(await runNumpy(LAYOUT, [`${directory}/out/eval.npz`]));
      deepStrictEqual(train.order, ["E003"]);
      deepStrictEqual(evaluation.order, ["E071", "E003"]);
      const check = (member: Record<string, unknown>, columns: number, ids: readonly number[]) => {
        deepStrictEqual(member.shape, [ids.length, 100, columns]);
        strictEqual(member.dtype, "float32");
        strictEqual(member.fortran, false);
        strictEqual(JSON.stringify(member.ids), JSON.stringify(ids));
        ok(member.rounded as number < 1e-5);
      };
      check(train.members.E003, 7, numbers(({ heldOut }) => !heldOut));
      strictEqual(train.members.E003.constant, true);
      check(evaluation.members.E003, 6, numbers(({ heldOut }) => heldOut));
      check(evaluation.members.E071, 6, numbers(() => true));
    }),
);

Deno.test("counts, labels and the record are right, and nothing else is left", () =>
  withDirectory(async (directory) => {
    await writeTree(TREE, `${directory}/tree`);
    await rebuild(`${directory}/tree`, `${directory}/out`);
    deepStrictEqual(filesIn(`${directory}/out`), ["eval.npz", "eval_labels.csv", "train.npz"]);
    const train = await readCompetition(`${directory}/out/train.npz`);
    const evaluation = await readCompetition(`${directory}/out/eval.npz`);
    const { ids, values } = await readPredictions(`${directory}/out/eval_labels.csv`);
    strictEqual(evaluation.labels, undefined);
    for (const { record } of [train, evaluation]) {
      strictEqual(record.transform, "log1p");
      strictEqual(record.expressionTransform, "signed-log-difference");
      strictEqual(record.expressionReference, "E000");
      match(record.source ?? "", /^Made again from .* in a local copy, not the competition's own/);
      ok(!(record.source ?? "").includes(directory));
    }
    const reference = TREE.rpkm.map((row) => row[0]!);
    const labelOf = (cellType: string, gene: number) =>
      competitionLabel(TREE.rpkm[gene]![TREE.samples.indexOf(cellType)]!, reference[gene]!);
    let reads = 0;
    for (const data of [train, evaluation]) {
      for (let row = 0; row < data.geneIndex.length; row += 397) {
        const id = data.genes[data.geneIndex[row]!]!;
        const cellType = data.cellTypes[data.cellTypeIndex[row]!]!;
        const gene = competitionGenes().findIndex(({ number }) => ensemblGeneId(number) === id);
        for (const [mark, name] of ROADMAP_MARKS.entries()) {
          const rows = TREE.alignments.get(roadmapPath({ cellType, mark: name }))!;
          const expected = countSlowly(TREE.genes[gene]!, rows);
          const found = expected.map((_, bin) => data.signal[(row * 100 + bin) * 5 + mark]);
          deepStrictEqual(found, expected, `${cellType} ${id} ${name}`);
          reads += expected.reduce((sum, count) => sum + count);
        }
        if (data.labels !== undefined) strictEqual(data.labels[row], labelOf(cellType, gene));
        else {
          strictEqual(ids[row], `${cellType}_${Number(id.slice(4))}`);
          strictEqual(Math.fround(values[row]!), labelOf(cellType, gene));
        }
      }
    }
    ok(reads > 100, `${reads}`);
    strictEqual(ids.length, evaluation.geneIndex.length);
  }));

Deno.test("a copy may be flat, and its files may be compressed or not", () =>
  withDirectory(async (directory) => {
    const flat = new Map(
      Array.from(TREE.files, ([path, bytes]) => {
        const name = path.slice(path.lastIndexOf("/") + 1);
        const text = TREE.alignments.get(path);
        if (text !== undefined && path.includes("H3K4me1")) {
          return [name.replace(/\.gz$/, ""), new TextEncoder().encode(text)];
        }
        if (!name.endsWith("gene_info")) return [name, bytes];
        return [`${name}.gz`, gzip(new TextDecoder().decode(bytes))];
      }),
    );
    await writeTree(TREE, `${directory}/tree`);
    await writeTree({ files: flat as Tree["files"] }, `${directory}/flat`);
    await rebuild(`${directory}/tree`, `${directory}/a`);
    await rebuild(`${directory}/flat/`, `${directory}/b`);
    deepStrictEqual(await digestOutputs(`${directory}/b`), await digestOutputs(`${directory}/a`));
  }));

Deno.test("a cell type that lacks something is refused by name before anything is counted, or left out", () =>
  withDirectory(async (directory) => {
    const tree = makeTree({ cellTypes: ["E003", "E004", "E071"], reads: 1000 });
    tree.files.delete(roadmapPath({ cellType: "E004", mark: "H3K4me1" }));
    tree.files.delete(roadmapPath({ cellType: "E004", mark: "H3K9me3" }));
    await writeTree(tree, `${directory}/tree`);
    const out = `${directory}/out`;
    const options = { cellTypes: ["E003", "E004", "E071", "E128"] };
    let progress = 0;
    await rejects(
      rebuild(`${directory}/tree`, out, { ...options, onProgress: () => progress++ }),
      (error: Error) => {
        match(error.message, /E004 lacks E004-H3K4me1\.tagAlign\.gz, E004-H3K9me3\.tagAlign\.gz; /);
        match(error.message, /E128 lacks all files of alignments\..*--missing leave-out/);
        return true;
      },
    );
    strictEqual(progress, 0);
    deepStrictEqual(filesIn(out), []);
    let plan: RebuildPlan | undefined;
    const { cellTypes } = await rebuild(`${directory}/tree`, out, {
      ...options,
      missing: "leave-out",
      onPlan: (found) => void (plan = found),
    });
    deepStrictEqual(cellTypes, ["E071", "E003"]);
    deepStrictEqual([...plan!.leftOut.keys()].sort(), ["E004", "E128"]);
    strictEqual(plan!.files.length, 10);
    await rejects(
      rebuild(`${directory}/tree`, out, { cellTypes: ["E004"], missing: "leave-out" }),
      /E004 lacks/,
    );
  }));

Deno.test("a cell type without a column of expression is refused by name", () =>
  withDirectory(async (directory) => {
    const path = roadmapPath("expression");
    const { samples, rpkm } = TREE;
    const without = samples.indexOf("E071");
    const drop = <Item>(items: readonly Item[]) => items.filter((_, i) => i !== without);
    const text = [
      ["gene_id", ...drop(samples)],
      ...competitionGenes().map((
        { number },
        gene,
      ) => [ensemblGeneId(number), ...drop(rpkm[gene]!)]),
    ].map((cells) => cells.join("\t")).join("\n");
    await writeTree({ files: new Map([...TREE.files, [path, gzip(text)]]) }, directory);
    await rejects(
      rebuild(directory, `${directory}/out`),
      /E071 lacks its column in .*57epigenomes\.RPKM\.pc\.gz/,
    );
  }));

Deno.test("a value of the table that is no number is refused before anything is counted", () =>
  withDirectory(async (directory) => {
    const path = roadmapPath("expression");
    const rows = competitionGenes().map(({ number }, gene) =>
      [ensemblGeneId(number), ...TREE.rpkm[gene]!.map((value) => gene === 99 ? "NA" : value)].join(
        "\t",
      )
    );
    const text = [["gene_id", ...TREE.samples].join("\t"), ...rows].join("\n");
    await writeTree({ files: new Map([...TREE.files, [path, gzip(text)]]) }, directory);
    let planned = false;
    await rejects(
      rebuild(directory, `${directory}/out`, { onPlan: () => void (planned = true) }),
      /found no value in column E071, expected an RPKM >= 0.*RPKM\.pc\.gz, line 101/,
    );
    strictEqual(planned, false);
  }));

Deno.test("a missing table and a directory that is not there are refused", () =>
  withDirectory(async (directory) => {
    await rejects(
      localRoadmap(`${directory}/none`),
      /as a copy of Roadmap's files: expected a dir/,
    );
    await writeTree({ files: new Map([...TREE.files].slice(0, 1)) }, directory);
    await rejects(rebuild(directory, `${directory}/out`), /lacks .*57epigenomes\.RPKM\.pc\.gz/);
    await rejects(
      rebuild(directory, `${directory}/out`, { cellTypes: ["E1"] }),
      /no cell type "E1"/,
    );
  }));

Deno.test("damaged files are named, the others are counted, and a mended copy is read no more than needed", () =>
  withDirectory(async (directory) => {
    const tree = `${directory}/tree`;
    const out = `${directory}/out`;
    const bad = roadmapPath({ cellType: "E071", mark: "H3K36me3" });
    await writeTree(TREE, tree);
    await rebuild(tree, `${directory}/expected`);
    await Deno.writeFile(`${tree}/${bad}`, TREE.files.get(bad)!.slice(0, -20));
    await rejects(
      rebuild(tree, out),
      /1 of 10 files could not be counted: .*cut short.*E071-H3K36me3\.tagAlign\.gz.*others are kept/,
    );
    strictEqual(filesIn(out).length, 9);
    ok(
      filesIn(out).every((name) =>
        name.startsWith(`${STORE_FOLDER}/`) && !name.includes("-H3K36me3.counts.")
      ),
    );
    await Deno.writeFile(`${tree}/${bad}`, TREE.files.get(bad)!);
    const counted: string[] = [];
    await rebuild(tree, out, {
      onPlan: ({ files }) => {
        for (const { cellType, mark, isCounted } of files) {
          if (!isCounted) counted.push(`${cellType} ${mark}`);
        }
      },
    });
    deepStrictEqual(counted, ["E071 H3K36me3"]);
    deepStrictEqual(await digestOutputs(out), await digestOutputs(`${directory}/expected`));
  }));

Deno.test("after three damaged files in a row the rest is not tried", () =>
  withDirectory(async (directory) => {
    const files = new Map(TREE.files);
    for (const path of TREE.alignments.keys()) files.set(path, files.get(path)!.slice(0, 5000));
    await writeTree({ files }, `${directory}/tree`);
    await rejects(
      rebuild(`${directory}/tree`, `${directory}/out`, { concurrency: 1 }),
      /3 of 10 files could not be counted.*After three failures in a row 7 files were not tried/,
    );
  }));

Deno.test("a stopped run resumes, and takes no counts of other genes or of a changed file", () =>
  withDirectory(async (directory) => {
    const [tree, out] = [`${directory}/tree`, `${directory}/out`];
    await writeTree(TREE, tree);
    await rebuild(tree, `${directory}/expected`);
    const stopAfter = async (files: number) => {
      const controller = new AbortController();
      const stopped = new Error("stopped");
      const onProgress = (progress: { readonly files: number }) => {
        if (progress.files >= files) controller.abort(stopped);
      };
      const { signal } = controller;
      await rejects(rebuild(tree, out, { onProgress, signal, concurrency: 1 }), stopped);
    };
    const plans: number[] = [];
    const onPlan = ({ files }: RebuildPlan) =>
      void plans.push(files.filter(({ isCounted }) => isCounted).length);
    await stopAfter(4);
    await rebuild(tree, out, { onPlan });
    deepStrictEqual(await digestOutputs(out), await digestOutputs(`${directory}/expected`));
    await stopAfter(6);
    // One file changes, though its length does not.
    const path = `${tree}/${roadmapPath({ cellType: "E071", mark: "H3K27me3" })}`;
    await Deno.utime(path, new Date(), new Date("2020-01-01"));
    await stopAfter(6);
    await rebuild(tree, out, { onPlan });
    // All genes move by one base.
    await stopAfter(7);
    const genes = TREE.genes.map((gene) => ({ ...gene, start: gene.start + 1, end: gene.end + 1 }));
    const rows = genes.map(({ number, chromosome, start, end, strand }) =>
      [ensemblGeneId(number), chromosome, start, end, strand].join("\t")
    );
    await Deno.writeTextFile(`${tree}/${roadmapPath("genes")}`, rows.join("\n"));
    await rebuild(tree, out, { onPlan });
    deepStrictEqual(plans, [4, 6, 0]);
    const after = await digestOutputs(out);
    ok(after["train.npz"] !== (await digestOutputs(`${directory}/expected`))["train.npz"]);
  }));

testIf(await canMountSmallDisk(), "small-disk", {
  name: "a full disk is an error that names the file, and nothing half-written is left",
  fn: () =>
    withSmallDisk(100, async (directory) => {
      await writeTree(TREE, `${directory}/tree`);
      const out = `${directory}/out`;
      await rejects(rebuild(`${directory}/tree`, out), {
        name: "WriteError",
        message: /eval\.npz.*space/,
      });
      deepStrictEqual(filesIn(out).filter((name) => !name.startsWith(STORE_FOLDER)), ["train.npz"]);
      await Deno.remove(`${out}/train.npz`);
      await Deno.writeFile(`${directory}/ballast`, new Uint8Array(25 * 2 ** 20));
      await rejects(rebuild(`${directory}/tree`, out), {
        name: "WriteError",
        message: /train\.npz/,
      });
      deepStrictEqual(filesIn(out).filter((name) => !name.startsWith(STORE_FOLDER)), []);
    }),
});

Deno.test("a run that is stopped while it writes may replace what it wrote, and no other may", () =>
  withDirectory(async (directory) => {
    const [tree, out] = [`${directory}/tree`, `${directory}/out`];
    await writeTree(TREE, tree);
    const controller = new AbortController();
    const stopped = new Error("stopped");
    const onWriting = (file: string) => {
      if (file === "eval.npz") controller.abort(stopped);
    };
    await rejects(rebuild(tree, out, { onWriting, signal: controller.signal }), stopped);
    ok(filesIn(out).includes("train.npz") && !filesIn(out).includes("eval.npz"));
    strictEqual(await hasStartedWriting(out, CELL_TYPES), true);
    strictEqual(await hasStartedWriting(out, CELL_TYPES.toReversed()), true);
    strictEqual(await hasStartedWriting(out), false);
    let counted = 0;
    await rebuild(tree, out, {
      onPlan: ({ files }) => void (counted = files.filter(({ isCounted }) => isCounted).length),
    });
    strictEqual(counted, 10);
    strictEqual(await hasStartedWriting(out, CELL_TYPES), false);
  }));

Deno.test("a run that was killed after its last output is finished without reading anything again", () =>
  withDirectory(async (directory) => {
    const [tree, out] = [`${directory}/tree`, `${directory}/out`];
    await writeTree(TREE, tree);
    const rebuilt = await rebuild(tree, out);
    const store = new CountStore(out);
    const plan = await digestOf(CELL_TYPES.toSorted());
    const paths = [roadmapPath({ cellType: CELL_TYPES[0]!, mark: "H3K4me3" })];
    const leave = async () => {
      await store.open();
      await store.finishWriting(plan, { cellTypes: rebuilt.cellTypes, paths });
      await Deno.writeTextFile(`${store.folder}/${CELL_TYPES[0]}-H3K4me3.counts`, "counts");
    };
    await leave();
    strictEqual(await hasStartedWriting(out, CELL_TYPES), true);
    let planned = 0;
    const onPlan = () => void planned++;
    deepStrictEqual(await rebuild(tree, out, { onPlan }), rebuilt);
    strictEqual(planned, 0);
    deepStrictEqual(filesIn(out).sort(), [...REBUILT_FILES].sort());
    // If an output was removed since, or other cell types are wanted, the work is done.
    await leave();
    await Deno.remove(`${out}/eval.npz`);
    deepStrictEqual(await rebuild(tree, out, { onPlan }), rebuilt);
    strictEqual(planned, 1);
    deepStrictEqual(filesIn(out).sort(), [...REBUILT_FILES].sort());
  }));

Deno.test("two files with the same counts are named: one is most likely in the wrong place", () =>
  withDirectory(async (directory) => {
    const [tree, out] = [`${directory}/tree`, `${directory}/out`];
    await writeTree(TREE, tree);
    const warningsOf = async () => {
      const warnings: string[] = [];
      await rebuild(tree, out, { onWarning: (message) => warnings.push(message) });
      return warnings.filter((message) => message.includes("same number in every bin"));
    };
    deepStrictEqual(await warningsOf(), []);
    const [first, second] = ["H3K4me3", "H3K9me3"].map((mark) =>
      roadmapPath({ cellType: "E003", mark })
    );
    await Deno.copyFile(`${tree}/${first}`, `${tree}/${second}`);
    const warnings = await warningsOf();
    strictEqual(warnings.length, 1);
    ok(warnings[0]!.includes(first!) && warnings[0]!.includes(second!), warnings[0]);
  }));
