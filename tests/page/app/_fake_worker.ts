/**
 * A worker that computes nothing: it answers as the page's own does, with plausible values, so that the window can be
 * looked at in states that are hard to bring about. A name in the address, such as `#slow`, chooses one.
 */

import type {
  DataSummary,
  Explanation,
  FromWorker,
  Inputs,
  ModelSummary,
  PageFile,
  PageProgress,
  PageState,
  PredictionRow,
  RowsWanted,
  ToWorker,
} from "../../../src/page/protocol.ts";

const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];
const CELL_TYPES = ["liver", "lung"];
const GENES = 60;
const BINS = 100;

/** What the name of the worker asks for: `slow` work, a `kept` earlier visit, a `long` list of files. */
const wish = new Set((self.name || "").split(" "));
const pause = (ms: number) =>
  new Promise((resolve) => setTimeout(resolve, wish.has("slow") ? 8 * ms : ms));

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
        data: makeData(),
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
    const files: PageFile[] = CELL_TYPES.flatMap((cellType) =>
      MARKS.flatMap((mark): PageFile[] => {
        const isBam = cellType === "liver";
        const name = `${cellType}-${mark}.${isBam ? "bam" : "tagAlign.gz"}`;
        const about = isBam ? "BAM, 1 chromosome of hg38, 12,345 reads" : "tagAlign, compressed";
        const file: PageFile = { name, bytes: 312_345, role: "signal", about, mark, cellType };
        return isBam
          ? [file, {
            name: `${name}.bai`,
            bytes: 2345,
            role: "index",
            about: `index of ${name}`,
          }]
          : [file];
      })
    );
    state = {
      ...state,
      inputs: {
        ...state.inputs,
        genes: { name: "genes.gtf", count: GENES, assembly: "hg38" },
      },
    };
    return setFiles([
      ...files,
      { name: "genes.gtf", bytes: 45_678, role: "annotation", about: "GTF, 60 genes" },
      {
        name: "expression.tsv",
        bytes: 2345,
        role: "expression",
        about: "expression of 60 genes in liver and lung",
      },
      { name: "sheet.tsv", bytes: 567, role: "sheet", about: "sample sheet, 10 files" },
    ]);
  },
  prepare: async (_, progress) => {
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
    state = withoutResults({ ...state, data: makeData() });
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
  train: (given: { preset: string; epochs?: number }, progress) => train(given, progress),
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

function withoutResults({ machine, inputs, data, model }: PageState): PageState {
  return { machine, inputs, ...(data && { data }), ...(model && { model }) };
}

function recognise({ name, size }: File): PageFile {
  const bytes = size;
  if (/\.(bai|crai|csi|tbi)$/.test(name)) return { name, bytes, role: "index", about: "index" };
  if (/\.(gtf|gff3?)(\.gz)?$/.test(name)) {
    return { name, bytes, role: "annotation", about: "GTF, 60 genes" };
  }
  if (/\.bam$/.test(name)) {
    const [cellType = "", mark = ""] = name.replace(/\.bam$/, "").split("-");
    return {
      name,
      bytes,
      role: "signal",
      about: "BAM, 24 chromosomes of hg38, 5.2 million reads",
      mark,
      cellType,
      problem: `its index, ${name}.bai, is missing: drop it too`,
    };
  }
  return {
    name,
    bytes,
    role: "unknown",
    about: "",
    problem: "This is no file that the page knows. It is left out.",
  };
}

function setFiles(files: readonly PageFile[]): Inputs {
  const missing: string[] = [];
  if (!files.some(({ role }) => role === "signal")) missing.push("Signal of at least one mark.");
  for (const { problem, role, name } of files) {
    if (problem !== undefined && role === "signal") missing.push(`${name}: ${problem}.`);
  }
  if (!state.inputs.genes) missing.push("Genes: choose those of hg19 or hg38, or drop a GTF.");
  const { genes } = state.inputs;
  state = {
    ...state,
    inputs: { files, missing, assembly: "hg38", ...(genes && { genes }) },
  };
  return state.inputs;
}

function profileOf(mark: number): number[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const x = (bin - BINS / 2) / 10;
    const bell = (at: number, width: number) => Math.exp(-(((x - at) / width) ** 2) / 2);
    if (mark === 3) return 6 * bell(-0.6, 0.5) + 8 * bell(0.7, 0.6) + 0.3;
    if (mark === 2) return 2 * bell(-2, 1) + 2.4 * bell(2, 1) + 0.5;
    if (mark === 1) return 2.5 / (1 + Math.exp(-x)) + 0.3;
    return 1 + 0.4 * Math.sin(x) + 0.2 * Math.cos(3 * x + mark);
  });
}

function makeData(): DataSummary {
  return {
    samples: CELL_TYPES.length * GENES,
    genes: GENES,
    cellTypes: CELL_TYPES,
    marks: MARKS,
    bins: BINS,
    binSizeBp: 100,
    labelled: !wish.has("unlabelled"),
    assembly: "hg38",
    notes: [
      "Reads in bins of 100 bp, TSS ± 5,000 bp, genomic orientation.",
      "Labels are log2(expression + 1).",
    ],
    digest: "a0".repeat(32),
    profiles: MARKS.map((_, mark) => profileOf(mark)),
  };
}

function makeModel(name: string, source: string, losses: readonly number[]): ModelSummary {
  return {
    name,
    parameters: 12_345,
    source,
    marks: MARKS,
    ...(losses.length > 0 && { metrics: { mse: 0.412, pearson: 0.913 } }),
    digest: "c3".repeat(32),
    calibrated: false,
    losses,
  };
}

function setModel(model: ModelSummary): ModelSummary {
  const { predictions: _, interrupted: __, ...rest } = state;
  state = { ...rest, model };
  return model;
}

async function train(
  { preset, epochs = 15 }: { preset: string; epochs?: number },
  progress: (progress: PageProgress) => Promise<void>,
): Promise<ModelSummary> {
  const losses: number[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
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

function allRows(): PredictionRow[] {
  return CELL_TYPES.flatMap((cellType, c) =>
    Array.from({ length: GENES }, (_, g): PredictionRow => {
      const label = Math.max(0, 5 + 3 * Math.sin(g * 1.7) + c * Math.cos(g));
      const prediction = label + 0.8 * Math.sin(g * 12.9 + c);
      return {
        gene: `ENSG${String(100_000 + g).padStart(11, "0")}`,
        symbol: `GENE${g + 1}`,
        cellType,
        prediction,
        label,
      };
    })
  );
}

function makeExplanation({ gene, symbol, cellType, prediction }: PredictionRow): Explanation {
  const weights = [-0.01, 0.012, 0.004, 0.03, -0.006];
  const signal = MARKS.map((_, mark) =>
    profileOf(mark).map((value, bin) => Math.max(0, value * (1 + 0.5 * Math.sin(bin * 7 + mark))))
  );
  const attributions = signal.map((row, mark) =>
    row.map((value, bin) => weights[mark]! * value * (1 + Math.sin(bin / 9)))
  );
  return {
    gene,
    ...(symbol !== undefined && { symbol }),
    cellType,
    prediction,
    baseline: 3.1,
    marks: MARKS,
    signal,
    attributions,
    totals: attributions.map((row) => row.reduce((sum, value) => sum + value, 0)),
    binSizeBp: 100,
    notes: ["Integrated gradients in 50 steps; the sums are exact to 0.4%."],
  };
}
