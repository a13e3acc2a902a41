/** The folder in which counting is compared: its simulated files, our command, and how others are measured. */

import { ROADMAP_MARKS } from "../../src/atlas/roadmap_tree.ts";

/** Of a command with all its processes. */
export interface Cost {
  readonly seconds: number;
  /** Time of processors, of user and system; others at work disturb it less. */
  readonly cpuSeconds: number;
  /** Peak of resident memory, in MB. */
  readonly megabytes: number;
}

/** How a table of a peer compares with ours. */
export interface Agreement {
  /** Number of values in both. */
  readonly values: number;
  /** Number of values that differ by more than the tolerance. */
  readonly different: number;
  /** Largest difference, relative to the larger of the value and 1. */
  readonly largest: number;
  /** Sum of our values: a table of zeros would agree with anything that failed. */
  readonly total: number;
}

/** A file of a job. */
export interface JobFile {
  readonly cellType: string;
  readonly mark: string;
  readonly name: string;
}

const here = (name: string) => new URL(name, import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
const OURS = [
  Deno.execPath(),
  "run -q --no-prompt --no-remote --cached-only --frozen --unstable-lazy-dynamic-imports -P=write",
  "--v8-flags=--no-maglev-escape-analysis,--max-semi-space-size=1,--expose-gc scripts/prepare.ts --overwrite --quiet",
].join(" ");

/** A folder of files, and a Python with numpy and pyBigWig. */
export class PrepareFolder {
  readonly path: string;
  readonly #python: string;
  readonly #shrink: number;
  readonly #root: string;

  /**
   * @param path The folder.
   * @param options The Python, what the lengths of simulated chromosomes are divided by (1 if not given), and the checkout
   * whose command is ours (this one if not given).
   */
  constructor(
    path: string,
    { python, shrink = 1, root = ROOT }: {
      readonly python: string;
      readonly shrink?: number | undefined;
      readonly root?: string | undefined;
    },
  ) {
    this.#root = root;
    this.path = path;
    this.#python = python;
    this.#shrink = shrink;
  }

  /** Makes simulated files. */
  async simulate(...args: readonly string[]): Promise<void> {
    const [command, ...rest] = args;
    await this.#run(here("prepare_data.py"), [command!, this.path, `${this.#shrink}`, ...rest]);
  }

  /** Measures a command of the shell in the folder. */
  async measure(command: string): Promise<Cost> {
    const setUp = `cd '${this.path}'; export PYTHON='${this.#python}'; `;
    return JSON.parse(await this.#run(here("prepare_measure.py"), [setUp + command]));
  }

  /** Measures our command, which writes `ours.npz`. */
  async measureOurs(files: readonly JobFile[], flags: readonly string[]): Promise<Cost> {
    const rows = files.map(({ cellType, mark, name }) => `${cellType}\t${mark}\t${name}\n`);
    await Deno.writeTextFile(
      `${this.path}/sheet.tsv`,
      `cell_type\tmark\tpath\n${rows.join("")}`,
    );
    const inputs = `--samples ${this.path}/sheet.tsv --genes ${this.path}/genes-1.tsv`;
    const command = `${OURS} ${inputs} ${flags.join(" ")} --out ${this.path}/ours.npz`;
    return await this.measure(`cd '${this.#root}'; ${command}`);
  }

  /** Compares `ours.npz` with a table of a peer that counted every `step`-th gene. */
  async compare(
    [format, table]: readonly [string, string],
    { step, tolerance }: { readonly step: number; readonly tolerance: number },
  ): Promise<Agreement> {
    const paths = ["ours.npz", table].map((name) => `${this.path}/${name}`);
    const genes = `${this.path}/genes-${step}.tsv`;
    const args = [paths[0]!, paths[1]!, format, genes, `${tolerance}`];
    return JSON.parse(await this.#run(here("prepare_agree.py"), args));
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(this.#python, {
      args: [program, ...args],
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    const lines = new TextDecoder().decode(stderr).trim().split("\n").slice(-5).join("\n");
    throw new Error(`Cannot bench: ${program} ${args.join(" ")} failed:\n${lines}`);
  }
}

/** Ten files of two cell types, named after what is in them. */
export function tenFiles(ending: string): JobFile[] {
  return ["E003", "E116"].flatMap((cellType) =>
    ROADMAP_MARKS.map((mark) => ({ cellType, mark, name: `${cellType}-${mark}.${ending}` }))
  );
}
