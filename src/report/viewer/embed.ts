import { toBase64 } from "../../base/platform.ts";

/** Scripts and data within a page. */

/** A function of a page's script. Its text is what the page holds, so that it may use only others of the same script. */
export type PageFunction = (...values: never[]) => unknown;

/** The script of a page: its functions, and what it runs when it starts. */
export interface PageScript {
  /** All functions that the script uses. */
  readonly functions: readonly PageFunction[];
  /** The file in which a build keeps the text of the script; without one it is made of the functions. */
  readonly file?: "gene_script.js";
  /** The one of them that is called first, without arguments. */
  readonly start: () => void;
  /** What `readPageData` finds: any value that JSON can hold. */
  readonly data: unknown;
}

/** The id of the element that holds a page's data. */
const DATA_ID = "page-data";

/** The text of a page's script. */
export function scriptText({ functions, start }: PageScript): string {
  const texts = functions.map((each) => each.toString());
  return `"use strict";\n{\n${texts.join("\n")}\n${start.name}();\n}`;
}

/** The source expression with which a content security policy lets a script run, and no other. */
export async function scriptHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${toBase64(new Uint8Array(digest))}'`;
}

/** The element that holds a page's data. A `<` would end it early if a name contained `</script>`. */
export function dataElement({ data }: PageScript): string {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${DATA_ID}">${json}</script>`;
}
