import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import {
  GENE_PAGE_START,
  genePageFiles,
  type GenePageInput,
  GENES_INDEX_START,
  indexGene,
  renderGenePage,
  renderGenesIndex,
} from "../../src/report/mod.ts";
import { decodeFloats, decodeRounded } from "../../src/report/viewer/floats.ts";
import { makeGene } from "./_genes.ts";
import { HOSTILE } from "./_run.ts";

/** A gene of three bins and two marks. */
function smallGene(changes: Partial<GenePageInput> = {}): GenePageInput {
  return {
    gene: { id: "ENSG1" },
    run: "first",
    record: { ...DEEPCHROME_RECORD, marks: ["A", "B"] },
    bins: 3,
    method: { method: "integrated-gradients", baseline: "zero", models: 1 },
    cellTypes: [{
      cellType: "C1",
      prediction: 3,
      baselinePrediction: 1,
      signal: [1, 2, 3, 4, 5, 6],
      attributions: [0.5, 0, 1, -0.25, 0.25, 0.25],
    }],
    ...changes,
  };
}

interface PageData {
  readonly window: { readonly startBp: number; readonly genome: object | null };
  readonly cellTypes: readonly Record<"signal" | "attributions", string>[];
}

function dataOf(page: string): PageData {
  return JSON.parse(/id="page-data">([^]*?)<\/script>/.exec(page)![1]!);
}

const textOf = (html: string) => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

Deno.test("the error of a prediction has its sign explained, where something was measured", async () => {
  const [one] = smallGene().cellTypes;
  const labelled = textOf(
    await renderGenePage(smallGene({ cellTypes: [{ ...one!, label: 2.5 }] })),
  );
  match(labelled, /C1 2\.500 3\.000 \+0\.5 /);
  match(labelled, /Error is the prediction less the measured value\./);
  doesNotMatch(textOf(await renderGenePage(smallGene())), /Error is/);
});

Deno.test("a page has a section for everything that is known, and none for what is not", async () => {
  const sections = async (input: GenePageInput) =>
    [...(await renderGenePage(input)).matchAll(/<h2 id="([^"]+)">/g)].map(([, id]) => id)
      .filter((id) => id !== "contents");
  deepStrictEqual(await sections(makeGene({ cellTypes: 2 })), [
    "marks",
    "predictions",
    "sums",
    "edits",
    "like",
    "method",
  ]);
  deepStrictEqual(await sections(smallGene()), ["marks", "predictions", "sums", "method"]);
  const page = await renderGenePage(smallGene());
  ok(page.startsWith(GENE_PAGE_START));
  for (const absent of ["Interval", "Measured", "undefined", "NaN", 'id="same-scale"', "q ≤"]) {
    ok(!page.replace(/<script>[^]*/, "").includes(absent), absent);
  }
});

Deno.test("bins are shown in the gene's direction, with coordinates that fall on the minus strand", async () => {
  const shown = async (orientation: "genomic" | "transcript", strand?: "+" | "-") => {
    const input = smallGene();
    const page = await renderGenePage({
      ...input,
      record: { ...input.record, orientation },
      gene: strand
        ? { id: "g", position: { chromosome: "chr1", tss: 10_000, strand } }
        : { id: "g" },
    });
    const { window, cellTypes } = dataOf(page);
    const signal = [...decodeFloats(cellTypes[0]!.signal)];
    const [, place] = /data-whole="([^"]*)"/.exec(page)!;
    return [signal.join(" "), window.startBp, place, page.includes("centre arrow")];
  };
  const asInData = "1 3 5 2 4 6";
  deepStrictEqual(await shown("genomic", "+"), [
    asInData,
    -150,
    "−150 to +150 bp · chr1:9,851–10,150",
    true,
  ]);
  // The base of the TSS, 10,001 from 1, is the first of its distances on both strands: 0 to 1.
  deepStrictEqual(await shown("genomic", "-"), [
    "5 3 1 6 4 2",
    -149,
    "−149 to +151 bp · chr1:9,851–10,150",
    true,
  ]);
  deepStrictEqual(await shown("transcript", "-"), [
    asInData,
    -150,
    "−150 to +150 bp · chr1:9,852–10,151",
    true,
  ]);
  deepStrictEqual(await shown("transcript"), [asInData, -150, "−150 to +150 bp", true]);
  deepStrictEqual(await shown("genomic"), [asInData, -150, "−150 to +150 bp", false]);
  match(await renderGenePage(smallGene()), /the gene&#39;s strand is not known/);
});

Deno.test("what inputs add leads from the baseline to the prediction, and the rest is said", async () => {
  const sums = async (input: GenePageInput) => {
    const page = await renderGenePage(input);
    const [, section = ""] = /<h2 id="sums">([^]*?)<\/section>/.exec(page) ?? [];
    return [...section.matchAll(/<th scope="row"[^>]*>(.*?)<\/th><td class="number">(.*?)</g)]
      .map(([, name, value]) => `${name} ${value}`);
  };
  const input = smallGene();
  const [cellType] = input.cellTypes;
  deepStrictEqual(
    await sums({
      ...input,
      cellTypes: [{ ...cellType!, otherInputs: [{ name: "DNA", sum: 0.2 }] }],
    }),
    ["Baseline 1.000", "A +1.75", "B 0", "DNA +0.2", "Not explained +0.05", "Prediction 3.000"],
  );
  match(textOf(await renderGenePage(input)), /Completeness error 12\.5%/);
  // A method that promises no sum has no remainder.
  deepStrictEqual(await sums({ ...input, method: { method: "occlusion", models: 1 } }), [
    "A +1.75",
    "B 0",
  ]);
  // Gene effects are no part of what is explained.
  const effects = { ...input, cellTypes: [{ ...cellType!, prediction: 9, explained: 2.75 }] };
  deepStrictEqual((await sums(effects)).slice(-4), [
    "Not explained 0",
    "Explained 2.750",
    "What reads no input +6.25",
    "Prediction 9.000",
  ]);
});

Deno.test("an error of completeness that is too small to matter is written without an exponent", async () => {
  const of = async (part: number) => {
    const one = { ...smallGene().cellTypes[0]!, attributions: [part, 0, 1, -0.25, 0.25, 0.25] };
    return textOf(await renderGenePage(smallGene({ cellTypes: [one] })));
  };
  match(await of(0.75 + 1e-8), /Completeness error < 0\.001%|Completeness error &lt; 0\.001%/);
  match(await of(0.76), /Completeness error 0\.5%/);
});

Deno.test("marks that were not measured are said to be missing, and nothing is drawn for them", async () => {
  const [cellType] = smallGene().cellTypes;
  const page = await renderGenePage(smallGene({
    cellTypes: [{
      ...cellType!,
      signal: [1, NaN, 3, NaN, 5, NaN],
      attributions: [0.5, NaN, 1, NaN, 0.25, NaN],
    }],
  }));
  match(page, /<span class="name">B<\/span> <span class="value">not measured<\/span>/);
  doesNotMatch(page.replace(/<script[^]*/, ""), /NaN/);
  const [, sums = ""] = /<h2 id="sums">([^]*?)<\/section>/.exec(page) ?? [];
  doesNotMatch(sums, />B</);
});

Deno.test("models that read no marks, one bin, and no marks at all make a page", async () => {
  const [cellType] = smallGene().cellTypes;
  const unread = { ...cellType!, attributions: undefined };
  match(await renderGenePage(smallGene({ cellTypes: [unread] })), /The model reads no marks/);
  // A model of marks and DNA reads the marks, too.
  const mutated = smallGene({ cellTypes: [unread], method: { method: "mutagenesis", models: 1 } });
  match(
    await renderGenePage(mutated),
    /This method changes the DNA and leaves the marks as they are/,
  );
  const record = { ...DEEPCHROME_RECORD, marks: ["A"] };
  const one = { cellType: "C", prediction: 0, signal: [0], attributions: [0] };
  const page = await renderGenePage(smallGene({ record, bins: 1, cellTypes: [one] }));
  doesNotMatch(page.replace(/<script[^]*/, ""), /NaN|undefined|Infinity/);
  const none = { cellType: "C", prediction: 0, signal: [] };
  const empty = { ...DEEPCHROME_RECORD, marks: [] };
  doesNotMatch(
    (await renderGenePage(smallGene({ record: empty, cellTypes: [none] })))
      .replace(/<script[^]*/, ""),
    /NaN|undefined|Infinity/,
  );
});

Deno.test("values of another shape, no cell type and one that is not there are refused", async () => {
  const [cellType] = smallGene().cellTypes;
  await rejects(
    renderGenePage(smallGene({ cellTypes: [{ ...cellType!, qValues: [1] }] })),
    /^RangeError: Cannot make the page of ENSG1: found 1 value of qValues in C1, expected 3 bins × 2 marks$/,
  );
  await rejects(
    renderGenePage(smallGene({ cellTypes: [] })),
    /^RangeError: Cannot make the page of ENSG1: found no cell types, expected at least one$/,
  );
  await rejects(
    renderGenePage(smallGene({ firstShown: 1 })),
    /^RangeError: Cannot make the page of ENSG1: found 1 as the cell type to show, expected 0 to 0$/,
  );
});

Deno.test("a page loads nothing, runs only its own script, and its ids are unique", async () => {
  const page = await renderGenePage({ ...makeGene({ cellTypes: 3 }), indexFile: "a b.html" });
  const rest = page.replace(/url\(data:[^)]*\)/g, "").replace(/<script[^]*<\/script>/, "");
  deepStrictEqual(rest.match(/(https?:)?\/\/[a-z][^"'\s)]*/g), null);
  doesNotMatch(rest, /<link|<iframe|@import|\son[a-z]+=/);
  match(rest, /<a href="a%20b\.html">/);
  const ids = [...rest.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  strictEqual(new Set(ids).size, ids.length);
  const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text]) => text!);
  strictEqual(scripts.length, 1);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(scripts[0]));
  const hash = new Uint8Array(digest).toBase64();
  match(page, new RegExp(`default-src 'none'; script-src 'sha256-${RegExp.escape(hash)}'; `));
  // Nothing in the script could end it early, or fetch.
  doesNotMatch(scripts[0]!, /<!--|<script|innerHTML|fetch\(|XMLHttp|import\(|eval\(/);
  ok(scripts[0]!.length < 40_000, String(scripts[0]!.length));
});

Deno.test("names from files are shown as text everywhere", async () => {
  const page = await renderGenePage(makeGene({ cellTypes: 2, name: `${HOSTILE}</script>` }));
  strictEqual(page.match(/<script/g)!.length, 2);
  strictEqual(page.match(/<\/script/g)!.length, 2);
  doesNotMatch(page, /<[^>]* onload="/);
});

Deno.test("a gene in 56 cell types, five marks and 100 bins is below 1.5 MB", async () => {
  const page = await renderGenePage(makeGene({ cellTypes: 56 }));
  ok(page.length < 1_400_000, String(page.length));
});

/** The letters of a page's track of DNA with what they add, by distance from the TSS. */
async function dnaOf(changes: Partial<GenePageInput>): Promise<string | undefined> {
  // A, C, G, T and an unknown letter; the TSS is the C.
  const codes = [0, 1, 2, 3, 4];
  const letterAttributions = codes.flatMap((code) =>
    [0, 1, 2, 3].map((letter) => letter === code ? code + 1 : 0.25)
  );
  const [cellType] = smallGene().cellTypes;
  const sequence = { bases: 5, tssBase: 1, orientation: "genomic", unknownAs: "none" } as const;
  const input = smallGene({
    letters: codes,
    record: { ...DEEPCHROME_RECORD, marks: ["A", "B"], sequence },
    cellTypes: [{ ...cellType!, letterAttributions }],
    ...changes,
  });
  const page = await renderGenePage(input);
  const [, json = ""] = /id="page-data">([^]*?)<\/script>/.exec(page)!;
  const { sequence: place, cellTypes: [{ letters }] } = JSON.parse(json);
  strictEqual(place !== null, page.includes('class="track dna"'));
  if (place === null) return undefined;
  const values = [...decodeRounded(letters)].map((value) => Number(value.toFixed(2)));
  return [...place.letters].map((letter, i) => `${place.firstBp + i}${letter}${values[i]}`).join(
    " ",
  );
}

Deno.test("letters of DNA are shown in the gene's direction where it is known", async () => {
  const at = (strand: "+" | "-") => ({
    gene: { id: "g", position: { chromosome: "1", tss: 1000, strand } },
  });
  const byCoordinate = "-1A1 0C2 1G3 2T4 3NNaN";
  strictEqual(await dnaOf({}), byCoordinate);
  strictEqual(await dnaOf(at("+")), byCoordinate);
  // The reverse complement: the TSS's C is a G on the minus strand.
  strictEqual(await dnaOf(at("-")), "-3NNaN -2A4 -1C3 0G2 1T1");
  const record = (orientation: "genomic" | "transcript" | "unknown", bins = orientation) => ({
    record: {
      ...DEEPCHROME_RECORD,
      marks: ["A", "B"],
      orientation: bins === "unknown" ? "genomic" as const : bins,
      sequence: { bases: 5, tssBase: 1, orientation, unknownAs: "none" } as const,
    },
  });
  strictEqual(await dnaOf(record("transcript")), byCoordinate);
  strictEqual(await dnaOf({ ...record("transcript"), ...at("-") }), byCoordinate);
  strictEqual(await dnaOf({ ...record("transcript", "genomic"), ...at("-") }), byCoordinate);
  // Letters whose direction is not that of the bins, or not known, would lie in wrong places.
  strictEqual(await dnaOf(record("transcript", "genomic")), undefined);
  strictEqual(await dnaOf(record("genomic", "transcript")), undefined);
  strictEqual(await dnaOf(record("unknown")), undefined);
  // Of mutagenesis a letter is worth what the prediction loses without it.
  match(
    (await dnaOf({ method: { method: "mutagenesis", models: 1 } }))!,
    /^-1A-0\.25 0C-0\.25/,
  );
});

Deno.test("letters of another number, and attributions that are not four a letter, are refused", async () => {
  await rejects(
    dnaOf({ letters: [0, 1] }),
    /^RangeError: Cannot make the page of ENSG1: found 2 letters, expected 5, as the record says$/,
  );
  const [cellType] = smallGene().cellTypes;
  await rejects(
    dnaOf({ cellTypes: [{ ...cellType!, letterAttributions: [1, 2] }] }),
    /^RangeError: Cannot make the page of ENSG1: found 2 values of letterAttributions in C1, expected 5 letters × 4$/,
  );
});

Deno.test("equal inputs give equal bytes", async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(() => renderGenePage(makeGene({ cellTypes: 2 }))),
  );
  ok(one === other);
});

Deno.test("files of pages have safe names that differ even where case is ignored", () => {
  const ids = [
    "DPM1",
    "dpm1",
    "../../etc/passwd",
    "a:b?c",
    "",
    "...",
    "CON",
    "index",
    "ü",
    "x".repeat(300),
  ];
  const files = genePageFiles(ids.map((id) => ({ id })));
  strictEqual(new Set(files.map((file) => file.toLowerCase())).size, ids.length);
  for (const file of files) match(file, /^[\w-][\w.-]{0,110}\.html$/);
  deepStrictEqual(files.slice(0, 2), ["DPM1.html", "dpm1-2.html"]);
  ok(!files.some((file) => /^(con|index)\.html$/i.test(file)));
});

Deno.test("the index sums genes up, with a link to each page", async () => {
  const input = smallGene({
    gene: { id: "ENSG1", symbol: "X & Y", position: { chromosome: "1", tss: 5000, strand: "-" } },
    cellTypes: [
      { ...smallGene().cellTypes[0]!, label: 2 },
      {
        ...smallGene().cellTypes[0]!,
        cellType: "C2",
        prediction: 5,
        attributions: [0, 0, 0, 0, -2, NaN],
      },
    ],
  });
  const row = indexGene(input, "X _.html");
  deepStrictEqual(row, {
    gene: input.gene,
    file: "X _.html",
    cellTypes: 2,
    prediction: 4,
    label: 2,
    // The last bin of the data is the first in the gene's direction.
    strongest: "A in C2, −149 to −49 bp",
    attribution: -2,
  });
  const page = await renderGenesIndex({ run: "r", method: input.method, genes: [row] });
  ok(page.startsWith(GENES_INDEX_START));
  match(page, /<a href="X%20_\.html">X &amp; Y<\/a>/);
  match(page, /−149 to −49 bp/);
  match(page, /a dot is the measured value, a diamond the prediction/);
  const none = await renderGenesIndex({ run: "r", method: input.method, genes: [] });
  match(none, /of 0 genes/);
});
