/**
 * Throws unless a setting is a safe integer and not less than a bound.
 *
 * @param value The setting.
 * @param what The action that is refused otherwise, the setting's name, and its least value.
 * @throws {RangeError} Naming the setting, its value and the least.
 */
export function checkInteger(
  value: number,
  { action, name, least }: {
    readonly action: string;
    readonly name: string;
    readonly least: number;
  },
): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`Cannot ${action}: ${name} is ${value}, expected an integer >= ${least}`);
}
