/** Texts of models and data, such as names of marks, in the Markdown of a card. */

/**
 * What is part of HTML or of Markdown: anywhere in a line, but for an underscore between letters, which names keep; and what
 * makes a list or a heading at its beginning.
 */
const MARKUP = /[&<>\\`*[\]|#~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|(?<=^\d*)[-+=.)]/gu;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** The most characters of a name. */
const MOST_OF_NAME = 200;

/**
 * Escapes a text from a model or from data, so that Markdown and HTML show it as it is, on one line: whoever wrote it cannot
 * add a link, an element or a cell to the card. An address such as `https://…` is left as it is, since it leads where it says.
 *
 * @param text The text.
 * @param most Characters after which it is cut.
 */
export function showText(text: string, most = MOST_OF_NAME): string {
  return oneLine(text, most).replace(MARKUP, (found) => ENTITIES[found] ?? `\\${found}`);
}

/** A text for front matter, where quotation marks and escapes have another meaning: what is not plain becomes a space. */
export function plainText(text: string): string {
  return oneLine(text.replace(/[<>`|*_[\]\\#"]/g, " "), MOST_OF_NAME);
}

/** Without control characters and those that turn the direction of writing. */
function oneLine(text: string, most: number): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, " ").trim().slice(0, most);
}
