/** The look at all files before any is counted. */

import { ContractError } from "../errors.ts";
import { agreeOnAssembly, identifyAssembly } from "./assembly.ts";
import { checkAssembly } from "./chromosomes.ts";
import type { Gene } from "./gene.ts";
import type { PrepareOptions, SignalInput } from "./prepare_options.ts";
import { checkOptions } from "./signal/_check_options.ts";
import type { SignalTrack } from "./signal/track.ts";

/** Passes a warning on, unless the same was said of another file. */
export type WarnOnce = (message: string, file: string) => void;

/** Files of a sample sheet mostly are alike, and so is what there is to say of them. */
export function makeWarnOnce(onWarning: (message: string) => void = () => {}): WarnOnce {
  const said = new Set<string>();
  return (message, file) => {
    const rest = message.replaceAll(file, "");
    if (said.has(rest)) return;
    said.add(rest);
    onWarning(message);
  };
}

/** Opens every file once, checks what can be without counting, and tells the assembly. */
export async function inspectInputs(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  options: PrepareOptions & { readonly warnOnce: WarnOnce },
): Promise<string> {
  const found = [];
  for (const { name, open } of inputs) {
    const { track, close } = await open();
    try {
      checkOptions(track, options);
      checkNormalisation(track, options);
      const { contigs } = track;
      found.push({ file: name, assembly: contigs && identifyAssembly(contigs) });
      if (contigs === undefined) continue;
      for (const message of checkAssembly(genes, contigs, { file: name })) {
        options.warnOnce(message, name);
      }
    } finally {
      close();
    }
  }
  return agreeOnAssembly(found, options.assembly);
}

function checkNormalisation({ name, format }: SignalTrack, options: PrepareOptions): void {
  if (options.normalisation !== "rpm" || format === "bam" || format === "bed") return;
  throw new ContractError(
    `Cannot normalise ${name}: a signal track has no reads to count, expected normalisation none`,
  );
}
