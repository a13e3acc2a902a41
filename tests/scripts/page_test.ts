/** The task `page`: the folder that it writes, and the server that it is. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { contentPolicy } from "../../src/page/build/policy.ts";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

Deno.test("the folder holds two pages with their policies, and is written again over itself only", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/page`;
    const first = await runTask("page", "--out", out);
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /Written: .*page\/ \(index\.html and \d+ files beside it\)/);
    const { version, files } = JSON.parse(await Deno.readTextFile(`${out}/manifest.json`));
    deepStrictEqual(
      [...Deno.readDirSync(out)].map(({ name }) => name).sort(),
      ["_headers", version, "index.html", "manifest.json", "remote.html", "service_worker.js"]
        .sort(),
    );
    const headers = await Deno.readTextFile(`${out}/_headers`);
    for (const name of ["", "index.html", "remote.html", "service_worker.js"]) {
      match(headers, new RegExp(`^/${name}\n(?:  .*\n)*  Cache-Control: no-cache\n`, "m"));
    }
    match(headers, new RegExp(`^/${version}/\\*\n  Cache-Control: .*immutable\n`, "m"));
    for (const { path, bytes } of files) {
      strictEqual((await Deno.stat(`${out}/${path}`)).size, bytes, path);
    }
    const [closed, connecting] = await Promise.all(
      ["index.html", "remote.html"].map((name) => Deno.readTextFile(`${out}/${name}`)),
    );
    ok(closed!.includes(`content="${contentPolicy("closed")}"`));
    ok(connecting!.includes(`content="${contentPolicy("connecting")}"`));
    // Policies forbid scripts and styles in the pages themselves.
    for (const page of [closed!, connecting!]) {
      ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(page));
    }
    const before = filesIn(out);
    // As if it held an older version.
    const older = "0123456789abcdef";
    await Deno.rename(`${out}/${version}`, `${out}/${older}`);
    await Deno.writeTextFile(`${out}/manifest.json`, JSON.stringify({ version: older }));
    strictEqual((await runTask("page", "--out", out)).code, 0);
    deepStrictEqual(filesIn(out), before);
    const other = await runTask("page", "--out", directory);
    strictEqual(other.code, 1);
    match(other.stderr, /it is there already, and does not hold this page/);
  });
});

Deno.test("the task serves the page to this machine, with its headers, until it is ended", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const refused = await runTask("page", "--port", String(port));
  strictEqual(refused.code, 1);
  match(refused.stderr, /port \d+ is taken by another program, name another --port/);
  taken.close();
  const server = taskCommand("page", ["--port", String(port)], {
    stdout: "piped",
    stderr: "inherit",
  })
    .spawn();
  let printed = "";
  const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!printed.includes("Ctrl+C")) {
    const { value, done } = await reader.read();
    if (done) break;
    printed += value;
  }
  const address = /Open (http:\/\/127\.0\.0\.1:\d+\/)/.exec(printed)?.[1];
  strictEqual(address, `http://127.0.0.1:${port}/`);
  const page = await fetch(address);
  match(await page.text(), /<script defer src="[0-9a-f]{16}\/start\.js">/);
  ok(page.headers.get("Content-Security-Policy")!.startsWith(contentPolicy("closed")));
  strictEqual(page.headers.get("Cross-Origin-Embedder-Policy"), "require-corp");
  const none = await fetch(`${address}../deno.json`);
  strictEqual(none.status, 404);
  await none.body?.cancel();
  const posted = await fetch(address, { method: "POST", body: "a" });
  strictEqual(posted.status, 405);
  await posted.body?.cancel();
  server.kill("SIGINT");
  await server.status;
  await reader.cancel();
});

Deno.test("the page is built without a network, from the packages that are there", async () => {
  await withDirectory(async (directory) => {
    // A cache that has the packages, and nothing else that Deno fetched at any time.
    const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
    const { npmCache } = JSON.parse(new TextDecoder().decode(info.stdout));
    const cache = `${directory}/cache`;
    await Deno.mkdir(cache);
    await Deno.symlink(npmCache, `${cache}/npm`);
    const nowhere = "http://127.0.0.1:9/";
    const env = { DENO_DIR: cache, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere };
    const { code, stderr } = await endOf(
      taskCommand("page", ["--out", `${directory}/page`], { env }),
    );
    strictEqual(code, 0, stderr);
    ok((await Deno.stat(`${directory}/page/index.html`)).isFile);
  });
});
