/** Files on servers: any reads give the file's bytes, whatever goes wrong on the way. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import type { ByteSource } from "../../src/files/byte_source.ts";
import { type HttpSourceOptions, openHttpSource } from "../../src/files/http_source.ts";
import { type Fault, startWebServer, type WebServerOptions } from "../helpers/web_server.ts";

/** Bytes that say where they are. */
function makeBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const BYTES = makeBytes(1_000_003);
const QUICK: HttpSourceOptions = { stallTimeoutMs: 2000, backOffMs: 1 };

/** Compares without the cost of a difference of a million bytes. */
function isSame(found: Uint8Array, offset: number, file = BYTES): boolean {
  return found.every((byte, i) => byte === file[offset + i]);
}

async function checkReads(
  source: ByteSource,
  reads: readonly (readonly [offset: number, length: number])[],
  file = BYTES,
): Promise<void> {
  const found = await Promise.all(reads.map(([offset, length]) => source.read(offset, length)));
  for (const [i, [offset, length]] of reads.entries()) {
    strictEqual(found[i]!.length, length);
    ok(isSame(found[i]!, offset, file), `bytes ${offset} to ${offset + length} differ`);
  }
}

/** Serves the bytes as /a.bin with a fault, and opens them. */
async function withSource(
  fault: WebServerOptions["fault"] | undefined,
  body: (
    source: Awaited<ReturnType<typeof openHttpSource>>,
    server: ReturnType<typeof startWebServer>,
  ) => Promise<void>,
  options: HttpSourceOptions = {},
): Promise<void> {
  await using server = startWebServer({ files: { "/a.bin": BYTES }, ...(fault && { fault }) });
  const source = await openHttpSource(`${server.origin}/a.bin`, { ...QUICK, ...options });
  try {
    await body(source, server);
  } finally {
    source.close();
  }
}

const READ = fc.tuple(fc.nat(BYTES.length), fc.nat(200_000)).map(([offset, length]) =>
  [offset, Math.min(length, BYTES.length - offset)] as const
);

Deno.test("any reads, one after another or together, give the file's bytes", () =>
  withSource(undefined, async (source) => {
    strictEqual(source.size, BYTES.length);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(READ, { maxLength: 6 }), { maxLength: 6 }),
        async (steps) => {
          for (const reads of steps) await checkReads(source, reads);
        },
      ),
      { numRuns: 40 },
    );
  }));

/** What a second request may mend. */
const MENDABLE: readonly Fault[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503, headers: { "retry-after": "0" } },
  { kind: "status", status: 429 },
  { kind: "status", status: 408 },
  { kind: "drop", after: 0 },
  { kind: "drop", after: 5000 },
  { kind: "drop", after: 40_000 },
  { kind: "short", by: 1 },
  { kind: "short", by: 20_000 },
  { kind: "partial", bytes: 16_384 },
  { kind: "partial", bytes: 30_000 },
  { kind: "whole" },
  { kind: "slow", bytes: 20_000 },
  { kind: "late", delayMs: 5 },
];

Deno.test("reads give the file's bytes from a server that fails at random, with and without a plan or a cache", async () => {
  let fault: (number: number) => Fault | undefined = () => undefined;
  let requests = 0;
  await using server = startWebServer({
    files: { "/a.bin": BYTES },
    fault: () => fault(requests++),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.constantFrom(...MENDABLE), { nil: undefined, freq: 1 }), {
        minLength: 1,
        maxLength: 9,
      }),
      fc.array(fc.array(READ, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.record({
        cacheBytes: fc.constantFrom(0, 40_000, 2 ** 24),
        readsAhead: fc.boolean(),
        requests: fc.integer({ min: 1, max: 5 }),
      }),
      fc.boolean(),
      async (faults, steps, options, plans) => {
        requests = 0;
        // Never the same fault twice for one part, so that five tries are enough.
        fault = (number) => number % 2 === 0 ? undefined : faults[(number >> 1) % faults.length];
        const source = await openHttpSource(`${server.origin}/a.bin`, { ...QUICK, ...options });
        try {
          if (plans) {
            source.willRead?.(steps.flat().map(([offset, length]) => ({ offset, length })));
          }
          for (const reads of steps) await checkReads(source, reads);
        } finally {
          source.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("opening takes one request, a HEAD request only where the length is not said, and none may be refused", async () => {
  await withSource(
    ({ method }) => method === "HEAD" ? { kind: "status", status: 405 } : undefined,
    (source, { requests }) => {
      strictEqual(source.size, BYTES.length);
      strictEqual(requests.length, 1);
      match(source.etag!, /^"[0-9a-f]{16}"$/);
      strictEqual(source.lastModified?.toISOString(), "2026-03-07T12:00:00.000Z");
      return Promise.resolve();
    },
  );
  await withSource(() => ({ kind: "total", total: "*" }), async (source, { requests }) => {
    deepStrictEqual(requests.map(({ method }) => method), ["GET", "HEAD"]);
    await checkReads(source, [[999_000, 1003], [40_000, 10]]);
  });
});

Deno.test("empty files and files of all lengths around a block are read", async () => {
  const lengths = [0, 1, 16_383, 16_384, 16_385, 32_768, 32_769];
  const files = Object.fromEntries(lengths.map((length) => [`/${length}`, makeBytes(length)]));
  for (const fault of [undefined, { kind: "whole" } as const]) {
    await using server = startWebServer({ files, fault: () => fault });
    for (const length of lengths) {
      const source = await openHttpSource(`${server.origin}/${length}`, QUICK);
      strictEqual(source.size, length);
      await checkReads(
        source,
        [[0, length], [length >> 1, length - (length >> 1)]],
        files[`/${length}`],
      );
      await rejects(source.read(0, length + 1), RangeError);
      source.close();
    }
  }
});

Deno.test("reads that are near each other are one request, and a block that two want is fetched once", () =>
  withSource(undefined, async (source, server) => {
    server.reset();
    await checkReads(source, [[100_000, 10], [116_000, 10], [150_000, 50_000], [100_005, 10]]);
    strictEqual(server.requests.length, 1);
    await checkReads(source, [[100_000, 100_000]]);
    strictEqual(server.requests.length, 1);
    await checkReads(source, [[500_000, 10], [900_000, 10]]);
    strictEqual(server.requests.length, 3);
    strictEqual(source.traffic().requests, 4);
    strictEqual(source.traffic().bytes, server.sentBytes + 16_384);
  }));

Deno.test("several requests are under way at a time, as many as asked, and at most six for a host", async () => {
  const reads = Array.from({ length: 16 }, (_, i) => [i * 80_000 % 1_000_000, 10] as const);
  for (const requests of [1, 3]) {
    await withSource(() => ({ kind: "late", delayMs: 5 }), async (source, server) => {
      await checkReads(source, reads);
      strictEqual(server.mostAtATime, requests);
    }, { requests });
  }
  await using server = startWebServer({ files: { "/a.bin": BYTES }, latencyMs: 5 });
  const open = () => openHttpSource(`${server.origin}/a.bin`, { ...QUICK, requests: 5 });
  const sources = await Promise.all([open(), open(), open()]);
  await Promise.all(sources.map((source) => checkReads(source, reads)));
  strictEqual(server.mostAtATime, 6);
  sources.forEach((source) => source.close());
});

Deno.test("a file that is read ahead moves once, in few requests, several at a time", () =>
  withSource(() => ({ kind: "late", delayMs: 2 }), async (source, server) => {
    await checkReads(source, [[0, 16], [BYTES.length - 28, 28]]);
    for (let offset = 0; offset < BYTES.length; offset += 1 << 16) {
      await checkReads(source, [[offset, Math.min(1 << 16, BYTES.length - offset)]]);
    }
    ok(server.requests.length <= 4, `${server.requests.length} requests`);
    ok(server.sentBytes < BYTES.length + 40_000, `${server.sentBytes} bytes`);
  }, { readsAhead: true }));

Deno.test("what was read is kept up to the bound, the least recently used forgotten first", () =>
  withSource(undefined, async (source, server) => {
    await checkReads(source, [[100_000, 10]]);
    await checkReads(source, [[300_000, 10]]);
    await checkReads(source, [[100_000, 10]]);
    await checkReads(source, [[500_000, 10]]);
    server.reset();
    await checkReads(source, [[100_000, 10]]);
    strictEqual(server.requests.length, 0);
    await checkReads(source, [[300_000, 10]]);
    strictEqual(server.requests.length, 1);
  }, { cacheBytes: 2 * 16_384 }));

Deno.test("a planned file is fetched before it is read, without what lies between", () =>
  withSource(undefined, async (source, server) => {
    server.reset();
    source.willRead?.([{ offset: 100_000, length: 20_000 }, { offset: 700_000, length: 5 }]);
    await checkReads(source, [[100_000, 1]]);
    while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await checkReads(source, [[100_000, 20_000], [700_000, 5]]);
    strictEqual(server.requests.length, 2);
    ok(server.sentBytes <= 4 * 16_384);
  }));

Deno.test("a transfer that stalls is tried again, and one that is slow but moves is not", async () => {
  let stalls = 1;
  await withSource(
    ({ earlier }) => earlier > 0 && stalls-- > 0 ? { kind: "stall", after: 20_000 } : undefined,
    async (source, { requests }) => {
      await checkReads(source, [[500_000, 100_000]]);
      strictEqual(requests.length, 3);
      // The blocks that had arrived are not asked for again.
      ok(requests[2]!.range!.start > requests[1]!.range!.start);
    },
    { stallTimeoutMs: 100 },
  );
  await withSource(() => ({ kind: "slow", bytes: 2000 }), async (source, { requests }) => {
    await checkReads(source, [[500_000, 100_000]]);
    strictEqual(requests.length, 2);
  }, { stallTimeoutMs: 100 });
  await rejects(
    withSource(() => ({ kind: "stall", after: 0 }), () => Promise.resolve(), {
      stallTimeoutMs: 30,
      retries: 1,
    }),
    {
      name: "RemoteError",
      message: /no byte arrived for 0\.03 seconds, after 2 tries: try again later$/,
    },
  );
});

Deno.test("a server that is busy is waited for as long as it asks, unless that is too long", async () => {
  const busy = (seconds: string): Fault => ({
    kind: "status",
    status: 429,
    headers: { "retry-after": seconds },
  });
  const start = performance.now();
  await withSource(({ earlier }) => earlier === 0 ? busy("1") : undefined, () => Promise.resolve());
  ok(performance.now() - start >= 990);
  const date = new Date(Date.now() + 3600_000).toUTCString();
  for (const value of ["3600", date]) {
    await rejects(withSource(() => busy(value), () => Promise.resolve()), {
      name: "RemoteError",
      status: 429,
      message:
        /its server is busy \(status 429\) and asks to wait (3600|35\d\d) seconds: try again then$/,
    });
  }
});

Deno.test("what cannot be mended is said in words, with the address but without its secrets", async () => {
  const cases: readonly (readonly [Fault, RegExp])[] = [
    [
      { kind: "status", status: 401 },
      /: its server asks for a user and a password \(status 401\)$/,
    ],
    [
      { kind: "status", status: 403 },
      /: its server forbids it \(status 403\): if the address is signed, it may have expired$/,
    ],
    [{ kind: "status", status: 404 }, /: it is not there \(status 404\)$/],
    [{ kind: "status", status: 410 }, /: it is not there \(status 410\)$/],
    [{ kind: "status", status: 418 }, /: its server answers with status 418, expected the file$/],
    [
      { kind: "status", status: 503 },
      /: its server answers with status 503, after 3 tries: try again later$/,
    ],
    [{ kind: "drop", after: 0 }, /: the connection failed: .*, after 3 tries/],
    [{ kind: "shifted", by: 1 }, /: its server sent bytes 1 to 16384, expected bytes 0 to 16383$/],
    [
      { kind: "headers", headers: { "content-range": "" } },
      /: its server sent a part of it without saying which, /,
    ],
    [
      { kind: "headers", headers: { "content-encoding": "gzip" } },
      /: its server compresses it on the way \(Content-Encoding: gzip\), /,
    ],
    [{ kind: "compressed" }, /: its server compresses it on the way/],
    [
      { kind: "headers", headers: { "content-type": "text/html; charset=utf-8" } },
      /: its server sends a web page /,
    ],
    [{ kind: "redirect", to: "/a.bin?token=secret" }, /: it was redirected more than 10 times$/],
    [
      { kind: "redirect", to: "ftp://user:secret@example.org/" },
      /redirects from http:\S+ to ftp:\S+, expected an address that begins with http:\/\/ or https:/,
    ],
    [{ kind: "redirect", to: "" }, /redirected more than|redirects from/],
  ];
  for (const [fault, expected] of cases) {
    await using server = startWebServer({ files: { "/a b.bin": BYTES }, fault: () => fault });
    const address = `${server.origin.replace("//", "//me:secret@")}/a%20b.bin?sig=secret#secret`;
    const error = await openHttpSource(address, { ...QUICK, retries: 2 }).then(
      () => new Error("it was opened"),
      (error) => error,
    );
    strictEqual(error.name, "RemoteError", `${error} of ${JSON.stringify(fault)}`);
    match(error.message, expected);
    ok(error.message.includes(`${server.origin}/a%20b.bin`), error.message);
    for (let at = error; at !== undefined; at = at.cause) {
      ok(!`${at}${at.stack}`.includes("secret"), `${at.stack}`);
    }
  }
});

Deno.test("a server that nobody runs, a host that does not exist, and one that Deno may not reach are told apart", async () => {
  const closed = startWebServer({ files: {} });
  await closed[Symbol.asyncDispose]();
  await rejects(openHttpSource(`${closed.origin}/a.bin?secret`, { ...QUICK, retries: 1 }), {
    name: "RemoteError",
    message:
      /^Cannot read http:\S+\/a\.bin: the connection failed: .*refused.*, after 2 tries: try again later$/,
  });
  await rejects(openHttpSource("https://files.example.org/a.bin?secret"), {
    name: "RemoteError",
    deniedHost: "files.example.org",
    message:
      "Cannot open https://files.example.org/a.bin: this program may not reach files.example.org: " +
      "allow it with --allow-net=files.example.org",
  });
  for (const address of ["ftp://me:secret@example.org/a", "a.bam", "file:///a", ""]) {
    await rejects(openHttpSource(address), {
      name: "TypeError",
      message: /^Cannot use address (?!.*secret)/,
    });
  }
});

Deno.test("a file that changes while it is read is refused, in its tag, its date or its length", async () => {
  const changes: readonly Fault[] = [
    { kind: "headers", headers: { etag: '"other"' } },
    { kind: "headers", headers: { "last-modified": "Sun, 08 Mar 2026 12:00:00 GMT" } },
    { kind: "total", total: BYTES.length + 1 },
  ];
  for (const change of changes) {
    await withSource(({ earlier }) => earlier > 1 ? change : undefined, async (source) => {
      await checkReads(source, [[500_000, 10]]);
      const expected = {
        name: "FormatError",
        message: /it was changed on its server while it was read: its (ETag|date|length) was /,
      };
      await rejects(source.read(100_000, 10), expected);
      // What was read before belongs to a file that is gone.
      await rejects(source.read(500_000, 10), expected);
    });
  }
  const files = { "/a.bin": BYTES };
  await using server = startWebServer({ files });
  const source = await openHttpSource(`${server.origin}/a.bin`, QUICK);
  files["/a.bin"] = makeBytes(BYTES.length, 2);
  await rejects(source.read(500_000, 10), /its ETag was/);
  source.close();
});

Deno.test("lies about lengths and places are noticed, and a file that shrinks is", async () => {
  for (
    const [lie, expected] of [
      [
        { kind: "shifted", by: 16_384 },
        /sent bytes 507904 to 524287, expected bytes 491520 to 507903/,
      ],
      [{ kind: "short", by: -1 }, /sent more than the \d+ bytes that it announced, after 2 tries/],
      [
        { kind: "short", by: 1 },
        /sent \d+ bytes of the \d+ bytes that it announced, after 2 tries/,
      ],
      [{ kind: "drop", after: 100 }, /the connection failed/],
      [{ kind: "whole" }, /sent the whole file, expected a part of it, after 2 tries/],
      [{ kind: "total", total: 600_000 }, /its length was 1000003, and is 600000 now/],
    ] as const
  ) {
    await withSource(({ earlier }) => earlier > 0 ? lie : undefined, async (source) => {
      await rejects(source.read(500_000, 10), { message: expected });
    }, { retries: 1 });
  }
});
