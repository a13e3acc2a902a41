/** All that the page computes, one call after another. */

import type { PageCalls, PageState } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import { copyTo } from "./copy_to.ts";
import { readyCount } from "./count_inputs.ts";
import type { WorkEnvironment } from "./environment.ts";
import type { ExplainedGene } from "./explain_gene.ts";
import { NEXT_DATA_FILE, readHeldData, summariseData } from "./held_data.ts";
import { HeldWork } from "./held_work.ts";
import { openModelFiles } from "./open_model.ts";
import { PageInputs } from "./page_inputs.ts";
import { PageTraining } from "./page_training.ts";
import { predictData, withTrainingAgreement } from "./predict_data.ts";
import type { CallHandlers } from "./serve_calls.ts";
import { chromosomesOf } from "./input_chromosomes.ts";
import type { KeptState } from "./kept_state.ts";
import { summariseModel } from "./train_model.ts";

type Given<Name extends keyof PageCalls> = Parameters<PageCalls[Name]>[0];

/** Makes what answers the calls of the window. */
export function makePageWork(environment: WorkEnvironment): CallHandlers {
  const inputs = new PageInputs(environment);
  const held = new HeldWork(environment);
  const training = new PageTraining(environment, held);
  const work = new PageWork(environment, inputs, held);
  return {
    open: () => work.open(),
    addFiles: (given, context) => inputs.addFiles(given, context),
    addAddresses: (given, context) => inputs.addAddresses(given, context),
    removeFiles: (given, context) => inputs.removeFiles(given, context),
    assign: (given) => inputs.assign(given),
    chooseGenes: (given, context) => inputs.chooseGenes(given, context),
    takeExample: (_, context) => inputs.takeExample(context),
    prepare: (given, context) => work.prepare(given, context),
    examine: (_, context) => work.examine(context),
    train: (given, context) => training.train(given, context),
    resumeTraining: (_, context) => training.resume(context),
    useStarter: () => work.useStarter(),
    openModel: (given) => work.openModel(given),
    predict: (given, context) => work.predict(given, context),
    rows: async (given, context) => (await held.rows(context)).rows(given),
    explain: (given, context) => work.explain(given, context),
    download: (given, context) => work.download(given, context),
    clear: () => work.clear(),
  };
}

/** Samples that were written to the store. */
interface WrittenData {
  /** What messages call them. */
  readonly name: string;
  readonly notes: readonly string[];
  readonly chromosomes?: KeptState["chromosomes"];
}

/** The calls that are not about files or training alone. */
class PageWork {
  readonly #environment: WorkEnvironment;
  readonly #inputs: PageInputs;
  readonly #held: HeldWork;
  #explained: ExplainedGene | undefined;

  constructor(environment: WorkEnvironment, inputs: PageInputs, held: HeldWork) {
    this.#environment = environment;
    this.#inputs = inputs;
    this.#held = held;
  }

  async open(): Promise<PageState> {
    const { training, history: _, chromosomes: __, acceptAssembly: ___, ...state } = await this
      .#held.state();
    return {
      machine: await this.#environment.machine(),
      inputs: await this.#inputs.describe(),
      ...state,
      ...(training && { interrupted: training }),
    };
  }

  async prepare(settings: Given<"prepare">, context: CallContext) {
    const { store } = this.#environment;
    this.#held.freeData();
    try {
      const { name, notes, chromosomes } = await this.#writeData(settings, context);
      const read = await readHeldData(store, context, { file: NEXT_DATA_FILE, name });
      const summary = await summariseData(read.data, [...notes, ...read.notes]);
      await this.#held.takeData(read, summary, chromosomes);
      this.#explained = undefined;
      return summary;
    } catch (error) {
      await store.remove(NEXT_DATA_FILE);
      throw error;
    }
  }

  /** Writes samples to the store: prepared data as they are, or what is counted. */
  async #writeData(settings: Given<"prepare">, context: CallContext): Promise<WrittenData> {
    const { store, mostDataBytes } = this.#environment;
    const { list } = this.#inputs;
    const [given] = list.data;
    if (given !== undefined) {
      const source = await given.file.open();
      await store.write(NEXT_DATA_FILE, (sink) => copyTo(sink, source, context));
      return { name: given.file.name, notes: [] };
    }
    const { genes } = this.#inputs;
    const { write, notes } = await readyCount(
      { inputs: list, genes, settings, mostDataBytes },
      context,
    );
    await store.write(NEXT_DATA_FILE, write);
    return { name: "the data", notes, chromosomes: chromosomesOf(list.signal, genes.genes) };
  }

  async examine(context: CallContext) {
    const { data } = await this.#held.data(context);
    context.onProgress({ doing: "Looking for faults", done: 0, total: 1 });
    // What the first steps do not need is loaded when a step asks for it.
    const { examineData } = await import("./examine_data.ts");
    const examination = examineData(data);
    await this.#held.change({ examination });
    return examination;
  }

  async useStarter() {
    const { loadStarter } = await import("../../starter/mod.ts");
    const model = await loadStarter();
    const source = "the starter model, trained on peaks of human cell types";
    const summary = await summariseModel(model, { source });
    await this.#held.takeModel(model, summary);
    return summary;
  }

  async openModel({ files }: Given<"openModel">) {
    const model = await openModelFiles(files);
    const source = `opened from ${files.map(({ name }) => name).join(", ")}`;
    const summary = await summariseModel(model, { source });
    await this.#held.takeModel(model, summary);
    return summary;
  }

  async predict({ interval, acceptAssembly }: Given<"predict">, context: CallContext) {
    const { engine, threads } = this.#environment;
    const model = await this.#held.model();
    const { data } = await this.#held.data(context);
    const job = { model, data, interval, acceptAssembly, engine, threads };
    const { summary: found, ...predictions } = await predictData(job, context);
    const summary = withTrainingAgreement(found, await this.#held.state());
    await this.#held.takePredictions(predictions, summary);
    await this.#held.change({ acceptAssembly });
    return summary;
  }

  async explain({ gene, cellType }: Given<"explain">, context: CallContext) {
    const { engine, threads } = this.#environment;
    const model = await this.#held.model();
    const { data } = await this.#held.data(context);
    const { acceptAssembly, predictions: summary } = await this.#held.state();
    const held = summary === undefined ? undefined : await this.#held.predictions(context);
    const predictions = held?.predictions;
    const job = { model, data, gene, cellType, predictions, acceptAssembly, engine, threads };
    const { explainGene } = await import("./explain_gene.ts");
    this.#explained = await explainGene(job, context);
    return this.#explained.explanation;
  }

  async download({ kind }: Given<"download">, context: CallContext) {
    const { makeDownload } = await import("./downloads/make_download.ts");
    return await makeDownload(kind, { held: this.#held, explained: this.#explained, context });
  }

  async clear(): Promise<PageState> {
    this.#inputs.clear();
    this.#explained = undefined;
    await this.#held.clear();
    return await this.open();
  }
}
