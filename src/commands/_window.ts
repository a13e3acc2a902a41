/** The flag that says how many samples are shuffled together in training, and what is said of it. */

import { Option } from "commander";
import { formatCount } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { isStored } from "../io/stored_signal.ts";
import { chooseWindow } from "../training/choose_window.ts";
import { integer } from "./flags.ts";

/** Flags with a window. */
export interface WindowFlags {
  readonly window?: number | undefined;
}

/** Makes the flag `--window`. */
export function windowFlag(): Option {
  return new Option(
    "--window <n>",
    "samples that are shuffled together, from parts of the data that are chosen at random (default: all in memory, or as " +
      "many as fill 128 MiB of data that stay on disk)",
  ).argParser(integer(1));
}

/** Says how many samples are shuffled together, unless all are. */
export function printWindow(
  { window }: { readonly window?: number | undefined },
  data: Dataset,
): void {
  if (window === undefined) return;
  console.info(
    `Shuffling windows of ${formatCount(window)} of ${formatCount(data.length)} samples${
      isStored(data.columns.signal) ? ": the signal stays on disk" : ""
    }`,
  );
}

/** Chooses how many samples are shuffled together in batches of any size, and says it. */
export function announceWindow(
  data: Dataset,
  { window, memory }: WindowFlags & { readonly memory?: number | undefined },
): number | undefined {
  const chosen = chooseWindow(data, { batchSize: 1, window, mostBytes: memory });
  printWindow({ window: chosen }, data);
  return chosen;
}
