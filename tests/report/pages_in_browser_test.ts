/** Uses pages of explanations in Chromium as people do: with a mouse, a wheel, keys, fingers, in the dark and on paper. */

import { deepStrictEqual, doesNotMatch, match, notStrictEqual, ok, strictEqual } from "node:assert";
import axe from "axe-core";
import {
  indexGene,
  renderAttributionsPage,
  renderGenePage,
  renderGenesIndex,
} from "../../src/report/mod.ts";
import { type OpenPage, type Screen, withBrowser } from "../helpers/browser.ts";
import { testWithChromium } from "../helpers/chromium.ts";
import { withDirectory } from "../helpers/command.ts";
import { makeGene, makeProfiles, withLetters } from "./_genes.ts";
import { HOSTILE } from "./_run.ts";

/** Opens a page that was rendered. */
type OpenHtml = (html: string, screen?: Screen) => Promise<OpenPage>;

/** What is tried in the browser, by name. All is tried in one browser, which takes seconds to start. */
const trials: Record<string, (open: OpenHtml) => Promise<void>> = {};

testWithChromium("pages of explanations in a browser", async (context) => {
  await withDirectory(async (directory) => {
    await withBrowser(async (openPath) => {
      let pages = 0;
      const open: OpenHtml = async (html, screen) => {
        const path = `${directory}/${++pages}.html`;
        await Deno.writeTextFile(path, html);
        return await openPath(path, screen);
      };
      for (const [name, trial] of Object.entries(trials)) {
        await context.step(name, () => trial(open));
      }
    });
  });
});

/** Where the tracks are on the screen. */
async function findLayer(page: OpenPage): Promise<{ x: number; y: number; width: number }> {
  await page.evaluate(`document.querySelector(".stage").scrollIntoView({ block: "center" })`);
  await page.settle();
  return await page.evaluate(`(() => {
    const { left, top, width } = document.querySelector(".layer").getBoundingClientRect();
    return { x: left, y: Math.max(top, 0) + 200, width };
  })()`);
}

/** The bins that are shown, from the view box of a lane. */
async function domainOf(page: OpenPage): Promise<[start: number, end: number]> {
  const box: string = await page.evaluate(
    `document.querySelector(".lane svg").getAttribute("viewBox")`,
  );
  const [start = NaN, , width = NaN] = box.split(" ").map(Number);
  return [start, start + width];
}

const textOf = (page: OpenPage, selector: string): Promise<string> =>
  page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);

const near = (found: readonly number[], wanted: readonly number[], message?: string) =>
  found.forEach((value, i) => ok(Math.abs(value - wanted[i]!) < 0.75, `${message} ${found}`));

trials["a page of a gene shows the chosen cell type in all of its parts"] = async (openHtml) => {
  const input = makeGene({ cellTypes: 9 });
  const html = await renderGenePage(input);
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const shown = () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll("[data-choice]:not([hidden])")].map((part) => part.dataset.choice)`,
    );
  const paths = () =>
    page.evaluate<string>(
      `[...document.querySelectorAll(".lane path")].map((path) => path.getAttribute("d")).join("|")`,
    );
  const first = await paths();
  ok(new Set(await shown()).size === 1 && (await shown())[0] === "0");
  await page.evaluate(`document.querySelector(".next").click()`);
  deepStrictEqual([...new Set(await shown())], ["1"]);
  notStrictEqual(await paths(), first);
  // The chooser and the names in the table choose, too; the first follows the last.
  await page.evaluate(`document.querySelector('[data-choose="8"]').click()`);
  strictEqual(await page.evaluate(`document.querySelector("#cell-type").value`), "8");
  strictEqual(await textOf(page, "tr.chosen button"), "E011");
  await page.evaluate(`document.querySelector(".next").click()`);
  deepStrictEqual([...new Set(await shown())], ["0"]);
  strictEqual(await paths(), first);
  await page.evaluate(`(() => {
      const chooser = document.querySelector("#cell-type");
      chooser.value = "4";
      chooser.dispatchEvent(new Event("change"));
    })()`);
  deepStrictEqual([...new Set(await shown())], ["4"]);
  match(await textOf(page, ".facts [data-choice='4']"), /E007.*Predicted/);
  deepStrictEqual(page.console, []);
};

trials["what the script draws is what the package drew"] = async (openHtml) => {
  for (const firstShown of [0, 2]) {
    const html = await renderGenePage({ ...makeGene({ cellTypes: 3 }), firstShown });
    const open = (screen?: Screen) => openHtml(html, screen);
    const read = async (scripts: boolean) => {
      const page = await open({ scripts });
      return await page.evaluate<string[]>(
        `[...document.querySelectorAll(".lane path, .track .value, .lane span, details.numbers td")]
            .map((part) => part.getAttribute("d") ?? part.textContent)`,
      );
    };
    const drawn = await read(true);
    ok(drawn.length > 1000);
    strictEqual(drawn.join("\n") === (await read(false)).join("\n"), true);
  }
};

trials["labels of axes are whole on narrow screens, and a prediction hides no measured value"] =
  async (
    openHtml,
  ) => {
    const html = await renderGenePage(makeGene({ cellTypes: 2 }));
    for (const width of [360, 1100]) {
      const page = await openHtml(html, { width, motion: "reduce" });
      await findLayer(page);
      await page.evaluate(`document.querySelector(".layer").focus()`);
      // Ticks lie elsewhere after each zoom.
      for (let zooms = 0; zooms < 4; zooms++) {
        if (zooms > 0) await page.key("+");
        await page.settle();
        const cut = await page.evaluate<string[]>(
          `[...document.querySelectorAll(".axis")].flatMap((axis) => {
        const { left, right } = axis.getBoundingClientRect();
        return [...axis.children].filter((tick) => {
          const box = tick.getBoundingClientRect();
          return box.left < left - 1 || box.right > right + 1;
        }).map((tick) => tick.textContent);
      })`,
        );
        deepStrictEqual(cut, [], `${width} px, ${zooms} zooms`);
      }
      strictEqual(
        await page.evaluate(`getComputedStyle(document.querySelector(".cell .predicted")).fill`),
        "none",
      );
    }
  };

trials["bins are read out by mouse, keys and fingers"] = async (openHtml) => {
  const input = makeGene({ cellTypes: 2 });
  const html = await renderGenePage(input);
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const { x, y, width } = await findLayer(page);
  strictEqual(await textOf(page, ".place"), "−4,999 to +5,001 bp · chr20:49,570,092–49,580,091");
  await page.mouse("Moved", { x: x + width * 0.505, y });
  // Bins of this gene on the minus strand are by coordinate in the data, so that the page turns them around.
  strictEqual(await textOf(page, ".place"), "+1 to +101 bp · chr20:49,574,992–49,575,091");
  const { signal, attributions } = input.cellTypes[0]!;
  const value = await textOf(page, ".track[data-track='0'] .value");
  match(value, new RegExp(`signal ${signal[49 * 5]}$`));
  const number = Number(/^[+−]?([\d.]+)/.exec(value)![1]);
  ok(Math.abs(number - Math.abs(attributions![49 * 5]!)) < 0.005 * number);
  await page.mouse("Moved", { x: 5, y: 5 });
  match(await textOf(page, ".track[data-track='0'] .value"), /^sum /);

  await page.evaluate(`document.querySelector(".layer").focus()`);
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "PageDown"]) await page.key(key);
  const now = () => page.evaluate(`document.querySelector(".layer").getAttribute("aria-valuenow")`);
  strictEqual(await now(), "61");
  await page.key("End");
  strictEqual(await now(), "100");
  await page.key("ArrowRight");
  strictEqual(await now(), "100");
  await page.key("Home");
  strictEqual(await now(), "1");
  match(
    await page.evaluate(`document.querySelector(".layer").getAttribute("aria-valuetext")`),
    /^−4,999 to −4,899 bp: All marks together .*H3K4me3 .*, signal \d+; H3K4me1 /,
  );
  await page.key("n");
  strictEqual(await page.evaluate(`document.querySelector("#cell-type").value`), "1");
  deepStrictEqual(page.console, []);

  const phone = await open({ width: 375, height: 700, touch: true });
  const at = await findLayer(phone);
  await phone.touch("Start", [{ x: at.x + at.width * 0.255, y: at.y }]);
  await phone.touch("End", []);
  strictEqual(await textOf(phone, ".place"), "−2,499 to −2,399 bp · chr20:49,577,492–49,577,591");
};

trials["the tracks zoom by drag, wheel, keys, buttons and two fingers"] = async (openHtml) => {
  const html = await renderGenePage(makeGene({ cellTypes: 2 }));
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const { x, y, width } = await findLayer(page);
  const at = (share: number) => ({ x: x + width * share, y });
  const drag = async (from: number, to: number, modifiers = 0) => {
    await page.mouse("Pressed", { ...at(from), modifiers });
    await page.mouse("Moved", { ...at((from + to) / 2), modifiers, buttons: 1 });
    await page.mouse("Moved", { ...at(to), modifiers, buttons: 1 });
    await page.mouse("Released", { ...at(to), modifiers });
    await page.settle();
  };
  // The wheel is the page's own until somebody clicks, and after that it zooms around the pointer.
  await page.wheel({ ...at(0.25), deltaY: -120 });
  await page.settle();
  near(await domainOf(page), [0, 100], "plain wheel");
  match(await page.evaluate(`document.querySelector(".hint").className`), /wanted/);
  await findLayer(page);
  await page.wheel({ ...at(0.25), deltaY: -208, modifiers: 2 });
  await page.settle();
  near(await domainOf(page), [12.2, 63.5], "wheel with Ctrl");
  await page.key("0");
  await page.mouse("Pressed", at(0.5));
  await page.mouse("Released", at(0.5));
  await page.key("0");
  near(await domainOf(page), [0, 100], "0");

  await drag(0.4, 0.6);
  near(await domainOf(page), [40, 60], "drag");
  match(await textOf(page, ".shown"), /^Shown: −999 to \+1,001 bp$/);
  await drag(0.5, 0.25, 8);
  near(await domainOf(page), [45, 65], "drag with Shift");
  await drag(0.6, 0.601);
  near(await domainOf(page), [45, 65], "a click is no drag");
  await page.wheel({ ...at(0.5), deltaY: 3000 });
  await page.settle();
  ok((await domainOf(page))[1] - (await domainOf(page))[0] > 38, "wheel after a click");

  await page.key("0");
  await page.key("Home");
  await page.key("+");
  near(await domainOf(page), [0, 50], "+ around the bin that is read out");
  await page.key("ArrowRight", { modifiers: 8 });
  near(await domainOf(page), [5, 55], "Shift and arrow");
  for (let press = 0; press < 9; press++) await page.key("+");
  const [start, end] = await domainOf(page);
  near([end - start], [5], "the narrowest");
  strictEqual(
    await page.evaluate(`document.querySelector(".zoom-in").getAttribute("aria-disabled")`),
    "true",
  );
  await page.key("End");
  near([(await domainOf(page))[1]], [100], "the bin that is read out stays in sight");
  await page.key("Escape");
  near(await domainOf(page), [0, 100], "Escape");
  await page.evaluate(`document.querySelector(".zoom-in").click()`);
  near(await domainOf(page), [25, 75], "button");
  await page.evaluate(`document.querySelector(".whole").click()`);
  near(await domainOf(page), [0, 100], "whole window");
  deepStrictEqual(page.console, []);

  const phone = await open({ width: 375, height: 700, touch: true });
  const screen = await findLayer(phone);
  const finger = (share: number) => ({ x: screen.x + screen.width * share, y: screen.y });
  await phone.touch("Start", [finger(0.4), finger(0.6)]);
  for (const step of [0.05, 0.1, 0.15, 0.2]) {
    await phone.touch("Move", [finger(0.4 - step), finger(0.6 + step)]);
  }
  await phone.touch("End", []);
  await phone.settle();
  const [left, right] = await domainOf(phone);
  ok(Math.abs(right - left - 33) < 5 && Math.abs(left + right - 100) < 5, `${left} ${right}`);
};

trials["zooming moves smoothly unless readers want no motion"] = async (openHtml) => {
  const html = await renderGenePage(makeGene({ cellTypes: 1 }));
  const open = (screen?: Screen) => openHtml(html, screen);
  const zoom = async (motion: "reduce" | "no-preference") => {
    const page = await open({ motion });
    return await page.evaluate<string>(`(() => {
        document.querySelector(".zoom-in").click();
        return document.querySelector(".lane svg").getAttribute("viewBox");
      })()`);
  };
  strictEqual(await zoom("reduce"), "25 0 50 100");
  strictEqual(await zoom("no-preference"), "0 0 100 100");
  const page = await open({ motion: "no-preference" });
  await page.evaluate(`document.querySelector(".zoom-in").click()`);
  for (let wait = 0; wait < 100 && (await domainOf(page))[0] < 25; wait++) await page.settle();
  near(await domainOf(page), [25, 75], "after the motion");
};

trials["cell types have scales of their own, or one"] = async (openHtml) => {
  const html = await renderGenePage(makeGene({ cellTypes: 6 }));
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const scales = () =>
    page.evaluate<string>(
      `[...document.querySelectorAll(".lane .high")].map((end) => end.textContent).join(" ")`,
    );
  const byCellType = async () => {
    const found: string[] = [];
    for (let place = 0; place < 6; place++) {
      await page.evaluate(`document.querySelector('[data-choose="${place}"]').click()`);
      found.push(await scales());
    }
    return new Set(found).size;
  };
  ok(await byCellType() > 1);
  await page.evaluate(`document.querySelector("#same-scale").click()`);
  strictEqual(await byCellType(), 1);
};

trials["the table of numbers follows the chosen cell type"] = async (openHtml) => {
  const input = makeGene({ cellTypes: 3 });
  const html = await renderGenePage(input);
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const signals = () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll("details.numbers tbody tr")].map((row) => row.querySelector("td:not(.fixed)").textContent)`,
    );
  const wanted = (place: number) =>
    Array.from(
      { length: 100 },
      (_, bin) => String(input.cellTypes[place]!.signal[(99 - bin) * 5]),
    );
  deepStrictEqual(await signals(), wanted(0));
  await page.evaluate(`document.querySelector(".next").click()`);
  await page.evaluate(`document.querySelector("details.numbers").open = true`);
  await page.settle();
  deepStrictEqual(await signals(), wanted(1));
  await page.evaluate(`document.querySelector(".next").click()`);
  deepStrictEqual(await signals(), wanted(2));
  match(await textOf(page, "details.numbers caption div:not([hidden])"), /in E005/);
};

trials["DNA is bars from afar and letters from near, the same as the package drew"] = async (
  openHtml,
) => {
  const input = withLetters(makeGene({ cellTypes: 2 }), 10_000);
  const html = await renderGenePage(input);
  const bars = (page: OpenPage) =>
    page.evaluate<string>(`document.querySelector(".dna .up").getAttribute("d")`);
  const letters = (page: OpenPage) =>
    page.evaluate<string>(
      `[...document.querySelectorAll(".dna .letters use")].map((use) => use.getAttribute("href").at(-1)).join("")`,
    );
  const page = await openHtml(html);
  const first = await bars(page);
  ok(first.length > 5000);
  strictEqual(first === await bars(await openHtml(html, { scripts: false })), true);
  strictEqual(await letters(page), "");
  await page.evaluate(`document.querySelector(".layer").focus()`);
  for (let press = 0; press < 8; press++) await page.key("+");
  const shown = await textOf(page, ".shown");
  match(shown, /^Shown: −19 to \+21 bp$/);
  strictEqual(await bars(page), "");
  // The gene is on the minus strand: letters are those of the data backwards, each its complement.
  const own = Array.from(input.letters!, (code) => "TGCA".charAt(code)).reverse().join("");
  const seen = await letters(page);
  ok(seen.length >= 35 && own.includes(seen), seen);
  await page.evaluate(`document.querySelector(".next").click()`);
  match(await textOf(page, ".dna .value"), /^sum .*, most [ACGT] at /);
  await page.key("0");
  notStrictEqual(await bars(page), first);
  deepStrictEqual(page.console, []);
};

trials["a page prints all tracks in black on white, without controls"] = async (openHtml) => {
  const html = await renderGenePage(makeGene({ cellTypes: 2 }));
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open({ media: "print", colours: "dark", width: 720 });
  const style = (selector: string, name: string) =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${
        JSON.stringify(name)
      }]`,
    );
  strictEqual(await style("body", "backgroundColor"), "rgb(255, 255, 255)");
  strictEqual(await style(".track .name", "color"), "rgb(26, 29, 33)");
  for (const control of [".toolbar", ".chooser", ".hint", "nav", "details.numbers"]) {
    strictEqual(await style(control, "display"), "none", control);
  }
  strictEqual(await style(".bar .named", "display"), "block");
  strictEqual(await page.evaluate(`document.querySelectorAll(".track").length`), 6);
  const { data } = await page.send("Page.printToPDF", { printBackground: true });
  strictEqual(atob(String(data)).slice(0, 5), "%PDF-");
};

/** Problems that axe-core finds, each with its place. */
async function examine(page: OpenPage): Promise<string[]> {
  await page.evaluate(`${axe.source}; 0`);
  return await page.evaluate(
    `axe.run(document, { preload: false, resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ target, failureSummary }) =>
      id + " " + target + " " + failureSummary)))`,
  );
}

trials["axe-core finds the pages accessible, in light, in dark and on a phone"] = async (
  openHtml,
) => {
  const gene = makeGene({ cellTypes: 3, bins: 12 });
  const pages = [
    await renderGenePage({ ...withLetters(gene, 400), indexFile: "index.html" }),
    await renderAttributionsPage(makeProfiles({ bins: 12 })),
    await renderGenesIndex({
      run: "a",
      method: gene.method,
      allGenesFile: "all.html",
      genes: ["a.html", "b.html"].map((file) => indexGene(gene, file)),
    }),
  ];
  const screens = [{ colours: "dark" }, { width: 375, height: 700, touch: true }, {}] as const;
  for (const [place, html] of pages.entries()) {
    const open = (screen?: Screen) => openHtml(html, screen);
    // A run takes seconds, and all pages have the same style.
    for (const screen of place === 0 ? screens : screens.slice(0, 1)) {
      const page = await open(screen);
      await page.evaluate(
        `document.querySelectorAll("details").forEach((each) => each.open = true)`,
      );
      deepStrictEqual(await examine(page), [], JSON.stringify(screen));
      const wide: string[] = await page.evaluate(
        `document.documentElement.scrollWidth > innerWidth ? [String(document.documentElement.scrollWidth)] : []`,
      );
      deepStrictEqual(wide, [], "nothing is wider than the screen");
      deepStrictEqual(page.console, []);
    }
  }
};

trials["names from files do nothing in any page, and the policy lets nothing else run"] = async (
  openHtml,
) => {
  const name = `${HOSTILE}</script><script>document.title = "hacked"</script>`;
  const gene = makeGene({ cellTypes: 3, name });
  const pages = [
    await renderGenePage(gene),
    await renderAttributionsPage(makeProfiles({ name })),
    await renderGenesIndex({ run: name, method: gene.method, genes: [indexGene(gene, name)] }),
  ];
  for (const html of pages) {
    const open = (screen?: Screen) => openHtml(html, screen);
    const page = await open();
    match(await page.evaluate(`document.title`), /^<script>alert/);
    strictEqual(await page.evaluate(`document.documentElement.className`), "alive");
    strictEqual(await page.evaluate(`document.querySelectorAll("script").length`), 2);
    await page.evaluate(`document.querySelector(".next")?.click()`);
    deepStrictEqual(page.console, []);
    await page.evaluate(`(() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'run'";
        document.body.append(script);
      })()`);
    doesNotMatch(await page.evaluate(`document.title`), /run/);
    match(page.console.join("\n"), /Content Security Policy/);
  }
};

trials["the page over all genes reads bins out and hides groups"] = async (openHtml) => {
  const input = makeProfiles();
  const html = await renderAttributionsPage(input);
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  await page.evaluate(`document.querySelector(".layer").focus()`);
  await page.key("Home");
  const value = await textOf(page, ".track[data-track='2'] .value");
  strictEqual(value.split(" / ").length, 5, value);
  const hidden = () => page.evaluate<number>(`document.querySelectorAll(".lane .hidden").length`);
  strictEqual(await hidden(), 0);
  await page.evaluate(`document.querySelector("[data-group='1']").click()`);
  strictEqual(await hidden(), 5 * 3);
  await page.evaluate(`document.querySelector("[data-group='1']").click()`);
  strictEqual(await hidden(), 0);
  await page.key("+");
  near(await domainOf(page), [0, 50], "zoom");
  deepStrictEqual(page.console, []);
};

trials["the index finds genes"] = async (openHtml) => {
  const gene = makeGene({ cellTypes: 1 });
  const genes = ["DPM1", "FGR"].map((symbol) =>
    indexGene({ ...gene, gene: { id: `ENSG-${symbol}`, symbol } }, `${symbol}.html`)
  );
  const html = await renderGenesIndex({ run: "a", method: gene.method, genes });
  const open = (screen?: Screen) => openHtml(html, screen);
  const page = await open();
  const find = (text: string) =>
    page.evaluate<string[]>(`(() => {
        const field = document.querySelector("#filter");
        field.value = ${JSON.stringify(text)};
        field.dispatchEvent(new Event("input"));
        return [...document.querySelectorAll("tbody tr:not([hidden]) a")].map((link) => link.getAttribute("href"));
      })()`);
  deepStrictEqual(await find(" fg"), ["FGR.html"]);
  strictEqual(await textOf(page, "#found"), "1 of 2");
  deepStrictEqual(await find("ensg"), ["DPM1.html", "FGR.html"]);
  deepStrictEqual(await find("no gene"), []);
  deepStrictEqual(await find(""), ["DPM1.html", "FGR.html"]);
  // On a narrow screen tables are drawn aside; a row stays one line.
  const narrow = await open({ width: 360 });
  const height = await narrow.evaluate<number>(`document.querySelector("tbody tr").offsetHeight`);
  ok(height < 60, `${height} px`);
};
