/** What `deno task release` writes. */

import { deepStrictEqual, match, throws } from "node:assert";
import manifest from "../deno.json" with { type: "json" };
import { checkTag, releaseFiles } from "../scripts/release.ts";

const FILES = {
  manifest: '{\n  "name": "@waka/histone",\n  "version": "0.1.0"\n}\n',
  citation: "title: x\nversion: 0.1.0\nauthors: []\n",
  changelog:
    "# Changelog\n\n## Unreleased\n\n- A new reader.\n\n## 0.1.0 (2026-01-02)\n\n- First.\n",
};

Deno.test("a release has its version in all files and its changes below its own heading", () => {
  const made = releaseFiles(FILES, "0.2.0", "2026-12-01");
  match(made.manifest, /"version": "0.2.0"/);
  match(made.citation, /^version: 0\.2\.0\ndate-released: 2026-12-01$/m);
  deepStrictEqual(
    made.changelog,
    "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n- A new reader.\n" +
      "\n## 0.1.0 (2026-01-02)\n\n- First.\n",
  );
  deepStrictEqual(checkTag(made, "v0.2.0"), []);
  deepStrictEqual(checkTag(made, "v0.3.0").length, 3);
});

Deno.test("a release after a release replaces its date", () => {
  const first = releaseFiles(FILES, "0.2.0", "2026-12-01");
  const changelog = first.changelog.replace("## Unreleased\n", "## Unreleased\n\n- More.\n");
  const { citation } = releaseFiles({ ...first, changelog }, "0.3.0", "2027-01-01");
  deepStrictEqual(citation.match(/date-released/g)?.length, 1);
  match(citation, /date-released: 2027-01-01/);
});

Deno.test("a malformed version and a release without changes are refused", () => {
  throws(
    () => releaseFiles(FILES, "two", "2026-12-01"),
    /Cannot release "two": expected a version/,
  );
  const made = releaseFiles(FILES, "0.2.0", "2026-12-01");
  throws(() => releaseFiles(made, "0.3.0", "2026-12-02"), /nothing below "## Unreleased"/);
});

Deno.test("the citation names the version of deno.json", async () => {
  const citation = await Deno.readTextFile(new URL("../CITATION.cff", import.meta.url));
  match(citation, new RegExp(`^version: ${RegExp.escape(manifest.version)}$`, "m"));
});
