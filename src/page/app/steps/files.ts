/** Step 1: which files, which genes. */

import type { BundledGenes, PageFile, PageState } from "../../protocol.ts";
import type { App } from "../app.ts";
import { fill, make, setText } from "../dom.ts";
import type { AppState } from "../state.ts";
import {
  fillLines,
  makeAction,
  makeField,
  makeFileInput,
  makeSelect,
  makeStep,
  type StepView,
} from "../step.ts";
import { formatCountOf, joinSome } from "../words.ts";
import { makeAddresses } from "./addresses.ts";
import { makeFileList } from "./file_rows.ts";

/** What each bundled annotation is called. */
const BUNDLED: readonly (readonly [BundledGenes, string])[] = [
  ["hg38", "Human, hg38 (GRCh38)"],
  ["hg19", "Human, hg19 (GRCh37)"],
];

/** Makes the first step. */
export function makeFilesStep(app: App): StepView {
  const drop = makeDrop(app);
  const list = makeFileList(app);
  const genes = makeGenes(app);
  const missing = makeMissing();
  const suggested = make("p.note", [
    "Marks and cell types were read off the names of files: look whether they are right.",
  ], { hidden: true });
  return makeStep(app, {
    name: "files",
    number: 1,
    title: "Files",
    intro: "The signal of histone marks in one or more cell types. To train a model of your own, " +
      "add measured expression of the same cell types.",
    waitsFor: "",
    controls: [drop, makeAddresses(app), genes.element, missing.element],
    plots: [suggested, list.element],
    standing: ({ page }) => page !== undefined && isReady(page) ? "done" : "now",
    summary: ({ page }) => page === undefined ? "Starting …" : summarise(page),
    render: ({ page }) => {
      if (page === undefined) return;
      drop.classList.toggle("is-alone", page.inputs.files.length === 0);
      suggested.hidden = !page.inputs.files.some(({ isSuggested }) => isSuggested);
      list.show(page.inputs.files);
      genes.show(page);
      missing.show(page);
    },
  });
}

/** Where files are chosen, or dropped. */
function makeDrop(app: App): HTMLElement {
  const input = makeFileInput("file-input", {
    label: "Files",
    take: (files) => addFiles(app, files),
  });
  const choose = makeAction(app, "Choose files", { id: "choose-files", act: () => input.click() });
  return make("div.drop", [
    make("p", [choose, " or drop them anywhere on this page, whole folders too."]),
    make("p.hint", [
      "BAM with its .bai or CRAM with its .crai, bigWig, tagAlign, BED, bedGraph or peak files; a table of expression; a sample sheet; an npz of prepared data.",
    ]),
    input,
  ]);
}

/** Adds files, which may take a moment: each is opened and recognised. */
export async function addFiles(app: App, files: readonly File[]): Promise<void> {
  const { job } = app.store.state;
  if (job) {
    const message =
      `${job.title} is not finished yet. Wait for it, or cancel it, and then drop the files again.`;
    return app.store.fail("files", { message, isCancelled: false });
  }
  await app.run("addFiles", { files }, {
    step: "files",
    title: `Looking at ${formatCountOf(files.length, "file")}`,
  });
}

function isReady({ inputs }: PageState): boolean {
  return inputs.files.length > 0 && inputs.missing.length === 0;
}

function summarise({ inputs: { files, assembly } }: PageState): string {
  if (files.length === 0) return "No files yet";
  const signal = files.filter(({ role }) => role === "signal");
  const cellTypes = distinct(signal, "cellType");
  const marks = distinct(signal, "mark");
  return [
    formatCountOf(files.length, "file"),
    marks.length > 0 && joinSome(marks),
    cellTypes.length > 0 && formatCountOf(cellTypes.length, "cell type"),
    assembly,
  ].filter(Boolean).join(" · ");
}

function distinct(files: readonly PageFile[], name: "mark" | "cellType"): string[] {
  return [...new Set(files.map((file) => file[name] ?? "").filter(Boolean))];
}

/** The choice of genes. */
function makeGenes(app: App) {
  const select = makeSelect("genes", []);
  select.addEventListener("change", () => {
    if (select.value === "") return;
    const [kind, name = ""] = splitOnce(select.value);
    const genes = kind === "bundled" ? name as BundledGenes : { file: name };
    app.run("chooseGenes", { genes }, { step: "files", title: "Reading the genes" });
  });
  const note = make("p.hint");
  const element = make("div", [makeField("Genes", select), note]);
  let shown = "";
  return {
    element,
    show: ({ inputs }: PageState) => {
      const own = inputs.files.filter(({ role }) => role === "annotation");
      element.hidden = inputs.files.some(({ role }) => role === "data");
      const options = [
        ["", "Choose the genes"],
        ...BUNDLED.map(([name, text]) => [`bundled:${name}`, text]),
        ...own.map(({ name }) => [`file:${name}`, name]),
      ] as const;
      const key = JSON.stringify(options);
      if (shown !== key) {
        shown = key;
        fill(select, options.map(([value, text]) => make("option", [text!], { value: value! })));
      }
      const chosen = inputs.genes?.name;
      const value = options.find(([value]) => chosen && splitOnce(value!)[1] === chosen)?.[0];
      if (document.activeElement !== select || value) select.value = value ?? "";
      setText(note, inputs.genes ? `${formatCountOf(inputs.genes.count, "gene")}.` : "");
    },
  };
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}

/** What keeps counting from beginning. */
function makeMissing() {
  const list = make("ul");
  const element = make("div.missing", [make("h3", ["Still needed"]), list], { hidden: true });
  return {
    element,
    show: ({ inputs: { files, missing } }: PageState) => {
      element.hidden = files.length === 0 || missing.length === 0;
      fillLines(list, missing);
    },
  };
}

/** Whether counting can begin. */
export function canCount({ page }: AppState): boolean {
  return page !== undefined && isReady(page);
}
