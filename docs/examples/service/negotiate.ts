/** Finds the formats of a request and of its answer by their media types. */

import type { Format } from "./format.ts";
import { Refusal } from "./refusals.ts";

/**
 * The format of a request's body, by its `Content-Type`.
 *
 * @throws {Refusal} 415 if no format has that type, or the body is compressed: npz files are compressed in themselves.
 */
export function formatOfBody(request: Request, formats: readonly Format[]): Format {
  const encoding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding !== "identity") {
    throw new Refusal(
      `Content-Encoding is "${encoding.slice(0, 80)}", expected a body that is not compressed.`,
      { status: 415, code: "CONTENT_ENCODING" },
    );
  }
  const [type = ""] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const found = formats.find(({ types }) => types.includes(type.trim()));
  if (found !== undefined) return found;
  throw new Refusal(
    `Content-Type is "${type.trim().slice(0, 80)}", expected one of ${listTypes(formats)}.`,
    { status: 415, code: "CONTENT_TYPE" },
  );
}

/**
 * The format of the answer, by `Accept`: the one that the client likes most; of several, the first.
 *
 * @throws {Refusal} 406 if the client takes none.
 */
export function formatOfAnswer(
  request: Request,
  formats: readonly [Format, ...Format[]],
): Format {
  const accept = request.headers.get("accept") ?? "*/*";
  const wishes = accept.toLowerCase().split(",").slice(0, 20).map(parseWish);
  let best: { readonly format: Format; readonly quality: number } | undefined;
  for (const format of formats) {
    const quality = qualityOf(format, wishes);
    if (quality > (best?.quality ?? 0)) best = { format, quality };
  }
  if (best !== undefined) return best.format;
  throw new Refusal(
    `Accept is "${accept.slice(0, 80)}", expected one of ${listTypes(formats)}.`,
    { status: 406, code: "ACCEPT" },
  );
}

interface Wish {
  readonly type: string;
  readonly quality: number;
}

function parseWish(text: string): Wish {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** How much a format is liked: an exact type says more than a range such as `application/*`. */
function qualityOf({ types }: Format, wishes: readonly Wish[]): number {
  const exact = wishes.filter(({ type }) => types.includes(type));
  const ranges = wishes.filter(({ type }) => type === "application/*");
  const all = wishes.filter(({ type }) => type === "*/*");
  const [said = []] = [exact, ranges, all].filter(({ length }) => length > 0);
  return Math.max(0, ...said.map(({ quality }) => quality));
}

function listTypes(formats: readonly Format[]): string {
  return formats.map(({ types }) => types[0]).join(", ");
}
