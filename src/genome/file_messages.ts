/** Joins messages about the files of a sample sheet: most files are alike, so what holds for all is reported once. */

import { formatCountOf } from "../base/count.ts";

/** Passes a warning on, unless the same warning was given about another file. */
export type WarnOnce = (message: string, file: string) => void;

/** Makes a function that passes each warning on once, whichever file it is about. */
export function makeWarnOnce(onWarning: (message: string) => void = () => {}): WarnOnce {
  const said = new Set<string>();
  return (message, file) => {
    const rest = message.replaceAll(file, "");
    if (said.has(rest)) return;
    said.add(rest);
    onWarning(message);
  };
}

/** A message about one file, and the other files for which it holds. */
interface SharedMessage {
  readonly message: string;
  readonly file: string;
  readonly others: string[];
}

/** Options of {@linkcode FileMessages}. */
export interface FileMessagesOptions {
  /**
   * Whether messages that differ only in numbers and quoted examples count as the same.
   *
   * @default {false}
   */
  readonly ignoresExamples?: boolean;
}

/** Collects messages about files. The same message about several files becomes one, with the number of files. */
export class FileMessages {
  readonly #ignoresExamples: boolean;
  readonly #messages = new Map<string, SharedMessage>();

  constructor({ ignoresExamples = false }: FileMessagesOptions = {}) {
    this.#ignoresExamples = ignoresExamples;
  }

  add(file: string, messages: readonly string[] = []): void {
    for (const message of messages) {
      const rest = message.replaceAll(file, "");
      const key = this.#ignoresExamples ? rest.replace(/"[^"]*"|\d+/g, "") : rest;
      const earlier = this.#messages.get(key);
      if (earlier === undefined) this.#messages.set(key, { message, file, others: [] });
      else earlier.others.push(file);
    }
  }

  /** Returns the messages, each with the first file that it is about. */
  list(): { readonly message: string; readonly file: string }[] {
    const holds = this.#ignoresExamples ? "Much the same holds" : "The same holds";
    return Array.from(this.#messages.values(), ({ message, file, others }) => {
      const [example] = others;
      if (example === undefined) return { message, file };
      const count = formatCountOf(others.length, "other file");
      return { message: `${message}. ${holds} for ${count}, such as ${example}`, file };
    });
  }
}
