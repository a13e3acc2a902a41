/** Boosted trees of scikit-learn as a peer, on the inputs of `waka3`. */

import { concatenateAll } from "../../../src/base/bytes.ts";
import { formatNpyHeader, readNpy } from "../../../src/io/mod.ts";
import { buildPanel, extendPanel, type ReferencePanel } from "../../../src/panel/mod.ts";
import type { RealContestant, RealPrediction, RealTask } from "./contestant.ts";
import { newGenesOf } from "./contestants.ts";
import type { RealFold } from "./suite.ts";
import { type Known, makeTreeInputs, type TreeInputs } from "./tree_inputs.ts";

const PEER = new URL("trees_peer.py", import.meta.url).pathname;

/**
 * Settings of scikit-learn's HistGradientBoostingRegressor: the best of three on the fold of E123 of the real peaks, which
 * were learning rate 0.1 with 150 rounds, and 0.05 with 300 rounds and 31 or 15 leaves. So the choice favours the trees.
 */
const SETTINGS = {
  learning_rate: 0.05,
  max_iter: 300,
  max_leaf_nodes: 15,
  min_samples_leaf: 50,
  early_stopping: false,
  random_state: 0,
};

/** Changes when the inputs do. */
const INPUTS_VERSION = 1;

/** Samples of seen genes, and those of new ones with their marks in the panel and without. */
const CASES = ["seen", "with", "without"] as const;

/** Rows of which predictions come from the same trees. */
interface Case {
  readonly name: (typeof CASES)[number];
  readonly known: Known;
  /** The panel that test samples have their references in. */
  readonly testPanel: ReferencePanel;
  /** Positions in the test set. */
  readonly positions: Uint32Array;
}

type Cases = Readonly<Record<(typeof CASES)[number], Case>>;

/** The trees; they are grown by the Python of that path. Chance plays no part in them. */
export function treesContestant(python: string): RealContestant {
  return {
    name: "boosted trees",
    kind: "peer",
    usesSeed: false,
    identity: { trees: SETTINGS, INPUTS_VERSION },
    expectSeconds: ({ train, test }) => 1.5e-3 * train.length + 1e-4 * test.length,
    run: (task) => growTrees(python, task),
  };
}

/** The first Python that has scikit-learn: the one that is named, or those of the machine. */
export async function findTreesPython(named: string | undefined): Promise<string | undefined> {
  for (const python of named === undefined ? ["python3", "/usr/bin/python3"] : [named]) {
    const args = ["-c", "import numpy, sklearn.ensemble"];
    try {
      const command = new Deno.Command(python, { args, stdout: "null", stderr: "null" });
      if ((await command.output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

async function growTrees(
  python: string,
  { fold, threads, signal }: RealTask,
): Promise<RealPrediction[]> {
  const folder = await Deno.makeTempDir();
  try {
    const panel = await buildPanel(fold.train);
    const cases = await listCases(fold, panel);
    const names = CASES.filter((name) => cases[name].positions.length > 0);
    const labels = Float32Array.from(fold.train.labels());
    await writeTable(`${folder}/labels.npy`, { values: labels, width: 1 });
    for (const name of names) {
      const { known, testPanel, positions } = cases[name];
      const test = fold.test.subset(positions);
      await writeTable(
        `${folder}/${name}-train.npy`,
        await makeTreeInputs(fold.train, panel, known),
      );
      await writeTable(`${folder}/${name}-test.npy`, await makeTreeInputs(test, testPanel, known));
    }
    const jobs = { cases: names, settings: SETTINGS };
    await Deno.writeTextFile(`${folder}/jobs.json`, JSON.stringify(jobs));
    await runPeer(python, [PEER, folder, String(threads)], signal);
    return await collect(folder, cases);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function listCases(fold: RealFold, panel: ReferencePanel): Promise<Cases> {
  const places = Uint32Array.from(fold.kinds.keys());
  const isSeen = (row: number) => fold.kinds[row] === "newCellType";
  const unseen = { positions: places.filter((row) => !isSeen(row)) };
  const extended = await extendPanel(panel, [newGenesOf(fold)]);
  const positions = places.filter(isSeen);
  return {
    seen: { name: "seen", known: "all", testPanel: panel, positions },
    with: { name: "with", known: "marks", testPanel: extended, ...unseen },
    without: { name: "without", known: "nothing", testPanel: panel, ...unseen },
  };
}

/** Puts the predictions of seen and of new genes together, for both readings. */
async function collect(folder: string, cases: Cases): Promise<RealPrediction[]> {
  const length = cases.seen.positions.length + cases.with.positions.length;
  const predictions: RealPrediction[] = [];
  for (const reading of ["with", "without"] as const) {
    const values = new Float32Array(length).fill(NaN);
    for (const { name, positions } of [cases.seen, cases[reading]]) {
      if (positions.length === 0) continue;
      const { data } = await readNpy(`${folder}/${name}-predicted.npy`);
      positions.forEach((row, place) => values[row] = Number(data[place]));
    }
    predictions.push({ reading, values });
  }
  return predictions;
}

async function writeTable(path: string, { values, width }: TreeInputs): Promise<void> {
  const shape = width === 1 ? [values.length] : [values.length / width, width];
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  await Deno.writeFile(path, concatenateAll([formatNpyHeader("float32", shape), bytes]));
}

async function runPeer(
  python: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new Deno.Command(python, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
    ...(signal && { signal }),
  });
  const { success, stderr } = await command.output();
  signal?.throwIfAborted();
  if (!success) throw new Error(`Cannot grow trees: ${new TextDecoder().decode(stderr)}`);
}
