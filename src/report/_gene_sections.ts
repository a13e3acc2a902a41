/** What a gene's page shows of each cell type in tables. The script of the page shows those of the chosen one. */

import { compact, drawBar, drawEnds, rangeOfCells } from "./_bars.ts";
import { formatFraction, formatNumber } from "./_format.ts";
import { formatInterval } from "./_gene_predictions.ts";
import { type Html, html, trustHtml } from "./_html.ts";
import { isAdditive } from "./_method_words.ts";
import { type Column, table } from "./_table.ts";
import type { EditEffect, GeneInCellType, GenePageInput, LikeGene } from "./gene_page_input.ts";
import { formatSigned } from "./viewer/numbers.ts";

/** Makes a part for each cell type, all but the first shown hidden. */
export function eachCellType(
  { cellTypes, firstShown = 0 }: GenePageInput,
  render: (cellType: GeneInCellType) => Html,
): Html[] {
  return cellTypes.map((cellType, place) => {
    const body = trustHtml(compact(render(cellType)));
    return place === firstShown
      ? html`<div data-choice="${place}">${body}</div>`
      : html`<div data-choice="${place}" hidden>${body}</div>`;
  });
}

/** A part of a prediction. */
interface Share {
  readonly name: string;
  readonly value: number;
  /** Where its bar starts and ends. */
  readonly from: number;
  readonly to: number;
  readonly kind?: "total" | undefined;
}

/** The sum of the attributions of each mark that was measured. */
export function sumMarks(
  { attributions = [], signal }: GeneInCellType,
  marks: number,
): (number | undefined)[] {
  return Array.from({ length: marks }, (_, mark) => {
    if (attributions.length === 0 || Number.isNaN(signal[mark]!)) return undefined;
    let sum = 0;
    for (let place = mark; place < attributions.length; place += marks) {
      sum += attributions[place]! || 0;
    }
    return sum;
  });
}

/** How far attributions are from what they must add up to; `undefined` if the method promises nothing. */
export function remainderOf(input: GenePageInput, cellType: GeneInCellType): number | undefined {
  const { prediction, explained = prediction, baselinePrediction, otherInputs = [] } = cellType;
  if (baselinePrediction === undefined || !isAdditive(input.method)) return undefined;
  const marks = sumMarks(cellType, input.record.marks.length);
  const sum = [...marks, ...otherInputs.map((other) => other.sum)]
    .reduce<number>((total, value) => total + (value ?? 0), 0);
  return explained - baselinePrediction - sum;
}

/** The parts of a prediction, from the baseline's prediction to the sample's where they add up to it. */
function sharesOf(input: GenePageInput, cellType: GeneInCellType): Share[] {
  const { prediction, explained = prediction, baselinePrediction, otherInputs = [] } = cellType;
  const marks = sumMarks(cellType, input.record.marks.length);
  const parts = [
    ...marks.flatMap((value, mark) =>
      value === undefined ? [] : [[input.record.marks[mark]!, value] as const]
    ),
    ...otherInputs.map(({ name, sum }) => [name, sum] as const),
  ];
  const remainder = remainderOf(input, cellType);
  if (remainder === undefined || baselinePrediction === undefined) {
    return parts.map(([name, value]) => ({ name, value, from: 0, to: value }));
  }
  const total = (name: string, value: number): Share => ({
    name,
    value,
    from: 0,
    to: value,
    kind: "total",
  });
  let sum = baselinePrediction;
  const steps = [...parts, ["Not explained", remainder] as const].map(([name, value]) => {
    const from = sum;
    sum += value;
    return { name, value, from, to: sum };
  });
  return [
    total("Baseline", baselinePrediction),
    ...steps,
    ...(explained === prediction ? [] : [
      total("Explained", explained),
      {
        name: "What reads no input",
        value: prediction - explained,
        from: explained,
        to: prediction,
      },
    ]),
    total("Prediction", prediction),
  ];
}

/** Renders what each input adds, as a table of bars. */
export function renderSums(input: GenePageInput): Html {
  const all = input.cellTypes.map((cellType) => sharesOf(input, cellType));
  const range = rangeOfCells([0, ...all.flat().flatMap(({ from, to }) => [from, to])]);
  return html`${
    eachCellType(input, (cellType) =>
      table(
        `What the inputs add in ${cellType.cellType}`,
        sharesOf(input, cellType),
        [
          { title: "Input", cell: ({ name }) => name, isText: true },
          {
            title: "Adds",
            cell: ({ value, kind }) => kind ? formatNumber(value) : formatSigned(value),
          },
          { title: drawEnds(range), cell: (share) => drawBar(share, range), isText: true },
        ],
      ))
  }`;
}

/** Renders the effects of edits, as a table of bars. */
export function renderEdits(input: GenePageInput): Html {
  const all = input.cellTypes.flatMap(({ edits = [] }) => edits);
  const range = rangeOfCells([
    0,
    ...all.flatMap(({ effect, interval }) => [effect, interval?.low, interval?.high]),
  ]);
  const hasIntervals = all.some(({ interval }) => interval !== undefined);
  const columns: Column<EditEffect>[] = [
    { title: "Edit", cell: ({ edit }) => edit, isText: true },
    { title: "Effect", cell: ({ effect }) => formatSigned(effect) },
    ...(hasIntervals
      ? [{
        title: "Interval",
        cell: ({ interval }: EditEffect) => formatInterval(interval),
      }]
      : []),
    {
      title: drawEnds(range),
      cell: ({ effect, interval }) => drawBar({ from: 0, to: effect, interval }, range),
      isText: true,
    },
    ...(all.some(({ note }) => note !== undefined)
      ? [{ title: "Note", cell: ({ note = "" }: EditEffect) => note, isText: true }]
      : []),
  ];
  return html`<p>${
    input.edits ??
      "By how much the prediction changes if the sample is edited and predicted again."
  }</p>${
    eachCellType(input, ({ cellType, edits = [] }) =>
      edits.length === 0
        ? html`<p>No edits were tried in ${cellType}.</p>`
        : table(`Effects of edits in ${cellType}, in the unit of the labels`, edits, columns))
  }`;
}

/** Renders the genes with like marks. */
export function renderLikeGenes(input: GenePageInput): Html {
  const all = input.cellTypes.flatMap(({ likeGenes = [] }) => likeGenes);
  const has = (field: "cellType" | "label" | "prediction") =>
    all.some((gene) => gene[field] !== undefined);
  const columns: Column<LikeGene>[] = [
    { title: "Gene", cell: ({ gene }) => gene, isText: true },
    ...(has("cellType")
      ? [{
        title: "Cell type",
        cell: ({ cellType = "the same" }: LikeGene) => cellType,
        isText: true,
      }]
      : []),
    { title: "Similarity", cell: ({ similarity }) => formatFraction(similarity) },
    ...(has("label")
      ? [{ title: "Measured", cell: ({ label }: LikeGene) => formatNumber(label) }]
      : []),
    ...(has("prediction")
      ? [{ title: "Predicted", cell: ({ prediction }: LikeGene) => formatNumber(prediction) }]
      : []),
  ];
  return html`<p>${input.likeGenes ?? "The genes whose marks are the most like this one's."}</p>${
    eachCellType(input, ({ cellType, likeGenes = [] }) =>
      likeGenes.length === 0
        ? html`<p>No genes were compared in ${cellType}.</p>`
        : table(`Genes with marks like this one's in ${cellType}`, likeGenes, columns))
  }`;
}
