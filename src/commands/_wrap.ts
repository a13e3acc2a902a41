/** Breaks text into lines that fit the user's terminal. */

import { readVariable } from "./_environment.ts";

/** Characters a line where the width is unknown, as for a file or a pipe. */
const USUAL_WIDTH = 80;
/** Narrower lines are unreadable: a terminal that reports fewer characters does not know its size. */
const NARROWEST = 40;

/** The number of characters that a line may have: `COLUMNS`, else the terminal's width, else 80. */
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

/** The end of a line of a command that continues on the next line. */
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

/** Breaks each line of a text at spaces where it is too long. Words are never broken. */
export function wrapText(text: string, options: WrapOptions): string {
  return text.split("\n").flatMap((line) => wrapLine(line, options)).join("\n");
}

/**
 * Breaks a line at spaces where it is too long. Words, such as paths, are never broken, and neither are lines that
 * {@linkcode wrapCommand} has broken already.
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

/** Fills lines with as many words as fit. */
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
/** Characters that are shown over the previous one, or not at all. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/gu;

/** Counts the columns of a terminal that a text takes. */
function lengthOf(text: string): number {
  const count = (characters: RegExp) => [...text.matchAll(characters)].length;
  return [...text].length + count(WIDE) - count(WITHOUT_WIDTH);
}

/**
 * Breaks a command line into lines that a shell joins, so that it may be copied. A flag and its value stay on one line
 * if they fit.
 */
export function wrapCommand(command: string, { width, indent = "  " }: WrapOptions): string {
  if (lengthOf(command) <= width) return command;
  // Quoted words keep their spaces.
  const words = command.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  const room = width - indent.length - CONTINUED.length;
  const spaced = joinValues(words, room).map((word) => ({ spaces: " ", word }));
  return fillLines(spaced, { width, indent, first: "", ending: CONTINUED }).join("\n");
}

/** Joins each flag and the word after it, which is most likely its value, if both fit the room. */
function joinValues(words: readonly string[], room: number): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const last = joined.at(-1) ?? "";
    const isValue = /^--?[a-z][\w-]*$/i.test(last) && !word.startsWith("-");
    if (isValue && lengthOf(`${last} ${word}`) <= room) joined.push(`${joined.pop()} ${word}`);
    else joined.push(word);
  }
  return joined;
}
