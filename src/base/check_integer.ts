import { showValue } from "./show_value.ts";

/**
 * Throws unless a setting is a safe integer within its bounds.
 *
 * @param value The setting.
 * @param what The action that is refused otherwise, the setting's name, its least value, and its largest if there is one.
 * @throws {RangeError} Naming the setting, its value and the bounds.
 */
export function checkInteger(
  value: number,
  { action, name, least, most = Number.MAX_SAFE_INTEGER }: {
    readonly action: string;
    readonly name: string;
    readonly least: number;
    readonly most?: number | undefined;
  },
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const isNamed = most !== Number.MAX_SAFE_INTEGER || value > most;
  const range = isNamed ? ` and <= ${most}` : "";
  throw new RangeError(
    `Cannot ${action}: ${name} is ${showValue(value)}, expected an integer >= ${least}${range}`,
  );
}
