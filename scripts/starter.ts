/** `deno task starter`: trains the model that comes with this package, and measures its error. */

import { type CommandCall, integer, threadCount } from "../src/commands/flags.ts";
import { reportRuns } from "../src/commands/_report_training.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { formatBytes } from "../src/base/byte_count.ts";
import { makeDirectory, writeFileAtomic } from "../src/files/file.ts";
import { saveModel } from "../src/model/save_load.ts";
import { describePanel } from "../src/panel/describe_panel.ts";
import { formatStarterModule, packModel, roundModel } from "./_pack_starter.ts";
import { lentThreads } from "../src/files/lent.ts";
import { printText } from "./_print_text.ts";
import { readStarterData } from "./_starter_data.ts";
import { judgeStarter } from "./_starter_measure.ts";
import { formatTables } from "./_starter_tables.ts";
import { trainStarter } from "./_starter_training.ts";

interface StarterFlags {
  readonly log2: string;
  readonly fourMarks?: string;
  readonly out: string;
  readonly seeds: number;
  readonly threads: number;
}

await runCommand<StarterFlags>(
  {
    name: "starter",
    summary:
      "Trains the starter model, which comes with this package, on peaks of ENCODE and Roadmap Epigenomics, with statistics of " +
      "each gene's labels in place of the data. For each cell type it also trains a model that has seen neither that cell " +
      "type nor a share of the genes: their errors are the calibration of its intervals, and the tables of docs/starter.md, " +
      "which it prints. Writes the model, and the module that is shipped.",
    examples: [
      [
        "deno task starter --log2 peaks_log2.npz --four-marks peaks_four_marks_log2.npz --out runs/starter",
        "then copy runs/starter/_starter_model.ts to src/starter/",
      ],
    ],
    declare: (command) =>
      command
        .requiredOption("--log2 <path>", "peaks of five marks, labels log2(RPKM + 1)")
        .option("--four-marks <path>", "peaks of cell types without H3K4me1, with the same labels")
        .option("--out <dir>", "where to write the model", "runs/starter")
        .option("--seeds <n>", "number of models of each fold that are measured", integer(1), 1)
        .option("--threads <n>", "threads", threadCount, lentThreads()),
    run: starter,
  },
  Deno.args,
);

async function starter(flags: StarterFlags, { signal }: CommandCall): Promise<void> {
  const { log2, fourMarks, seeds, threads, out } = flags;
  const log = (line: string) => console.info(line);
  const paths = fourMarks === undefined ? [log2] : [log2, fourMarks];
  const data = await readStarterData(paths, (path) => log(`Reading ${path}`));
  const hooks = reportRuns((run) => run === 0 ? "model" : `fold ${run}`);
  const trained = await trainStarter(data, { seeds, threads, signal, hooks });
  const model = await roundModel(trained.model);
  const packed = await packModel(model);
  await makeDirectory(out);
  await saveModel(model, out);
  const module = formatStarterModule(packed);
  await writeFileAtomic(`${out}/_starter_model.ts`, module);
  log(`Panel: ${describePanel(model.panel!)}`);
  log(
    `Written: ${out}/ (model.json, weights.bin, panel.npz, _starter_model.ts of ${
      formatBytes(module.length)
    })`,
  );
  printText(formatTables(await judgeStarter(trained.judged, { threads, signal, log })));
}
