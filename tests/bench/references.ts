/**
 * How fast an engine trains and runs `waka3`, which compares a sample with references: rows a second, and how long an epoch over the competition's 800,000 rows would take; prints Markdown.
 *
 *     deno run -A tests/bench/references.ts --references 4,50 --threads 1,2
 *
 * Rows are blocks of genes × all reference cell types, so that the samples of a batch share the references of their
 * genes. Each sample leaves out the reference of its own cell type. What is timed are whole epochs, gathering included.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import type { EngineName } from "../../src/engine/select.ts";
import { type JoinedColumns, joinInputs } from "../../src/engine/joined_source.ts";
import { NO_ENTRY, type SampleSource } from "../../src/engine/sample_source.ts";
import { selectEngine } from "../../src/engine/select.ts";
import { countParameters, initialWeights, presetSpec } from "../../src/model/mod.ts";
import type {
  BranchedSpec,
  ContextInput,
  ReferenceLabelsInput,
  ReferencesInput,
  SummaryInput,
} from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

const { values: flags } = parseArgs({
  options: {
    references: { type: "string", default: "4,50" },
    threads: { type: "string", default: "2" },
    engine: { type: "string", default: "wasm" },
    batch: { type: "string", default: "512" },
    rows: { type: "string", default: "40000" },
    rounds: { type: "string", default: "3" },
  },
});

const COMPETITION_ROWS = 800_000;

/** Genes × reference cell types, each sample without its own reference. */
function gridSource(spec: BranchedSpec, references: number): SampleSource {
  const stream = new RandomStream(deriveKey(1, "references"));
  const genes = Math.ceil(Number(flags.rows) / references);
  const samples = genes * references;
  const normals = (length: number) => Float32Array.from({ length }, () => stream.normal());
  const [summary, others, labels, context] = spec.inputs as readonly [
    SummaryInput,
    ReferencesInput,
    ReferenceLabelsInput,
    ContextInput,
  ];
  const marks = normals(samples * summary.values);
  const known = Float32Array.from({ length: samples }, () => stream.normal());
  const entryOf = Uint32Array.from({ length: samples * references }, (_, place) => {
    const [sample, reference] = [Math.floor(place / references), place % references];
    const gene = Math.floor(sample / references);
    return reference === sample % references ? NO_ENTRY : gene * references + reference;
  });
  const joined: JoinedColumns = {
    samples,
    labels: Float64Array.from(known),
    columns: [
      { input: summary, table: marks },
      { input: others, table: marks, entryOf },
      { input: labels, table: known, entryOf },
      { input: context, table: normals(samples * context.values) },
    ],
  };
  return joinInputs(joined);
}

/** Rows a second, and the processor's time in microseconds that a row of training takes on all threads together. */
interface Rates {
  readonly training: number;
  readonly prediction: number;
  readonly processor: number;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The best of some rounds. */
async function measureRates(
  references: number,
  threads: number,
): Promise<Rates> {
  const spec = presetSpec("waka3", { references });
  const source = gridSource(spec, references);
  const { engine } = await selectEngine(flags.engine as EngineName, spec);
  const members = [{ weights: initialWeights(spec, 1), seed: 1, learningRate: 1e-3 }];
  const batchSize = Number(flags.batch);
  await using session = await engine.createSession(spec, { members, batchSize, threads });
  const orders = [Uint32Array.from({ length: source.samples }, (_, row) => row)];
  const [training, prediction]: number[][] = [[], []];
  const rateOf = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return source.samples / (performance.now() - start) * 1000;
  };
  let processor = Infinity;
  for (let epoch = 0; epoch < Number(flags.rounds); epoch++) {
    const before = processorMs();
    training!.push(await rateOf(() => session.runEpoch({ source, orders, epoch })));
    processor = Math.min(processor, (processorMs() - before) * 1000 / source.samples);
    prediction!.push(await rateOf(() => session.predict(source, orders)));
  }
  return { training: Math.max(...training!), prediction: Math.max(...prediction!), processor };
}

const lines = [
  [
    "references",
    "threads",
    "training rows/s",
    "processor µs a row",
    "800,000 rows, s",
    "prediction rows/s",
  ],
  Array(6).fill("---"),
];
for (const references of flags.references.split(",").map(Number)) {
  for (const threads of flags.threads.split(",").map(Number)) {
    const { training, prediction, processor } = await measureRates(references, threads);
    const seconds = COMPETITION_ROWS / training;
    const whole = (value: number) => Math.round(value).toLocaleString("en-US");
    const rates = [whole(training), processor.toFixed(1), seconds.toFixed(1), whole(prediction)];
    lines.push([String(references), String(threads), ...rates]);
  }
}
console.log(
  `Engine ${flags.engine}, batches of ${flags.batch}, ` +
    `${countParameters(presetSpec("waka3")).toLocaleString("en-US")} parameters.\n`,
);
console.log(lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n"));
