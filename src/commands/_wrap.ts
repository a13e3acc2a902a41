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
export function wrapLine(line: string, options: WrapOptions): string[] {
  if (lengthOf(line) <= options.width || line.endsWith(CONTINUED)) return [line];
  const own = /^\s*/.exec(line)?.[0] ?? "";
  const words = line.slice(own.length).matchAll(/(?<spaces>\s*)(?<word>\S+)/g);
  return fillLines(
    words.map(({ groups }) => ({ spaces: groups?.spaces ?? "", word: groups?.word ?? "" })),
    { indent: `${own}  `, ...options, first: own },
  );
}

/** A word and the spaces before it. */
interface SpacedWord {
  readonly spaces: string;
  readonly word: string;
}

/** Lines with as many words as they may have. */
function fillLines(
  words: Iterable<SpacedWord>,
  { width, first, indent = "", ending = "" }: WrapOptions & { readonly first: string },
): string[] {
  const lines: string[] = [];
  let current = first;
  let isEmpty = true;
  for (const { spaces, word } of words) {
    const longer = isEmpty ? current + word : current + spaces + word;
    if (!isEmpty && lengthOf(longer) + ending.length > width) {
      lines.push(current + ending);
      current = indent + word;
    } else {
      current = longer;
    }
    isEmpty = false;
  }
  return [...lines, current];
}

/** Characters that take two columns of a terminal. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/gu;
/** Characters that are shown over the one before them, or not at all. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/gu;

/** Columns of a terminal that a text takes. */
function lengthOf(text: string): number {
  const count = (characters: RegExp) => [...text.matchAll(characters)].length;
  return [...text].length + count(WIDE) - count(WITHOUT_WIDTH);
}

/** A command line in lines that a shell joins: it may be copied as it stands. */
export function wrapCommand(command: string, { width, indent = "  " }: WrapOptions): string {
  if (lengthOf(command) <= width) return command;
  // Quoted words keep their spaces.
  const words = command.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  const spaced = words.map((word) => ({ spaces: " ", word }));
  return fillLines(spaced, { width, indent, first: "", ending: CONTINUED }).join("\n");
}
