/**
 * A worker that computes nothing: it answers as the page's own does, with plausible values, so that the window can be
 * looked at in states that are hard to bring about. A name in the address, such as `#endless-counting`, chooses one.
 */

import type {
  CountSettings,
  FromWorker,
  Inputs,
  ModelSummary,
  PageFile,
  PageProgress,
  PageState,
  RowsWanted,
  ToWorker,
} from "../../../src/page/protocol.ts";
import {
  allRows,
  CELL_TYPES,
  exampleFiles,
  GENES,
  makeData,
  makeExplanation,
  makeModel,
  MARKS,
  profileOf,
  recognise,
} from "./_fake_values.ts";

/**
 * What the name of the worker asks for: work that only cancelling ends (`endless-counting`, `endless-training`),
 * `replicates` among the files, a `kept` earlier visit, a page from a `disk`, `unlabelled` data, `clean` checks.
 */
const wish = new Set((self.name || "").split(" "));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const cancelled = new Set<number>();
let state: PageState = emptyState();
let queue = Promise.resolve();

function emptyState(): PageState {
  return {
    machine: {
      engine: "wasm (this browser offers no WebGPU adapter)",
      threads: 4,
      fromDisk: wish.has("disk"),
      keepsState: !wish.has("disk"),
    },
    inputs: { files: [], missing: [] },
  };
}

const send = (message: FromWorker, transfer: Transferable[] = []) =>
  (self as unknown as Worker).postMessage(message, transfer);

class Cancelled extends Error {}
class Refused extends Error {
  readonly code = "HISTONE_FORMAT";
}

self.addEventListener("message", (event: MessageEvent) => {
  const message = event.data as ToWorker;
  if (message.type === "cancel") {
    cancelled.add(message.id);
    return;
  }
  queue = queue.then(() => answer(message));
});

async function answer({ id, name, given }: Extract<ToWorker, { type: "call" }>): Promise<void> {
  const progress = async (progress: PageProgress) => {
    send({ type: "progress", id, progress });
    await pause(15);
    if (cancelled.has(id)) throw new Cancelled("Cancelled");
  };
  try {
    const call = CALLS[name];
    if (call === undefined) throw new Refused(`The fake worker has no ${name}`);
    send({ type: "answer", id, value: await call(given as never, progress) });
  } catch (error) {
    const code = error instanceof Cancelled
      ? "cancelled"
      : error instanceof Refused
      ? error.code
      : "unknown";
    send({ type: "failure", id, code, message: (error as Error).message });
  }
}

type Call = (
  given: never,
  progress: (progress: PageProgress) => Promise<void>,
) => unknown;

const CALLS: Partial<Record<string, Call>> = {
  open: () => {
    if (wish.has("kept") && state.data === undefined) {
      state = {
        ...state,
        data: makeData(!wish.has("unlabelled")),
        interrupted: { settings: { preset: "waka2", epochs: 30 }, epoch: 7 },
      };
    }
    return state;
  },
  addFiles: async ({ files }: { files: readonly File[] }, progress) => {
    const added: PageFile[] = [];
    for (const [place, file] of files.entries()) {
      await progress({ doing: `Looking at ${file.name}`, done: place, total: files.length });
      added.push(recognise(file));
    }
    const names = new Set(added.map(({ name }) => name));
    return setFiles([...state.inputs.files.filter(({ name }) => !names.has(name)), ...added]);
  },
  removeFiles: ({ names }: { names: readonly string[] }) =>
    setFiles(state.inputs.files.filter(({ name }) => !names.includes(name))),
  assign: ({ name, ...change }: { name: string; mark?: string; cellType?: string }) =>
    setFiles(
      state.inputs.files.map((file) => file.name === name ? { ...file, ...change } : file),
    ),
  chooseGenes: ({ genes }: { genes: string | { file: string } }) => {
    const name = typeof genes === "string" ? genes : genes.file;
    state = { ...state, inputs: { ...state.inputs, genes: { name, count: 19_998 } } };
    return setFiles(state.inputs.files);
  },
  takeExample: async () => {
    await pause(200);
    state = {
      ...state,
      inputs: {
        ...state.inputs,
        genes: { name: "genes.gtf", count: GENES, assembly: "hg38" },
      },
    };
    return setFiles(exampleFiles());
  },
  prepare: async ({ replicates }: CountSettings, progress) => {
    if (wish.has("replicates") && replicates !== "mean") {
      throw new Refused(`Cannot count replicates: found ${replicates}, expected mean`);
    }
    // Without an end, only cancelling ends it.
    do {
      await countAll(progress);
    } while (wish.has("endless-counting"));
    state = withoutResults({ ...state, data: makeData(!wish.has("unlabelled")) });
    return state.data;
  },
  examine: async () => {
    await pause(100);
    const examination = {
      findings: wish.has("clean") ? [] : [{
        severity: "warning" as const,
        title: "H3K9me3 of lung is nearly empty",
        text:
          "It has 0.3 reads a gene, a tenth of the other marks. Look whether its file is the right one, and whether it is whole.",
      }, {
        severity: "note" as const,
        title: "60 genes are few",
        text: "Most checks need 300 genes or more to tell a mistake from chance.",
      }],
      skipped: ["correlation of labels between cell types: needs 3 cell types"],
    };
    state = { ...state, examination };
    return examination;
  },
  train: (given: { preset: string; epochs?: number }, progress) =>
    train(given, progress, { isEndless: wish.has("endless-training") }),
  resumeTraining: (_, progress) => train({ preset: "waka2", epochs: 30 }, progress),
  useStarter: () => setModel(makeModel("starter", "the starter model", [])),
  openModel: ({ files }: { files: readonly File[] }) => {
    const [file] = files;
    if (!file?.name.endsWith(".zip")) {
      throw new Refused(
        `Cannot open the model ${file?.name}: found no model.json in it, expected the zip file of a model or the files of its folder`,
      );
    }
    return setModel(makeModel("waka2", file.name, []));
  },
  predict: async (_, progress) => {
    for (let done = 0; done < 4; done++) {
      await progress({ doing: "Predicting 120 samples", done, total: 4 });
    }
    const predictions = {
      samples: 120,
      measured: { mse: 0.412, pearson: 0.913 },
      notes: [],
      digest: "5e".repeat(32),
    };
    state = { ...state, predictions };
    return predictions;
  },
  rows: (wanted: RowsWanted) => {
    const found = allRows().filter(({ gene, symbol, cellType }) =>
      `${gene} ${symbol} ${cellType}`.toLowerCase().includes((wanted.query ?? "").toLowerCase())
    );
    const by = wanted.sortBy ?? "gene";
    const sign = wanted.descending ? -1 : 1;
    found.sort((one, other) => (one[by]! < other[by]! ? -1 : one[by]! > other[by]! ? 1 : 0) * sign);
    return {
      total: found.length,
      rows: found.slice(wanted.offset, wanted.offset + wanted.limit),
    };
  },
  explain: async ({ gene, cellType }: { gene: string; cellType: string }, progress) => {
    const row = allRows().find((row) =>
      (row.gene === gene || row.symbol === gene) && row.cellType === cellType
    );
    if (row === undefined) {
      throw new Refused(`Cannot explain ${gene}: found no gene of this name in these data`);
    }
    await progress({ doing: `Explaining ${row.symbol}`, done: 0, total: 1 });
    return makeExplanation(row);
  },
  download: async ({ kind }: { kind: string }) => {
    await pause(100);
    return { name: `example-${kind}`, file: new Blob([kind]) };
  },
  clear: () => state = emptyState(),
};

/** Counts as if there were something to count. */
async function countAll(progress: (progress: PageProgress) => Promise<void>): Promise<void> {
  let done = 0;
  for (const cellType of CELL_TYPES) {
    for (const [place, mark] of MARKS.entries()) {
      for (const share of [0.5, 1]) {
        const mean = profileOf(place).map((value, bin) =>
          value * share * (cellType === "lung" ? 0.8 : 1) + 0.1 * Math.sin(bin * place)
        );
        await progress({
          doing: `Counting ${mark} of ${cellType}`,
          done: done++,
          total: 20,
          bins: { mark, cellType, mean },
        });
      }
    }
  }
}

function withoutResults({ machine, inputs, data, model }: PageState): PageState {
  return { machine, inputs, ...(data && { data }), ...(model && { model }) };
}

function setFiles(files: readonly PageFile[]): Inputs {
  const missing: string[] = [];
  if (!files.some(({ role }) => role === "signal")) missing.push("Signal of at least one mark.");
  for (const { problem, role, name } of files) {
    if (problem !== undefined && role === "signal") missing.push(`${name}: ${problem}.`);
  }
  if (!state.inputs.genes) missing.push("Genes: choose those of hg19 or hg38, or drop a GTF.");
  const { genes } = state.inputs;
  const choices = wish.has("replicates")
    ? [{ setting: "replicates" as const, why: "liver has 2 files of H3K4me3" }]
    : [];
  state = {
    ...state,
    inputs: { files, missing, choices, assembly: "hg38", ...(genes && { genes }) },
  };
  return state.inputs;
}

function setModel(model: ModelSummary): ModelSummary {
  const { predictions: _, interrupted: __, ...rest } = state;
  state = { ...rest, model };
  return model;
}

async function train(
  { preset, epochs = 15 }: { preset: string; epochs?: number },
  progress: (progress: PageProgress) => Promise<void>,
  { isEndless = false } = {},
): Promise<ModelSummary> {
  const losses: number[] = [];
  try {
    for (let epoch = 1; epoch <= epochs || isEndless; epoch++) {
      const loss = 0.3 + 6 * Math.exp(-epoch / 5) + 0.05 * Math.sin(epoch * 2);
      losses.push(loss);
      await progress({
        doing: `Training ${preset}`,
        done: epoch,
        total: epochs,
        epoch: { epoch, loss, samplesPerS: 12_000 },
      });
    }
  } catch (error) {
    state = { ...state, interrupted: { settings: { preset, epochs }, epoch: losses.length } };
    throw error;
  }
  return setModel(
    makeModel(preset, `trained here, ${epochs} epochs of 120 samples`, losses),
  );
}
