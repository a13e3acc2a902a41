/** The list of files: what each is, and for signal which mark of which cell type. */

import type { FileRole, PageFile } from "../../protocol.ts";
import type { App } from "../app.ts";
import { type Child, keepRows, make, type Row, setAttributes, setText } from "../dom.ts";
import { formatBytes } from "../words.ts";

const ROLES: Readonly<Record<FileRole, string>> = {
  signal: "Signal",
  index: "Index",
  annotation: "Genes",
  expression: "Expression",
  sheet: "Sample sheet",
  data: "Prepared data",
  model: "Model",
  genome: "Genome",
  unknown: "Not known",
};

/** Marks that are offered while one is typed. */
const MARKS = [
  "H3K4me3",
  "H3K4me1",
  "H3K27ac",
  "H3K27me3",
  "H3K36me3",
  "H3K9me3",
  "H3K9ac",
  "H2A.Z",
  "H4K20me1",
  "H3K79me2",
  "ATAC",
  "input",
];

/** Makes the list of files. */
export function makeFileList(app: App): {
  readonly element: HTMLElement;
  readonly show: (files: readonly PageFile[]) => void;
} {
  const list = make("ul.files", [], { "aria-label": "Your files" });
  const suggestions = make("datalist", MARKS.map((mark) => make("option", [], { value: mark })), {
    id: "marks",
  });
  const indexes = make("ul.files", [], { "aria-label": "Indexes" });
  const indexWords = make("summary");
  const folded = make("details.more", [indexWords, indexes]);
  const rowMaker = {
    keyOf: ({ name, role }: PageFile) => `${role} ${name}`,
    make: (file: PageFile) => makeRow(app, file),
  };
  const update = keepRows<PageFile>(list, rowMaker);
  const updateIndexes = keepRows<PageFile>(indexes, rowMaker);
  const element = make("div", [list, folded, suggestions], { hidden: true });
  return {
    element,
    show: (files) => {
      element.hidden = files.length === 0;
      const others = files.filter(isQuietIndex);
      folded.hidden = others.length === 0;
      setText(indexWords, others.length === 1 ? "1 index" : `${others.length} indexes`);
      const inOrder = files.filter((file) => !isQuietIndex(file))
        .sort((one, other) => placeOf(one) - placeOf(other));
      update(inOrder);
      updateIndexes(others);
    },
  };
}

/** What needs a person's eye comes first, and then signal. */
function placeOf(file: PageFile): number {
  if (!isFine(file)) return 0;
  return file.role === "signal" ? 1 : 2;
}

function isFine({ problem }: PageFile): boolean {
  return problem === undefined;
}

/** An index that has its file needs no attention. */
function isQuietIndex(file: PageFile): boolean {
  return file.role === "index" && isFine(file);
}

let rows = 0;

function makeRow(app: App, { name, role }: PageFile): Row<PageFile> {
  const id = `file-${++rows}`;
  const about = make("span.file-about");
  const problem = make("p.problem", [], { id: `${id}-problem`, hidden: true });
  const remove = make("button.quiet", ["Remove"], {
    type: "button",
    "aria-label": `Remove ${name}`,
    onclick: () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      const button = next?.querySelector<HTMLElement>("button") ??
        document.getElementById("choose-files");
      button?.focus();
      app.ask("removeFiles", { names: [name] }, "files");
    },
  });
  const entries = makeEntries(app, id, name);
  const row = make("li.file", [
    make("div.file-what", [
      make("span.file-name", breakable(name)),
      about,
    ]),
    role === "signal" && entries.element,
    remove,
    problem,
  ]);
  return {
    element: row,
    update: (file) => {
      setText(
        about,
        [file.about || ROLES[role], formatBytes(file.bytes)].filter(Boolean).join(" · "),
      );
      entries.show(file);
      problem.hidden = file.problem === undefined;
      setText(problem, file.problem ?? "");
      setAttributes(row, { "data-problem": file.problem !== undefined });
    },
  };
}

/** Which mark of which cell type a file is, to be changed. */
function makeEntries(app: App, id: string, name: string) {
  const mark = makeEntry(`${id}-mark`, { label: "Mark", of: name, list: "marks" });
  const cellType = makeEntry(`${id}-cell-type`, { label: "Cell type", of: name });
  const assign = () => {
    app.ask("assign", {
      name,
      mark: mark.input.value.trim(),
      cellType: cellType.input.value.trim(),
    }, "files");
  };
  for (const { input } of [mark, cellType]) input.addEventListener("change", assign);
  return {
    element: make("div.file-entries", [mark.element, cellType.element]),
    show: (file: PageFile) => {
      showValue(mark.input, file.mark);
      showValue(cellType.input, file.cellType);
    },
  };
}

/** A name that may break into lines at its dots, dashes and underscores. */
function breakable(name: string): Child[] {
  return name.split(/(?<=[._-])/).flatMap((part, place) =>
    place === 0 ? [part] : [make("wbr"), part]
  );
}

function makeEntry(
  id: string,
  { label, of, list }: { readonly label: string; readonly of: string; readonly list?: string },
) {
  const input = make("input", [], {
    type: "text",
    id,
    list,
    autocomplete: "off",
    spellcheck: "false",
  });
  const words = make("label", [label, make("span.unseen", [` of ${of}`])], { for: id });
  return { input, element: make("div.entry", [words, input]) };
}

/** Shows what the worker says, but not over what is being typed. */
function showValue(input: HTMLInputElement, value: string | undefined): void {
  if (document.activeElement !== input) input.value = value ?? "";
  input.classList.toggle("is-empty", !value);
}
