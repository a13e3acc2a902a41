/** Files on servers that redirect, and servers that send whole files only. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { HttpFiles } from "../../src/files/http_files.ts";
import { type HttpSourceOptions, openHttpSource } from "../../src/files/http_source.ts";
import { type Fault, startWebServer } from "../helpers/web_server.ts";

const QUICK: HttpSourceOptions = { stallTimeoutMs: 2000, backOffMs: 1 };
const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24);

function isPart(found: Uint8Array, offset: number): boolean {
  return found.every((byte, i) => byte === BYTES[offset + i]);
}

Deno.test("the target of a redirect is asked directly until it refuses, as a signed address that has expired does", async () => {
  await using store = startWebServer({
    files: { "/store/a.bin": BYTES },
    // Each signature serves for two requests.
    fault: ({ query }) => {
      const uses = store.requests.filter((request) => request.query === query).length;
      return uses > 2 ? { kind: "status", status: 403 } : undefined;
    },
  });
  let signatures = 0;
  await using portal = startWebServer({
    files: {},
    fault: () => ({
      kind: "redirect",
      to: `${store.origin}/store/a.bin?X-Amz-Signature=${signatures++}`,
    }),
  });
  const source = await openHttpSource(`${portal.origin}/a.bin`, QUICK);
  strictEqual(source.name, `${portal.origin}/a.bin`);
  for (let i = 0; i < 5; i++) ok(isPart(await source.read(i * 60_000, 100), i * 60_000));
  source.close();
  strictEqual(portal.requests.length, 3);
  strictEqual(store.requests.length, 5 + 2);
});

Deno.test("headers and passwords go to the address itself, not to a host that it redirects to", async () => {
  await using store = startWebServer({ files: { "/b.bin": BYTES } });
  const seen: (string | null)[] = [];
  await using portal = startWebServer({
    files: {},
    fault: ({ headers }) => {
      seen.push(headers.get("authorization"), headers.get("x-key"), headers.get("accept-encoding"));
      return { kind: "redirect", to: `${store.origin}/b.bin`, status: 307 };
    },
  });
  const address = `${portal.origin.replace("//", "//me:p%40ss@")}/a.bin`;
  const source = await openHttpSource(address, { ...QUICK, headers: { "X-Key": "k" } });
  ok(isPart(await source.read(200_000, 100), 200_000));
  source.close();
  deepStrictEqual(seen, [`Basic ${btoa("me:p@ss")}`, "k", "identity"]);
  for (const { headers } of store.requests) {
    strictEqual(headers.get("authorization"), null);
    strictEqual(headers.get("x-key"), null);
    strictEqual(headers.get("accept-encoding"), "identity");
  }
});

Deno.test("a redirect to a host that Deno may not reach names it, and one from https to http is refused", async () => {
  await using portal = startWebServer({
    files: {},
    fault: () => ({
      kind: "redirect",
      to: "https://store.example.org/a.bin?X-Amz-Signature=secret",
    }),
  });
  await rejects(openHttpSource(`${portal.origin}/a.bin`, QUICK), {
    name: "RemoteError",
    deniedHost: "store.example.org",
    message:
      `Cannot open ${portal.origin}/a.bin: this program may not reach store.example.org, to which its server ` +
      "redirects: allow it with --allow-net=store.example.org",
  });
  const downgrade = () =>
    Promise.resolve(
      new Response(null, { status: 302, headers: { location: "http://example.org/a" } }),
    );
  await rejects(openHttpSource("https://example.org/a", { fetch: downgrade }), {
    name: "RemoteError",
    message:
      /redirects from https:\S+ to http:\S+, expected an address that begins with https:\/\/$/,
  });
});

Deno.test("a browser, which hides where redirects lead, follows them itself", async () => {
  const asked: string[] = [];
  const fetchLike = (_: URL, { redirect }: RequestInit) => {
    asked.push(redirect!);
    const response = new Response(BYTES.slice(0, 10));
    if (redirect === "manual") Object.defineProperty(response, "type", { value: "opaqueredirect" });
    return Promise.resolve(response);
  };
  const source = await openHttpSource("https://example.org/a.bin", { fetch: fetchLike });
  strictEqual(source.size, 10);
  deepStrictEqual(asked, ["manual", "follow"]);
  source.close();
});

Deno.test("a page whose server hides Content-Range gets the length from HEAD, or a hint", async () => {
  const serve = (length: string) => (_: URL, { method, headers }: RequestInit) => {
    const [, first = "", last = ""] =
      /bytes=(\d+)-(\d+)/.exec(new Headers(headers).get("range") ?? "") ?? [];
    const body = method === "HEAD" ? null : BYTES.slice(Number(first), Number(last) + 1);
    const response = new Response(body, {
      status: method === "HEAD" ? 200 : 206,
      headers: method === "HEAD" ? { "content-length": length } : {},
    });
    Object.defineProperty(response, "type", { value: "cors" });
    return Promise.resolve(response);
  };
  const source = await openHttpSource("https://example.org/a.bin", {
    fetch: serve(`${BYTES.length}`),
  });
  strictEqual(source.size, BYTES.length);
  ok(isPart(await source.read(200_000, 70_000), 200_000));
  await rejects(openHttpSource("https://example.org/a.bin", { fetch: serve("") }), {
    name: "RemoteError",
    message:
      /does not say how long it is: it must send Access-Control-Expose-Headers: Content-Range, /,
  });
});

Deno.test("a server without ranges: small files are kept, large ones refused, or read as a stream if read ahead", async () => {
  let fault: Fault = { kind: "whole" };
  await using server = startWebServer({ files: { "/a.bin": BYTES }, fault: () => fault });
  const open = (options: HttpSourceOptions) =>
    openHttpSource(`${server.origin}/a.bin`, { ...QUICK, ...options });
  const small = await open({});
  strictEqual(small.isReadInParts, false);
  ok(isPart(await small.read(100_000, 1000), 100_000));
  strictEqual(server.requests.length, 1);
  small.close();
  await rejects(open({ wholeFileBytes: 100_000 }), {
    name: "RemoteError",
    message:
      /: its server sends whole files only, and this one has 300000 bytes, expected one that answers range requests: download it first$/,
  });
  fault = { kind: "whole", hasLength: false };
  const unsized = await open({});
  strictEqual(unsized.size, BYTES.length);
  unsized.close();
  await rejects(open({ wholeFileBytes: 100_000, readsAhead: true }), {
    name: "RemoteError",
    message: /sends whole files only and does not say how long they are/,
  });
});

Deno.test("a stream is read from its start, its end, again, and over broken connections, but not at random", async () => {
  await using server = startWebServer({
    files: { "/a.bin": BYTES },
    fault: () => ({ kind: "whole" }),
  });
  const open = () =>
    openHttpSource(`${server.origin}/a.bin`, { ...QUICK, wholeFileBytes: 1000, readsAhead: true });
  const source = await open();
  strictEqual(source.isReadInParts, false);
  ok(isPart(await source.read(0, 16), 0));
  ok(isPart(await source.read(BYTES.length - 28, 28), BYTES.length - 28));
  for (let offset = 0; offset < BYTES.length; offset += 50_000) {
    ok(isPart(await source.read(offset, 50_000), offset));
  }
  // The first answer showed that there are no ranges; one look at the end, one reading.
  strictEqual(server.requests.length, 3);
  ok(isPart(await source.read(70_000, 10), 70_000));
  ok(isPart(await source.read(0, 60_000), 0));
  ok(isPart(await source.read(70_000, 10), 70_000));
  await rejects(source.read(69_000, 10), {
    name: "RemoteError",
    message:
      /sends whole files only, and parts of it are needed in another order: download it first$/,
  });
  source.close();
});

Deno.test("a stream that breaks is continued where it broke, unless the file was changed", async () => {
  for (const changes of [false, true]) {
    const files = { "/a.bin": BYTES };
    let cut: number | undefined;
    await using server = startWebServer({
      files,
      fault: () => ({ kind: "whole", ...(cut !== undefined && { dropAfter: cut }) }),
    });
    const source = await openHttpSource(`${server.origin}/a.bin`, {
      ...QUICK,
      wholeFileBytes: 1000,
      readsAhead: true,
    });
    cut = 100_000;
    ok(isPart(await source.read(0, 90_000), 0));
    cut = 200_000;
    if (changes) files["/a.bin"] = BYTES.map((byte) => byte ^ 1);
    const rest = source.read(90_000, 100_000);
    if (changes) {
      await rejects(rest, /it was changed on its server while it was read: its ETag was/);
    } else {
      ok(isPart(await rest, 90_000));
      cut = undefined;
      ok(isPart(await source.read(190_000, 110_000), 190_000));
    }
    source.close();
  }
});

Deno.test("closing and aborting end what is under way, and what waits for it", async () => {
  await using server = startWebServer({
    files: { "/a.bin": BYTES },
    fault: ({ earlier }) => earlier > 0 ? { kind: "stall", after: 0 } : undefined,
  });
  const source = await openHttpSource(`${server.origin}/a.bin`, { ...QUICK, requests: 1 });
  const reads = [source.read(100_000, 10), source.read(200_000, 10)];
  await new Promise((resolve) => setTimeout(resolve, 20));
  source.close();
  for (const read of reads) {
    await rejects(read, { name: "TypeError", message: /a\.bin: it was closed$/ });
  }
  await rejects(source.read(0, 1), /it was closed/);

  const stop = new AbortController();
  server.reset();
  const aborted = await openHttpSource(`${server.origin}/a.bin`, {
    ...QUICK,
    requests: 1,
    signal: stop.signal,
  });
  const waiting = [aborted.read(100_000, 10), aborted.read(200_000, 10)];
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort(new Error("enough"));
  for (const read of waiting) await rejects(read, /enough/);
  await rejects(aborted.read(0, 1), /enough/);
  await rejects(openHttpSource(`${server.origin}/a.bin`, { signal: stop.signal }), /enough/);
  aborted.close();
});

Deno.test("files that are opened again are not asked for again, and are the same version", async () => {
  const files: Record<string, Uint8Array<ArrayBuffer>> = { "/a.bin": BYTES };
  await using server = startWebServer({ files });
  const remote = new HttpFiles(QUICK);
  for (let i = 0; i < 3; i++) {
    const source = await remote.open(`${server.origin}/a.bin`);
    ok(isPart(await source.read(100_000, 10), 100_000));
    source.close();
    await rejects(source.read(0, 1), /it was closed/);
  }
  strictEqual(server.requests.length, 2);
  const again = await remote.open(`${server.origin}/a.bin`);
  files["/a.bin"] = BYTES.slice(1);
  await rejects(again.read(200_000, 1), /it was changed on its server/);
  again.close();
  await rejects(remote.open(`${server.origin}/b.bin`), /it is not there/);
  files["/b.bin"] = BYTES;
  const late = await remote.open(`${server.origin}/b.bin`, { readsAhead: true });
  ok(isPart(await late.read(0, BYTES.length), 0));
  remote.close();
  await rejects(late.read(0, 1), /the files were closed/);
  await rejects(remote.open(`${server.origin}/a.bin`), /the files were closed/);
});
