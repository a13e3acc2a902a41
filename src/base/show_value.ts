/**
 * A value from outside as a short text for a message: its JSON, `missing` if it is undefined. Not a template's
 * `${value}`, which an object from a file can make throw.
 */
export function showValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`.slice(0, 60);
  try {
    return JSON.stringify(value)?.slice(0, 60) ?? "missing";
  } catch {
    // What is nested too deeply overflows the stack.
    return "nested too deeply";
  }
}
