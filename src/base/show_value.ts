/**
 * Formats a value from outside as a short text for a message: its JSON, or `missing` if it is undefined. A template's
 * `${value}` is not used, since an object from a file can make it throw.
 */
export function showValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`.slice(0, 60);
  try {
    return JSON.stringify(value)?.slice(0, 60) ?? "missing";
  } catch {
    // JSON.stringify has overflowed the stack.
    return "nested too deeply";
  }
}
