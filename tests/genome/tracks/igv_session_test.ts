import { deepStrictEqual, match, strictEqual, throws } from "node:assert";
import { formatIgvSession, type SessionTrack } from "../../../src/genome/tracks/igv_session.ts";
import { withDirectory } from "../../helpers/command.ts";
import { loadPage, testWithChromium } from "../../helpers/chromium.ts";

const TRACK: SessionTrack = { path: "a.bw", name: "a", colour: [0, 114, 178] };

Deno.test("tracks of one group have one scale", () => {
  const text = formatIgvSession([
    { ...TRACK, scaleGroup: "x" },
    { ...TRACK, path: "b.bw", scaleGroup: "y" },
    { ...TRACK, path: "c.bw", scaleGroup: "x", negativeColour: [1, 2, 3] },
    { ...TRACK, path: "d.bw" },
  ], { genome: "hg38" });
  deepStrictEqual([...text.matchAll(/ autoscaleGroup="(\d)"/g)].map((found) => found[1]), [
    "1",
    "2",
    "1",
  ]);
  match(text, /nextAutoscaleGroup="3" version="8"/);
  match(text, /altColor="1,2,3".* color="0,114,178".* id="c\.bw"/);
  match(text, /locus="All"/);
});

Deno.test("what a session cannot hold is refused", () => {
  throws(() => formatIgvSession([], { genome: "hg38" }), /there are no tracks/);
  throws(() => formatIgvSession([TRACK, TRACK], { genome: "hg38" }), /two tracks have the path/);
  for (const trackHeight of [0, 1.5, 1001, NaN]) {
    throws(() => formatIgvSession([TRACK], { genome: "hg38", trackHeight }), /pixels high/);
  }
  for (const name of ["\0", "\x1b", "\ud800", "\uffff"]) {
    throws(() => formatIgvSession([{ ...TRACK, name }], { genome: "hg38" }), /XML cannot hold/);
  }
  throws(() => formatIgvSession([{ ...TRACK, colour: [0, 0, 300] }], { genome: "hg38" }), /colour/);
});

/** Hostile texts, which a parser must give back unchanged. */
const TEXTS = [`<"&'>`, "]]>", "&amp;", "a\tb\nc\rd", "Größe 5′→3′ 😀", "--><!--"];

testWithChromium("a parser of XML gives all texts back", () =>
  withDirectory(async (directory) => {
    const tracks = TEXTS.map((text) => ({ ...TRACK, path: text, name: text }));
    const session = formatIgvSession(tracks, { genome: "a&b.2bit", locus: "chr1:1-2" });
    const escaped = JSON.stringify(session).replaceAll("<", "\\u003c");
    const page = `<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre><script>
      const xml = new DOMParser().parseFromString(${escaped}, "text/xml");
      const read = (tag, name) => [...xml.querySelectorAll(tag)].map((e) => e.getAttribute(name));
      document.title = encodeURIComponent(JSON.stringify({
        names: read("Track", "name"), ids: read("Track", "id"), paths: read("Resource", "path"),
        genome: read("Session", "genome"),
      }));
    </script>`;
    await Deno.writeTextFile(`${directory}/page.html`, page);
    const { document } = await loadPage(`${directory}/page.html`);
    const title = /<title>(.*?)<\/title>/.exec(document)?.[1] ?? "";
    deepStrictEqual(JSON.parse(decodeURIComponent(title)), {
      names: TEXTS,
      ids: TEXTS,
      paths: TEXTS,
      genome: ["a&b.2bit"],
    });
    strictEqual(session.includes("😀"), true);
  }));
