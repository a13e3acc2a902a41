import { formatCountOf } from "../base/count.ts";

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

/** What there is to say of one file, and of which others. */
interface Said {
  readonly message: string;
  readonly file: string;
  readonly others: string[];
}

/** Collects what must be mended in each file, to say it once and name how many have it. */
export class FileWarnings {
  readonly #said = new Map<string, Said>();

  add(file: string, messages: readonly string[] = []): void {
    for (const message of messages) {
      const rest = message.replaceAll(file, "");
      const said = this.#said.get(rest);
      if (said === undefined) this.#said.set(rest, { message, file, others: [] });
      else said.others.push(file);
    }
  }

  passOn(warn: WarnOnce): void {
    for (const { message, file, others } of this.#said.values()) {
      const more = `. The same holds for ${formatCountOf(others.length, "other file")}, such as `;
      warn(others.length === 0 ? message : `${message}${more}${others[0]}`, file);
    }
  }
}
