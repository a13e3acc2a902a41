/** Tables of predictions as text: between tabs, between commas, or as JSON lines. */

import { quoteCsv } from "../base/csv.ts";
import { formatFloat32 } from "../io/submission.ts";
import type { ColumnKind, PredictionColumn } from "./_prediction_columns.ts";

/** The text is written in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/** A table whose rows are lines. */
export type TextFormat = "tsv" | "csv" | "jsonl";

type Value = string | number | undefined;

interface TextStyle {
  /** The first line, with its end; empty if the format has none. */
  readonly header: (columns: readonly PredictionColumn[]) => string;
  /** The line of some values, with its end. */
  readonly line: (columns: readonly PredictionColumn[], values: readonly Value[]) => string;
}

const STYLES: Readonly<Record<TextFormat, TextStyle>> = {
  tsv: cellStyle(joinByTabs),
  csv: cellStyle(joinByCommas),
  jsonl: { header: () => "", line: formatObject },
};

/** The text of a table in pieces. */
export function* tableText(
  columns: readonly PredictionColumn[],
  { format, length }: { readonly format: TextFormat; readonly length: number },
): Generator<string, void, undefined> {
  const { header, line } = STYLES[format];
  let text = header(columns);
  for (let position = 0; position < length; position++) {
    text += line(columns, columns.map(({ valueAt }) => valueAt(position)));
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}

function formatNumber(value: number, kind: ColumnKind): string {
  return kind === "float32" ? formatFloat32(value) : String(value);
}

/** A style in which a row is its cells, empty for what is not known. */
function cellStyle(join: (cells: readonly string[]) => string): TextStyle {
  return {
    header: (columns) => join(columns.map(({ name }) => name)),
    line: (columns, values) =>
      join(
        values.map((value, i) =>
          typeof value === "number" ? formatNumber(value, columns[i]!.kind) : value ?? ""
        ),
      ),
  };
}

function joinByTabs(cells: readonly string[]): string {
  const [cellType, gene] = cells;
  if (cells.some((cell) => /[\t\r\n]/.test(cell))) {
    throw new TypeError(
      `Cannot write predictions: a name of ${JSON.stringify(gene)} in ${
        JSON.stringify(cellType)
      } holds a tab or a line end`,
    );
  }
  return `${cells.join("\t")}\n`;
}

function joinByCommas(cells: readonly string[]): string {
  return `${cells.map(quoteCsv).join(",")}\n`;
}

/** A row as a JSON object with a name for each column; what is not known is null. */
function formatObject(columns: readonly PredictionColumn[], values: readonly Value[]): string {
  const fields = columns.map(({ name, kind }, i) => {
    const value = values[i] ?? null;
    const text = typeof value === "number" ? formatNumber(value, kind) : JSON.stringify(value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${fields.join(",")}}\n`;
}
