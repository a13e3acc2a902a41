import { showValue } from "./show_value.ts";

/**
 * Throws unless a value is an object, before a field of it is read.
 *
 * @param value What was given.
 * @param what What is refused otherwise, what it was given as, and what it should be.
 * @throws {TypeError} With what it is.
 */
export function checkObject(
  value: unknown,
  { action, as, expected }: {
    /** Such as `join inputs`. */
    readonly action: string;
    /** Such as `the columns`. */
    readonly as: string;
    /** Such as `an object with samples and columns`. */
    readonly expected: string;
  },
): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(
    `Cannot ${action}: found ${showValue(value)} as ${as}, expected ${expected}`,
  );
}
