/**
 * Our side of the benchmark of counting: counts one file in a process of its own, so that its peak of memory is
 * its own. Arguments: the folder, the file, the rule. Writes `ours.f64`, prints a line of JSON.
 */

import { readGenes } from "../../src/genome/genes.ts";
import type { CountingRule } from "../../src/genome/signal/track.ts";
import { openSignalFile } from "../../src/genome/signal_files.ts";
import { geneWindows } from "../../src/genome/windows.ts";

const [folder, file, rule] = Deno.args;
const started = performance.now();
const windows = geneWindows(await readGenes(`${folder}/genes.tsv`));
const { track, close } = await openSignalFile(`${folder}/${file}`);
const { values } = await track.count(windows, { rule: rule as CountingRule });
const seconds = (performance.now() - started) / 1000;
close();
await Deno.writeFile(`${folder}/ours.f64`, new Uint8Array(values.buffer));
console.log(JSON.stringify({ seconds }));
