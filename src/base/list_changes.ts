/** Says in which fields two objects differ, for messages about settings that are not those of before. */

/** Paths of files may be long, and often differ at their ends. */
const MOST_CHARACTERS = 300;

/**
 * Lists the fields of two objects of plain data whose values differ.
 *
 * @param before The former object, as `JSON.parse` may have read it back.
 * @param now The object as it is now.
 * @param nameOf What a field is called in the message; the field's own name unless given.
 * @returns A text for each such field, such as `epochs was 1, is now 2`, in the order of the fields now.
 */
export function listChanges(
  before: object,
  now: object,
  nameOf: (field: string) => string = (field) => field,
): string[] {
  const former = new Map<string, unknown>(Object.entries(before));
  const present = new Map<string, unknown>(Object.entries(now));
  const fields = [...new Set([...present.keys(), ...former.keys()])];
  return fields.flatMap((field) => {
    const [was, is] = [former.get(field), present.get(field)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [`${nameOf(field)} was ${show(was)}, is now ${show(is)}`];
  });
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "not given";
  return JSON.stringify(value).slice(0, MOST_CHARACTERS);
}
