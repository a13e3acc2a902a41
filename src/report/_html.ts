import { printable } from "../base/printable.ts";

/** Text that is HTML already. Only {@linkcode html} and {@linkcode trustHtml} make it. */
export class Html {
  /** The HTML. */
  readonly text: string;

  /** Takes text that is HTML already. */
  constructor(text: string) {
    this.text = text;
  }
}

/** Values that a template may hold: text, which is escaped, HTML, which is not, and lists of both. */
export type HtmlPart = string | number | Html | readonly HtmlPart[];

/**
 * Tag of template strings that become HTML. Every value is escaped unless it is {@linkcode Html}, since names of cell
 * types, settings and runs come from files, which may hold anything.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(fixed.map((text, i) => text + toHtml(parts[i] ?? "")).join(""));
}

/** Declares text to be safe HTML. */
export function trustHtml(text: string): Html {
  return new Html(text);
}

/** Escapes text for HTML elements, and for attributes in double quotes; control characters are spelled out. */
export function escapeHtml(text: string): string {
  return printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

function toHtml(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(toHtml).join("");
  return escapeHtml(String(part));
}
