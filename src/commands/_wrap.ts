/** Text in lines that fit the user's terminal. */

import { readVariable } from "./_environment.ts";

/** Where nothing is known of the place that reads the text, such as a file or a pipe. */
const USUAL_WIDTH = 80;
/** Narrower lines could not be read; a terminal that says so does not know its size. */
const NARROWEST = 40;

/** How many characters a line may have: what `COLUMNS` says, else the terminal's width, else 80. */
export function outputWidth(): number {
  const columns = Number(readVariable("COLUMNS"));
  return Number.isInteger(columns) && columns >= NARROWEST ? columns : terminalWidth();
}

function terminalWidth(): number {
  if (!Deno.stdout.isTerminal() && !Deno.stderr.isTerminal()) return USUAL_WIDTH;
  try {
    const { columns } = Deno.consoleSize();
    return columns >= NARROWEST ? columns : USUAL_WIDTH;
  } catch {
    return USUAL_WIDTH;
  }
}

/** How a line of a command ends that another continues. */
const CONTINUED = " \\";

/** How {@linkcode wrapLine} breaks a line. */
interface WrapOptions {
  /** Characters that a line may have. */
  readonly width: number;
  /** What each line after the first begins with; by default its indent and two spaces. */
  readonly indent?: string;
  /** What each line but the last ends with. */
  readonly ending?: string;
}

/** A text, each of its lines broken at spaces where it is too long. Words are never broken. */
export function wrapText(text: string, options: WrapOptions): string {
  return text.split("\n").flatMap((line) => wrapLine(line, options)).join("\n");
}

/**
 * A line, broken at spaces where it is too long. Words, such as paths, are never broken, nor is a line of a command
 * that {@linkcode wrapCommand} has broken already.
 */
export function wrapLine(line: string, { width, indent, ending = "" }: WrapOptions): string[] {
  if (lengthOf(line) <= width || line.endsWith(CONTINUED)) return [line];
  const own = /^\s*/.exec(line)?.[0] ?? "";
  const hanging = indent ?? `${own}  `;
  const lines: string[] = [];
  let current = own;
  let isEmpty = true;
  for (const [, spaces = "", word = ""] of line.slice(own.length).matchAll(/(\s*)(\S+)/g)) {
    const longer = isEmpty ? current + word : current + spaces + word;
    if (!isEmpty && lengthOf(longer) + ending.length > width) {
      lines.push(current + ending);
      current = hanging + word;
    } else {
      current = longer;
    }
    isEmpty = false;
  }
  return [...lines, current];
}

/** Characters that a terminal shows. */
function lengthOf(text: string): number {
  return [...text].length;
}

/** A command line in lines that a shell joins: it may be copied as it stands. */
export function wrapCommand(command: string, { width, indent = "  " }: WrapOptions): string {
  // Quoted words keep their spaces.
  const words = command.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  const masked = words.map((word) => word.replaceAll(" ", "\u00a0")).join(" ");
  const lines = wrapLine(masked, { width, indent, ending: CONTINUED });
  return lines.join("\n").replaceAll("\u00a0", " ");
}
