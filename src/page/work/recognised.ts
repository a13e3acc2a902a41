/** What the page takes a file for. */

import type { SignalFormat } from "../../genome/mod.ts";
import type { FileRole } from "../protocol.ts";

/** What a file is. */
export interface Recognised {
  readonly role: FileRole;
  /** What it is, in words. */
  readonly about: string;
  /** Of signal, what it holds. */
  readonly format?: SignalFormat;
  /** Why it cannot be used, and what to do. */
  readonly problem?: string;
}

/** The advice in a reader's message about a file. */
export function adviceOf(error: unknown, name: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Cannot [^:]*: /, "").replace(`${name}: `, "");
}

/** What to do about a file that nothing recognises, in words that do not take every file for one of signal. */
export function adviceOnKind(error: unknown, name: string): string {
  return adviceOf(error, name).replace(
    /^expected a name that ends in (.*?)(;|$)/,
    "the page does not know this kind of file: names of reads and signal end in $1$2",
  );
}
