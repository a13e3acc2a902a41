/** The files and genes that the page was given, and the calls about them. */

import { ContractError } from "../../errors.ts";
import type { BundledGenes, Inputs, PageCalls } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import { type ChosenGenes, genesOfFile, genesOfPage } from "./chosen_genes.ts";
import { assemblyOf, describeInputs } from "./describe_inputs.ts";
import type { WorkEnvironment } from "./environment.ts";
import { fromBrowser, type GivenFile } from "./given_file.ts";
import { InputList } from "./input_list.ts";

/** Files and genes. */
export class PageInputs {
  readonly #environment: WorkEnvironment;
  #list = new InputList();
  #genes: ChosenGenes | undefined;
  /** Whether the user chose the genes, so that no other file replaces them. */
  #isChosen = false;

  constructor(environment: WorkEnvironment) {
    this.#environment = environment;
  }

  get list(): InputList {
    return this.#list;
  }

  /**
   * The genes.
   *
   * @throws {ContractError} If none are chosen.
   */
  get genes(): ChosenGenes {
    if (this.#genes !== undefined) return this.#genes;
    throw new ContractError(
      "Cannot count: no genes are chosen, expected those of hg19 or hg38, or a file",
    );
  }

  /** What there is, and what is missing. */
  async describe(): Promise<Inputs> {
    return await describeInputs(this.#list, this.#genes);
  }

  async addFiles(
    { files }: Parameters<PageCalls["addFiles"]>[0],
    context: CallContext,
  ): Promise<Inputs> {
    return await this.#add(files.map(fromBrowser), context);
  }

  async addAddresses(
    { addresses }: Parameters<PageCalls["addAddresses"]>[0],
    context: CallContext,
  ): Promise<Inputs> {
    const files: GivenFile[] = [];
    for (const [done, address] of addresses.entries()) {
      context.onProgress({ doing: "Asking the servers", done, total: addresses.length });
      files.push(await this.#environment.openAddress(address, context.signal));
    }
    return await this.#add(files, context);
  }

  async takeExample(context: CallContext): Promise<Inputs> {
    const files = await this.#environment.exampleFiles();
    this.clear();
    return await this.#add(files, context);
  }

  async removeFiles(
    { names }: Parameters<PageCalls["removeFiles"]>[0],
    context: CallContext,
  ): Promise<Inputs> {
    await this.#list.remove(names);
    if (this.#genes !== undefined && names.includes(this.#genes.name)) {
      this.#genes = undefined;
      this.#isChosen = false;
    }
    await this.#chooseUsualGenes(context);
    return await this.describe();
  }

  async assign({ name, ...said }: Parameters<PageCalls["assign"]>[0]): Promise<Inputs> {
    this.#list.assign(name, said);
    return await this.describe();
  }

  async chooseGenes(
    { genes }: Parameters<PageCalls["chooseGenes"]>[0],
    context: CallContext,
  ): Promise<Inputs> {
    await this.#takeGenes(genes, context);
    this.#isChosen = true;
    return await this.describe();
  }

  clear(): void {
    this.#list = new InputList();
    this.#genes = undefined;
    this.#isChosen = false;
  }

  async #add(files: readonly GivenFile[], context: CallContext): Promise<Inputs> {
    await this.#list.add(files, context);
    await this.#chooseUsualGenes(context);
    return await this.describe();
  }

  /** Takes the only annotation among the files, or else the genes of the assembly that the files are of. */
  async #chooseUsualGenes(context: CallContext): Promise<void> {
    if (this.#isChosen) return;
    const { annotations } = this.#list;
    const [only] = annotations;
    const { name: assembly } = assemblyOf(this.#list);
    const usual = annotations.length === 1 && only !== undefined
      ? { file: only.file.name }
      : annotations.length === 0 && (assembly === "hg19" || assembly === "hg38")
      ? assembly
      : undefined;
    const name = typeof usual === "object" ? usual.file : usual;
    if (name === this.#genes?.name) return;
    this.#genes = undefined;
    if (usual === undefined) return;
    try {
      await this.#takeGenes(usual, context);
    } catch (error) {
      if (typeof usual === "string" || context.signal.aborted) throw error;
      this.#list.setProblem(usual.file, error);
    }
  }

  async #takeGenes(
    genes: BundledGenes | { readonly file: string },
    { onProgress }: CallContext,
  ): Promise<void> {
    onProgress({ doing: "Reading the genes", done: 0, total: 1 });
    if (typeof genes === "string") {
      this.#genes = await genesOfPage(genes, this.#environment.bundledGenes);
      return;
    }
    const found = this.#list.find(genes.file);
    if (found === undefined) {
      throw new ContractError(
        `Cannot take the genes of ${genes.file}: it is not among the files, expected one that was added`,
      );
    }
    this.#genes = await genesOfFile(found.file);
    this.#list.useAsAnnotation(genes.file);
  }
}
