/** What V8 and other engines say of text that ends within a value. */
const ENDS_EARLY = /end of (JSON|data|input|file)|EOF|unterminated/i;

/**
 * Says what is wrong with text that `JSON.parse` or `parseJson` refused.
 *
 * @param text The text.
 * @param error What was thrown.
 * @returns What was found, and what was expected.
 */
export function describeJsonFault(text: string, error: Error): string {
  // Some engines quote the text with its ends of lines.
  const message = error.message.replace(/\s+/g, " ");
  if (text.trim() === "") return "found an empty file, expected JSON";
  const position = Number(/at position (\d+)/.exec(message)?.[1]);
  if (ENDS_EARLY.test(message) || position >= text.trimEnd().length) {
    return "found JSON that is cut short, expected a whole file";
  }
  // A name that stands twice is explained already.
  return /expected once$/.test(message) ? message : `found no JSON (${message}), expected JSON`;
}
