/**
 * Names what kind of value a caller gave, for messages about a wrong type: `undefined`, `null`, `a string`, or the class
 * of an object, as in `a Promise`. The value itself is not shown: it may be large, or secret.
 */
export function kindOfValue(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const name = typeof value === "object" ? nameOfClass(value) : typeof value;
  return `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;
}

function nameOfClass(value: object): string {
  const { name } = Object(Object.getPrototypeOf(value)?.constructor);
  return typeof name === "string" && name !== "" && name !== "Object" ? name : "object";
}
