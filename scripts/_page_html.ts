/** Makes the two pages of the folder from the one that people write. */

import { ContractError } from "../src/errors.ts";
import { contentPolicy, type PageKind } from "../src/page/build/policy.ts";

/** What the page that connects says in the place of the other's words. */
const CONNECTING_WORDS: Readonly<Record<string, string>> = {
  title: "Histone: files on servers",
  summary: "This page connects to the servers that you name.",
  words:
    "Files that you drop stay on this computer, as on the other page. For an address that you enter, the page asks " +
    "its server for the parts of the file that it needs; the server learns your address on the network, " +
    "the file and the parts, and nothing else. No request is made before you enter an address. To be sure " +
    "that nothing can be sent, use the page that does not connect.",
};

/**
 * Makes a page.
 *
 * @param html The page as people write it.
 * @param kind Which page to make of it.
 * @param folder The folder of the version's files, with a slash at the end.
 * @returns The page, with its policy and the addresses of its files.
 * @throws {ContractError} If the page lacks what is to be replaced.
 */
export function makePage(
  html: string,
  { kind, folder }: { readonly kind: PageKind; readonly folder: string },
): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(kind)}" />`;
  const placed = [
    // The policy holds for what comes after it.
    [/<meta charset="utf-8" \/>/, `$&\n    ${policy}`],
    [
      /<script type="module" src="main\.js"><\/script>/,
      `<script defer src="${folder}start.js"></script>`,
    ],
    [/(?<=<link rel="icon" href=")(?=icon\.svg")/, folder],
    [/(?<=<link rel="stylesheet" href=")(?=style\.css")/, folder],
  ] as const;
  const page = placed.reduce((text, [found, by]) => replaceOne(text, found, by), html);
  if (kind === "closed") return page;
  const { title, summary, words } = CONNECTING_WORDS;
  const changed = [
    [/(?<=<html lang="en")(?=>)/, " data-connects"],
    [/(?<=<title>)[^<]*(?=<\/title>)/, title!],
    [/Your files stay on this computer\.(?=\s*<\/summary>)/, summary!],
    [/(?<=<p id="privacy-words">)[^<]*(?=<\/p>)/, words!],
  ] as const;
  return changed.reduce((text, [found, by]) => replaceOne(text, found, by), page);
}

function replaceOne(text: string, found: RegExp, by: string): string {
  const count = text.match(new RegExp(found, "g"))?.length ?? 0;
  if (count !== 1) {
    throw new ContractError(`Cannot build the page: found ${found} ${count} times, expected once`);
  }
  return text.replace(found, by);
}
