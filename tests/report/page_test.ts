import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import type { ReportInput } from "../../src/report/mod.ts";
import { renderPage, renderReport, reportFigures, writeReport } from "../../src/report/mod.ts";
import { loadPage, testWithChromium } from "../helpers/chromium.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { HOSTILE, wholeRun } from "./_run.ts";

const wholePage = renderPage(wholeRun());

/** How often a pattern stands in a text. */
function countOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

Deno.test("the page has every figure with its alternative text, caption and a link to it", async () => {
  const run = wholeRun();
  const page = await wholePage;
  for (const { name, title, alt } of reportFigures(run)) {
    ok(page.includes(`<figure id="${name}">`), name);
    ok(page.includes(`<a href="#${name}">${title}</a>`), name);
    ok(page.includes(`aria-label="${alt}"`), name);
  }
  strictEqual(countOf(page, /<svg role="img" aria-label="[^"]{30,}"/g), 9);
  strictEqual(countOf(page, /<section aria-labelledby=/g), 6);
  match(page, /<td class="text">E003, H3K4me3<\/td>/);
  match(page, /dataRecord\.marks/);
});

Deno.test("each metric is under its own name, over all samples and in each cell type", async () => {
  const overall = {
    samples: 40,
    mse: 3.25,
    pearson: 0.4125,
    spearman: 0.3875,
    r2: 0.15,
    auroc: 0.7,
  };
  const row = { cellType: "E003", samples: 30, mse: 3.5, pearson: 0.45, spearman: 0.35, r2: -0.25 };
  const evaluation = { ...wholeRun().evaluation!, overall, byCellType: [row, row] };
  const page = await renderPage({ run: "metrics", evaluation });
  const textOf = (html: string) =>
    html.replace(/<[^>]+>|\s+/g, " ").replaceAll("&nbsp;", " ").trim();
  const pairs = page.matchAll(/<dt>(.*?)<\/dt>\s*<dd>(.*?)<\/dd>/gs);
  deepStrictEqual(
    [...pairs].map((pair) => pair.slice(1).map((part) => textOf(part).replace(/ /g, ""))),
    [
      ["MSE", "3.250"],
      ["Pearsonr", "0.4125"],
      ["Spearmanρ", "0.3875"],
      ["R²", "0.1500"],
      ["AUROC", "0.7000"],
      ["Samples", "40"],
    ],
  );
  const [, table] = /<table>(.*?)<\/table>/s.exec(page)!;
  const rows = [...table!.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd].*?<\/t[hd]>/gs)].map(([cell]) => textOf(cell).replace(/ /g, ""))
  );
  deepStrictEqual(rows.slice(0, 2), [
    ["Celltype", "Samples", "MSE", "Pearsonr", "Spearmanρ", "R²"],
    ["E003", "30", "3.500", "0.4500", "0.3500", "−0.2500"],
  ]);
});

Deno.test("classifiers among the experiments have a separate table", async () => {
  const experiments = wholeRun().experiments!.map((row) =>
    row.name === "deepchrome" ? { ...row, trainAuroc: 0.75, testAuroc: 0.625 } : row
  );
  const tablesOf = async (input: ReportInput) =>
    [...(await renderPage(input)).matchAll(/<table>(.*?)<\/table>/gs)].map(([, table]) => table);
  const [errors, classes, ...others] = await tablesOf({ run: "experiments", experiments });
  deepStrictEqual(others, []);
  deepStrictEqual([countOf(errors!, /<th scope="row"/g), countOf(classes!, /<th scope="row"/g)], [
    3,
    1,
  ]);
  match(classes!, /deepchrome.*0\.7500.*0\.6250/s);
  doesNotMatch(errors!, /deepchrome|AUROC/);
  const regressions = experiments.slice(0, 3);
  strictEqual((await tablesOf({ run: "experiments", experiments: regressions })).length, 1);
});

Deno.test("the page loads nothing and runs nothing", async () => {
  const page = await wholePage;
  const addresses = page.replace(/url\(data:[^)]*\)/, "").match(/(https?:)?\/\/[a-z][^"'\s)]*/g) ??
    [];
  deepStrictEqual([...new Set(addresses)].sort(), [
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
  ]);
  doesNotMatch(page, /<script|<link|<iframe|@import|\son[a-z]+=/);
  match(page, /Content-Security-Policy"\s+content="default-src 'none'/);
});

Deno.test("ids are unique, and every reference to an id has a target", async () => {
  const page = await wholePage;
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  strictEqual(new Set(ids).size, ids.length);
  const wanted = [...page.matchAll(/(?:url\(#|href="#|labelledby=")([^")]+)/g)].map(([, id]) => id);
  ok(wanted.some((id) => id!.includes("gradient")), "the density's legend has a gradient");
  for (const id of wanted) ok(ids.includes(id), id);
});

Deno.test("names from files are shown as text everywhere", async () => {
  const page = await renderPage(wholeRun(HOSTILE));
  doesNotMatch(page, /<script/);
  doesNotMatch(page, /<[^>]* onload="/);
  match(page, /<title>&lt;script&gt;/);
  match(
    page,
    /<h1>&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&#39; onload=&quot;x&quot; &amp; \$&amp;/,
  );
});

Deno.test("the page follows dark mode and print", async () => {
  const page = await wholePage;
  match(page, /@media screen and \(prefers-color-scheme: dark\)/);
  match(page, /@media print/);
  match(page, /<meta name="viewport"/);
  ok(countOf(page, /fill="currentColor"/g) > 50, "text has the page's colour");
});

Deno.test("the page says what a unit of the labels is, or that the data do not say", async () => {
  const unitOf = async (
    expressionTransform: ReportInput["expressionTransform"],
    figures: Partial<ReportInput> = {},
  ) =>
    /<p class="note">(Label units[^<]*)<\/p>/.exec(
      await renderPage({ run: "r", expressionTransform, ...figures }),
    )?.[1];
  strictEqual(
    await unitOf("log2p1"),
    "Label units are log2(x + 1) of the values in the table of expression.",
  );
  match(await unitOf("signed-log-difference") ?? "", /expression differs from that of a reference/);
  strictEqual(await unitOf(undefined), undefined);
  const figures = { history: [{ epoch: 1, loss: 2 }, { epoch: 2, loss: 1 }] };
  match(await unitOf(undefined, figures) ?? "", /^Label units are those of the labels in the data/);
  strictEqual(await unitOf(undefined, { ...figures, loss: "binaryCrossentropy" }), undefined);
  const { experiments } = wholeRun();
  match(await unitOf(undefined, { experiments }) ?? "", /^Label units are those of the labels/);
});

Deno.test("a report that has only a name is a page", async () => {
  const page = await renderPage({ run: "empty" });
  match(page, /<h1>empty<\/h1>/);
  strictEqual(countOf(page, /<section|<figure|<dl/g), 0);
});

Deno.test("a report is written as a page and two files for each figure", async () => {
  const run = { run: "first", history: wholeRun().history };
  const wanted = [
    "figures/figure-4-training-loss.png",
    "figures/figure-4-training-loss.svg",
    "figures/learning-rate-throughput.png",
    "figures/learning-rate-throughput.svg",
    "report.html",
  ];
  deepStrictEqual((await renderReport(run)).map(({ path }) => path).sort(), wanted);
  await withDirectory(async (directory) => {
    deepStrictEqual((await writeReport(directory, run)).sort(), wanted);
    deepStrictEqual(filesIn(directory), wanted);
    strictEqual(await Deno.readTextFile(`${directory}/report.html`), await renderPage(run));
  });
});

testWithChromium(
  "a browser loads the page without a word in its console, marks and all",
  async () => {
    await withDirectory(async (directory) => {
      const page = await renderPage(wholeRun(HOSTILE));
      await Deno.writeTextFile(`${directory}/page.html`, page);
      // A page that tries to run something, to see that the browser would have complained.
      const bad = page.replace("</main>", "<script>alert(1)</script></main>");
      await Deno.writeTextFile(`${directory}/bad.html`, bad);
      const [good, refused] = await Promise.all(
        ["page", "bad"].map((name) => loadPage(`${directory}/${name}.html`)),
      );
      deepStrictEqual(good!.console, []);
      match(refused!.console.join("\n"), /Content Security Policy/);
      strictEqual(countOf(good!.document, /<script/g), 0);
      const figures = good!.document.split("<figure ").slice(1);
      strictEqual(figures.length, 9);
      for (const figure of figures) {
        match(figure, /role-mark[^>]*>(<g[^>]*>)*<(path|line|text) /);
      }
    });
  },
);
