import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { summariseDataset, SummaryCollector } from "../../src/data/mod.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../src/record.ts";
import {
  dataFigures,
  type DataPageInput,
  multiqcFiles,
  renderDataPage,
} from "../../src/report/mod.ts";
import { loadPage, testWithChromium } from "../helpers/chromium.ts";
import { withDirectory } from "../helpers/command.ts";
import { makeData } from "./_data.ts";
import { HOSTILE } from "./_run.ts";

/** A page with every section, on data of some cell types. */
function wholePage(cellTypes: number, name = "E003"): DataPageInput {
  const names = Array.from({ length: cellTypes }, (_, place) => place === 0 ? name : `C${place}`);
  return {
    name,
    data: summariseDataset(makeData(names)),
    findings: [
      { severity: "note", where: name, message: "a note", advice: "Read it." },
      { severity: "warning", where: name, message: "a warning", advice: "Mend it." },
    ],
    notChecked: [`Not checked: ${name}.`],
    warnings: [`${name} is odd`],
    files: [{
      name: `${name}.bam`,
      cellType: name,
      mark: "H3K4me3",
      format: "bam",
      reads: 1_234_567,
      readsInWindows: 123_456,
      shareInWindows: 0.1,
    }, { name: "b.bw", cellType: "E004", mark: "H3K4me3", format: "bigwig" }],
    versions: { "@waka/histone": "0.1.0" },
  };
}

Deno.test("the page has every figure with its alternative text and a link to it, and every section", async () => {
  const input = wholePage(3);
  const page = await renderDataPage(input);
  const figures = dataFigures(input);
  deepStrictEqual(figures.map(({ name }) => name), [
    "profiles",
    "heat-maps",
    "depths",
    "labels",
    "label-quartiles",
    "label-correlations",
  ]);
  for (const { name, title, alt } of figures) {
    ok(page.includes(`<figure id="${name}">`), name);
    ok(page.includes(`<a href="#${name}">${title}</a>`), name);
    ok(alt.length > 30 && page.includes(`aria-label="${alt}"`), name);
  }
  for (
    const id of ["findings", "signal", "depth", "files", "label-section", "record", "versions"]
  ) {
    match(page, new RegExp(`<h2 id="${id}">`));
  }
  match(page, /1,234,567<\/td>\s*<td class="number">123,456<\/td>\s*<td class="number">10\.0%/);
  ok(page.indexOf("a warning") < page.indexOf("a note"), "warnings come first");
  match(page, />TSS</);
  match(page, /by ascending coordinate on both strands/);
});

Deno.test("the page loads nothing and runs nothing, and its ids are unique", async () => {
  const page = await renderDataPage(wholePage(8));
  const addresses = page.replace(/(url\(|href=")data:[^)"]*/g, "").match(
    /(https?:)?\/\/[a-z][^"'\s)]*/g,
  );
  deepStrictEqual([...new Set(addresses)].sort(), [
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
  ]);
  doesNotMatch(page, /<script|<link|<iframe|@import|\son[a-z]+=/);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  strictEqual(new Set(ids).size, ids.length);
  match(page, /^<!DOCTYPE html>\n<!-- @waka\/histone: page of a data set -->/);
});

Deno.test("names from files are shown as text everywhere", async () => {
  const page = await renderDataPage(wholePage(2, HOSTILE));
  doesNotMatch(page, /<script/);
  doesNotMatch(page, /<[^>]* onload="/);
  match(page, /<h1>&lt;script&gt;/);
});

Deno.test("what counts in each bin is named as it was counted, and nothing is said of other signal", () => {
  const data = summariseDataset(makeData(["liver", "lung"]));
  const counted = (changes: Partial<DataRecord>) => {
    const input = { name: "a.npz", data: { ...data, record: { ...data.record, ...changes } } };
    const totals = multiqcFiles(input, { key: "a" }).map(({ content }) =>
      JSON.parse(String(content))
    )
      .find(({ plot_type }) => plot_type === "bargraph");
    const texts = [dataFigures(input)[2]!.caption, String(totals.description)];
    return texts.map((text) => /A (\w+) counts in each bin/.exec(text)?.[1]);
  };
  deepStrictEqual(counted({}), ["read", "read"]);
  deepStrictEqual(counted({ fragments: true }), ["fragment", "fragment"]);
  deepStrictEqual(counted({ countingRule: "enrichment" }), [undefined, undefined]);
});

Deno.test("few cell types are lines, many are bands, very many have no names, and all are of bounded size", async () => {
  for (
    const [cellTypes, isNamed] of [[1, true], [6, true], [7, true], [56, true], [
      80,
      false,
    ]] as const
  ) {
    const input = wholePage(cellTypes);
    const [profiles, , depths] = dataFigures(input);
    strictEqual(/dark band/.test(profiles!.caption), cellTypes > 6, String(cellTypes));
    strictEqual(/Each line is a cell type/.test(depths!.caption), !isNamed);
    const page = await renderDataPage(input);
    ok(page.length < 1_200_000, `${cellTypes}: ${page.length}`);
  }
});

Deno.test("data that are empty, of one bin, one gene and one label make a page", async () => {
  for (const [signal, labels] of [[[0], undefined], [[0], [1]], [[5], [0]]] as const) {
    const collector = new SummaryCollector({
      record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"], tss: "bed", transform: "none" },
      bins: 1,
      cellTypes: ["C"],
      genes: ["G"],
    });
    collector.addBlock({ cellType: "C", genes: ["G"], signal, labels });
    const page = await renderDataPage({ name: "small", data: collector.finish() });
    match(page, /middle of intervals from a BED file/);
    doesNotMatch(page, /NaN|undefined|Infinity/);
  }
});

Deno.test("what numbers without a record were taken for stands below the name, and warnings of reading count", async () => {
  const { data } = wholePage(1);
  const notes = ["No data record: its values are taken for counts."];
  const page = await renderDataPage({ name: "n", data, findings: [], notes, warnings: ["odd"] });
  match(page, /<p class="note">No data record: its values are taken for counts\.<\/p>/);
  match(page, /<dt>Warnings<\/dt>\s*<dd>1<\/dd>/);
  match(page, /<li>odd<\/li>/);
});

Deno.test("distributions of labels begin and end where their bins do", () => {
  const figure = dataFigures(wholePage(1)).find(({ name }) => name === "labels");
  const spec = figure!.spec as unknown as {
    readonly data: { readonly values: readonly { readonly position: number }[] };
    readonly encoding: { readonly x: { readonly scale: { readonly domain: readonly number[] } } };
  };
  const positions = spec.data.values.map(({ position }) => position);
  const { domain } = spec.encoding.x.scale;
  ok(Math.abs(positions[0]! - domain[0]!) < 1e-9, "the first bin");
  ok(Math.abs(positions.at(-1)! - domain[1]!) < 1e-9, "the last bin");
});

Deno.test("the record says what the DNA is", async () => {
  const sequence = {
    bases: 1000,
    tssBase: 500,
    orientation: "transcript",
    unknownAs: "none",
    source: "<b>.2bit",
  } as const;
  const collector = new SummaryCollector({
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"], sequence },
    bins: 1,
    cellTypes: ["C"],
    genes: ["G"],
  });
  collector.addBlock({ cellType: "C", genes: ["G"], signal: [1], labels: undefined });
  const page = await renderDataPage({ name: "dna", data: collector.finish() });
  match(page, /1,000 bases of each gene; the TSS is base 500 from 0; from upstream to downstream/);
  match(page, /N as no letter; from &lt;b&gt;\.2bit</);
});

Deno.test("colours of heat maps are a picture that decodes", async () => {
  const figure = dataFigures(wholePage(2)).find(({ name }) => name === "heat-maps");
  const [url] = JSON.stringify(figure!.spec).match(/data:image\/png;base64,[^"]*/) ?? [];
  const bytes = Uint8Array.fromBase64(url!.split(",")[1]!);
  strictEqual(new TextDecoder().decode(bytes.subarray(1, 4)), "PNG");
  const view = new DataView(bytes.buffer);
  deepStrictEqual([view.getUint32(16), view.getUint32(20)], [100, 30]);
  // The data of the picture: length, type, then zlib's stream.
  const at = new TextDecoder("latin1").decode(bytes).indexOf("IDAT");
  const length = view.getUint32(at - 4);
  const packed = new Blob([bytes.subarray(at + 4, at + 4 + length)]).stream();
  const rows = await new Response(packed.pipeThrough(new DecompressionStream("deflate"))).bytes();
  strictEqual(rows.length, 30 * 101);
});

testWithChromium(
  "a browser loads the page without a word in its console, pictures and all",
  () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/a.html`, await renderDataPage(wholePage(7)));
      const { document, console } = await loadPage(`${directory}/a.html`);
      deepStrictEqual(console, []);
      match(document, /<image [^>]*href="data:image\/png/);
    }),
);

Deno.test("marks that were not measured are named, and shown as no signal nowhere", async () => {
  const { data } = wholePage(3);
  const tracks = data.tracks.filter(({ cellType, mark }) =>
    cellType !== "C1" || mark !== "H3K9me3"
  );
  match(
    await renderDataPage({ name: "a", data: { ...data, tracks } }),
    /<p>Not measured, and left out of all figures: H3K9me3 in C1\.<\/p>/,
  );
  doesNotMatch(await renderDataPage({ name: "a", data }), /Not measured/);
  const none = data.tracks.filter(({ cellType }) => cellType === "C2");
  match(
    await renderDataPage({ name: "a", data: { ...data, tracks: none } }),
    /H3K27me3 in E003, H3K27me3 in C1, .*, H3K9me3 in C1\.<\/p>/,
  );
});

Deno.test("files are named within the folder that they have in common", async () => {
  const { data, files = [] } = wholePage(1);
  const shown = async (...names: string[]) => {
    const page = await renderDataPage({
      name: "a",
      data,
      files: names.map((name) => ({ ...files[0]!, name })),
    });
    const [, caption, table = ""] =
      /<caption>(The files that were counted[^<]*)<\/caption>([^]*?)<\/table>/
        .exec(page) ?? [];
    return [
      caption,
      ...[...table.matchAll(/<th scope="row"[^>]*>([^<]*)</g)].map(([, name]) => name),
    ];
  };
  const caption = "The files that were counted";
  deepStrictEqual(await shown("/a/b/1.bam", "/a/b/2.bam"), [
    `${caption}, in /a/b/`,
    "1.bam",
    "2.bam",
  ]);
  deepStrictEqual(await shown("/a/b/1.bam", "/a/bc/1.bam"), [
    `${caption}, in /a/`,
    "b/1.bam",
    "bc/1.bam",
  ]);
  deepStrictEqual(await shown("a/1.bam", "2.bam"), [caption, "a/1.bam", "2.bam"]);
  deepStrictEqual(await shown("a/1.bam"), [caption, "a/1.bam"]);
  deepStrictEqual(await shown("https://x.org/a.bw", "https://y.org/a.bw"), [
    `${caption}, in https://`,
    "x.org/a.bw",
    "y.org/a.bw",
  ]);
});

Deno.test("rules of the style sheet that belong to a state stay in it", async () => {
  const page = await renderDataPage(wholePage(1));
  const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
  const [screen = "", print = ""] = style.split("@media print");
  match(screen, /\nfigure \+ details \{ margin-top: -1\.5rem; \}/);
  match(print, /\.plot, \.scroll \{ overflow: visible;/);
  doesNotMatch(print, /findings/);
  const selectors = [...screen.matchAll(/^(\.findings[^{]*)\{/gm)].map(([, name]) => name);
  strictEqual(new Set(selectors).size, selectors.length);
  ok(selectors.length > 2);
});
