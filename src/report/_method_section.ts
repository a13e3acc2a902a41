/** The last section of pages of explanations. */

import { versionsTable } from "./_data_tables.ts";
import type { Section } from "./_document.ts";
import type { Html } from "./_html.ts";
import { describeMethod } from "./_method_words.ts";
import { describeRecord } from "./_record_words.ts";
import { table } from "./_table.ts";
import type { GenePageInput } from "./gene_page_input.ts";

/** Says how attributions were found, what the data are, and which programs made the page. */
export function methodSection(
  { method, record, bins, versions }: Pick<
    GenePageInput,
    "method" | "record" | "bins" | "versions"
  >,
): Section {
  return {
    id: "method",
    title: "How this was made",
    content: [
      wordsTable("How attributions were found", describeMethod(method)),
      wordsTable("What the numbers of the data are", describeRecord(record, bins)),
      ...(versions === undefined ? [] : [versionsTable(versions)]),
    ],
  };
}

function wordsTable(caption: string, rows: readonly (readonly [string, string])[]): Html {
  return table(caption, rows, [
    { title: "Property", cell: ([what]) => what, isText: true },
    { title: "Value", cell: ([, value]) => value, isText: true },
  ]);
}
