/** The handler of docs/examples/service/ without a network: formats, errors by status, limits. */

import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert";
import { tableFromIPC } from "apache-arrow";
import { type LogLine, Service, type ServiceOptions } from "../../docs/examples/service/handler.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import type { Predictor } from "../../src/training/predictor_types.ts";
import { type BodyKind, makeBody, MEDIA_TYPES } from "../bench/service/bodies.ts";

const WASM = { engine: "wasm", threads: 1, path: "grouped" } as const;
const { train } = simulateColumns({ cellTypes: 2, genes: 12, newGenes: 1, bins: 20 });
const DATA = new Dataset(train);
const LIMITS = {
  maxBodyBytes: 100_000,
  maxHeldBytes: 250_000,
  maxSamples: DATA.length,
  timeoutMs: 60_000,
};
const KINDS = ["json", "npz", "arrow"] as const;

let trained: Promise<TrainedModel> | undefined;
function modelOf(): Promise<TrainedModel> {
  return trained ??= fit("experiment1", DATA, { ...WASM, epochs: 1, transform: "log1p" })
    .then(({ model }) => model);
}

/** A service with what it logs. */
async function open(changes: Partial<ServiceOptions["limits"]> = {}, maxQueued?: number) {
  const model = await modelOf();
  const predictor = await openPredictor(model, { ...WASM, maxQueued });
  return { ...serviceOf(model, predictor, changes), predictor };
}

function serviceOf(
  model: TrainedModel,
  predictor: Predictor,
  changes: Partial<ServiceOptions["limits"]> = {},
) {
  const lines: LogLine[] = [];
  const limits = { ...LIMITS, ...changes };
  const service = new Service({ model, predictor, limits, log: (line) => void lines.push(line) });
  return { service, lines };
}

function post(
  body: BodyInit,
  { type = MEDIA_TYPES.json, accept, path = "/predict", ...headers }: Record<string, string> = {},
): Request {
  const all = { "content-type": type, ...(accept !== undefined && { accept }), ...headers };
  return new Request(`http://localhost${path}`, { method: "POST", body, headers: all });
}

/** The predictions of an answer, by cell type and gene. */
async function readAnswer(kind: BodyKind, response: Response): Promise<Map<string, number[]>> {
  strictEqual(response.headers.get("content-type"), MEDIA_TYPES[kind]);
  const found = new Map<string, number[]>();
  const add = (cellType: string, value: number) =>
    void found.set(cellType, [...found.get(cellType) ?? [], value]);
  if (kind === "json") {
    for (const { cellType, expression } of await response.json()) add(cellType, expression);
  } else if (kind === "npz") {
    const npz = await openNpz(bytesSource(await response.bytes()));
    for (const { name } of npz.members) {
      for (const value of (await npz.read(name)).data) add(name, Number(value));
    }
  } else {
    for (const row of tableFromIPC(await response.bytes())) {
      add(row!.toJSON().cellType, row!.toJSON().expression);
    }
  }
  return found;
}

Deno.test("each format of requests and answers has the bits of predict", async () => {
  const { service, predictor, lines } = await open();
  await using _ = predictor;
  const predicted = await predict(await modelOf(), DATA, WASM);
  const wanted = new Map<string, number[]>();
  for (const [i, value] of predicted.entries()) {
    wanted.set(DATA.cellTypeOf(i), [...wanted.get(DATA.cellTypeOf(i)) ?? [], value]);
  }
  for (const kind of KINDS) {
    for (const answer of KINDS) {
      const body = await makeBody(kind, DATA);
      const request = post(body, { type: MEDIA_TYPES[kind], accept: MEDIA_TYPES[answer] });
      const response = await service.handle(request);
      strictEqual(response.status, 200, await response.clone().text());
      deepStrictEqual(await readAnswer(answer, response), wanted);
    }
  }
  deepStrictEqual(lines.map(({ status, samples }) => [status, samples]), Array(9).fill([200, 24]));
});

Deno.test("an ensemble has its spread, and a model without calibration no intervals", async () => {
  const model = await modelOf();
  const other = (await fit("experiment1", DATA, { ...WASM, epochs: 1, seed: 5 })).model;
  await using predictor = await openPredictor([model, { ...other, record: model.record }], WASM);
  const { service } = serviceOf(model, predictor);
  const body = await makeBody("json", DATA.slice(0, 3));
  const answers = await (await service.handle(post(body))).json();
  const { predictions, spread } = await predictor.predictDetails(DATA.slice(0, 3));
  deepStrictEqual(
    answers.map(({ expression, spread }: Record<string, number>) => [expression, spread]),
    [0, 1, 2].map((i) => [predictions[i], spread![i]]),
  );
  const table = await service.handle(post(body, { accept: MEDIA_TYPES.arrow }));
  deepStrictEqual(
    tableFromIPC(await table.bytes()).schema.fields.map(({ name }) => name),
    ["gene", "cellType", "expression", "spread"],
  );
  const npz = await service.handle(post(body, { accept: MEDIA_TYPES.npz }));
  const { shape } = await (await openNpz(bytesSource(await npz.bytes()))).read(DATA.cellTypeOf(0));
  deepStrictEqual(shape, [3, 2]);
  const refused = await service.handle(post(body, { path: "/predict?confidence=0.9" }));
  strictEqual(refused.status, 422);
  match(await refused.text(), /not calibrated/);
});

/** What clients do wrong, and the answers. */
const REFUSED: readonly (readonly [
  what: string,
  request: () => Request | Promise<Request>,
  status: number,
  code: string,
  message: RegExp,
])[] = [
  ["no JSON", () => post("[{"), 400, "HISTONE_FORMAT", /no valid JSON/],
  ["no UTF-8", () => post(Uint8Array.of(0xff, 0xfe)), 400, "HISTONE_FORMAT", /no UTF-8/],
  ["an empty body", () => post(""), 400, "HISTONE_FORMAT", /no valid JSON/],
  ["an object", () => post("{}"), 400, "HISTONE_FORMAT", /expected an array of samples/],
  ["a number", () => post("[3]"), 400, "HISTONE_FORMAT", /sample 0 is of type number/],
  [
    "a field that nobody knows",
    () => post('[{"gene":"a","celltype":"b","signal":[]}]'),
    400,
    "HISTONE_FORMAT",
    /a field "celltype"/,
  ],
  [
    "a text among the counts",
    () => post('[{"gene":"a","cellType":"b","signal":[1,"2"]}]'),
    400,
    "HISTONE_FORMAT",
    /value 1 of sample 0 is of type string/,
  ],
  [
    "too few counts",
    () => post('[{"gene":"a","cellType":"b","signal":[1]}]'),
    422,
    "HISTONE_CONTRACT",
    /has 1 values, expected 100/,
  ],
  [
    "a negative count",
    () => post(JSON.stringify([{ gene: "a", cellType: "b", signal: Array(100).fill(-1) }])),
    422,
    "HISTONE_CONTRACT",
    /-1/,
  ],
  [
    "a name that is too long",
    () => post(JSON.stringify([{ gene: "a".repeat(300), cellType: "b", signal: [] }])),
    422,
    "HISTONE_CONTRACT",
    /gene of sample 0 has 300 letters/,
  ],
  [
    "a damaged npz file",
    async () => post((await makeBody("npz", DATA)).slice(0, 5000), { type: MEDIA_TYPES.npz }),
    400,
    "HISTONE_FORMAT",
    /body/,
  ],
  [
    "a damaged stream of Arrow",
    async () => post((await makeBody("arrow", DATA)).slice(0, 400), { type: MEDIA_TYPES.arrow }),
    400,
    "HISTONE_FORMAT",
    /stream of Arrow is damaged/,
  ],
  [
    "bytes that are no Arrow",
    () => post(new Uint8Array(100), { type: MEDIA_TYPES.arrow }),
    400,
    "HISTONE_FORMAT",
    /there is no schema/,
  ],
  ["a type that nobody reads", () => post("a", { type: "text/csv" }), 415, "CONTENT_TYPE", /csv/],
  [
    "a body that is compressed",
    () => post("[]", { "content-encoding": "gzip" }),
    415,
    "CONTENT_ENCODING",
    /"gzip", expected a body that is not compressed/,
  ],
  [
    "an answer that nobody writes",
    () => post("[]", { accept: "text/html" }),
    406,
    "ACCEPT",
    /html/,
  ],
  ["a long body", () => post("1".repeat(100_001)), 413, "TOO_LARGE", /more than 100000 bytes/],
  [
    "too many samples",
    async () => post(await many()),
    413,
    "TOO_MANY_SAMPLES",
    /Found 25 samples, expected at most 24/,
  ],
  [
    "a cell type that cannot name an array",
    async () => {
      const text = new TextDecoder().decode(await makeBody("json", DATA.slice(0, 1)));
      const body = text.replace(/"cellType":"[^"]*"/, '"cellType":"a\\u0000b"');
      return post(body, { accept: MEDIA_TYPES.npz });
    },
    422,
    "HISTONE_CONTRACT",
    /name/,
  ],
  [
    "a text of many small objects",
    () => post(`[${"{},".repeat(24)}{}]`),
    413,
    "TOO_MANY_SAMPLES",
    /Found 25 samples, expected at most 24/,
  ],
  [
    "a text of many small lists",
    () => post("[".repeat(26)),
    413,
    "TOO_MANY_SAMPLES",
    /^Found 26 lists, expected at most 25: one for each sample in one for all\.$/,
  ],
  ["lists without an end", () => post("[".repeat(25)), 400, "HISTONE_FORMAT", /no valid JSON/],
  [
    "a Host that is not valid",
    () => Object.defineProperty(post("[]"), "url", { value: "http://a b/predict" }),
    400,
    "ADDRESS",
    /Host/,
  ],
  ["another path", () => post("[]", { path: "/x" }), 404, "UNKNOWN_PATH", /\/predict/],
  ["a name that every object has", () => post("", { path: "/toString" }), 404, "UNKNOWN_PATH", /./],
  ["another method", () => new Request("http://localhost/predict"), 405, "METHOD", /takes POST/],
  [
    "a confidence that cannot be",
    () => post("[]", { path: "/predict?confidence=2" }),
    422,
    "CONFIDENCE",
    /0\.995/,
  ],
  [
    "a parameter that is unknown",
    () => post("[]", { path: "/predict?interval=0.9" }),
    400,
    "PARAMETER",
    /"interval", expected confidence/,
  ],
];

for (const [what, make, status, code, message] of REFUSED) {
  Deno.test(`${what} is answered ${status}, and the next request as ever`, async () => {
    const { service, predictor, lines } = await open();
    await using _ = predictor;
    const response = await service.handle(await make());
    const { error } = await response.json();
    deepStrictEqual([response.status, error.code], [status, code], error.message);
    match(error.message, message);
    strictEqual(error.requestId, response.headers.get("x-request-id"));
    deepStrictEqual([lines[0]!.status, lines[0]!.code, lines[0]!.id], [
      status,
      code,
      error.requestId,
    ]);
    const next = await service.handle(post(await makeBody("json", DATA.slice(0, 1))));
    strictEqual(next.status, 200);
  });
}

/** One sample more than a request may have. */
async function many(): Promise<Uint8Array<ArrayBuffer>> {
  const rows = Array.from({ length: DATA.length + 1 }, (_, i) => i % DATA.length);
  return await makeBody("json", DATA.subset(rows));
}

Deno.test("a body without a length is read up to the limit, and one that breaks off is refused", async () => {
  const { service, predictor } = await open();
  await using _ = predictor;
  const stream = (piece: string, pieces: number, fault?: Error) => {
    let left = pieces;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new TextEncoder().encode(piece));
        else if (fault === undefined) controller.close();
        else controller.error(fault);
      },
    });
  };
  const long = await service.handle(post(stream("1".repeat(1000), 1000)));
  strictEqual(long.status, 413);
  strictEqual((await service.handle(post(stream(" ", 10, new Error("reset"))))).status, 400);
  strictEqual((await service.handle(post(stream("[]", 1)))).status, 200);
  // Nothing is held of what was refused.
  const metrics = await (await service.handle(new Request("http://localhost/metrics"))).text();
  match(metrics, /^histone_held_bytes 0$/m);
});

Deno.test("a body that does not end is given up in time", async () => {
  const { service, predictor, lines } = await open({ timeoutMs: 50 });
  await using _ = predictor;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    cancel() {
      isCancelled = true;
    },
  });
  const response = await service.handle(post(stream));
  strictEqual(response.status, 408);
  ok(isCancelled);
  strictEqual(lines[0]!.code, "TOO_SLOW");
});

Deno.test("more bodies than may be held together, and more samples than may wait, are answered 503", async () => {
  const { service, predictor } = await open({ maxBodyBytes: 200_000 }, 30);
  await using _ = predictor;
  const body = new Uint8Array(90_000).fill(32);
  const held = await Promise.all([1, 2, 3, 4].map(() => service.handle(post(body))));
  const statuses = held.map(({ status }) => status).toSorted();
  deepStrictEqual([statuses[0], statuses.at(-1)], [400, 503]);
  strictEqual(held.find(({ status }) => status === 503)!.headers.get("retry-after"), "1");

  const samples = await makeBody("json", DATA.slice(0, 20));
  const busy = await Promise.all([1, 2].map(() => service.handle(post(samples))));
  deepStrictEqual(busy.map(({ status }) => status).toSorted(), [200, 503]);
  const refused = busy.find(({ status }) => status === 503)!;
  strictEqual((await refused.json()).error.code, "HISTONE_BUSY");
  strictEqual((await service.handle(post(samples))).status, 200);
});

Deno.test("what bodies inflate to counts among the bytes that are held", async () => {
  const body = await makeBody("npz", DATA);
  const { service, predictor } = await open({ maxHeldBytes: 2.5 * body.length });
  await using _ = predictor;
  const send = () => service.handle(post(body, { type: MEDIA_TYPES.npz }));
  const answers = await Promise.all([send(), send()]);
  ok(answers.some(({ status }) => status === 503), "two at a time have no room");
  const metrics = await service.handle(new Request("http://localhost/metrics"));
  match(await metrics.text(), /^histone_held_bytes 0$/m);
  strictEqual((await send()).status, 200);
});

Deno.test("names may have the signs that samples are counted by", async () => {
  const { service, predictor } = await open();
  await using _ = predictor;
  const name = `${"{[".repeat(30)}\\\"{`;
  const signal = Array(100).fill(0);
  const response = await service.handle(
    post(JSON.stringify([{ gene: name, cellType: '"', signal }])),
  );
  const [answer] = await response.json();
  deepStrictEqual([answer.gene, answer.cellType], [name, '"']);
});

Deno.test("a client that goes, an engine that fails, and a mistake of the program have statuses of their own", async () => {
  const model = await modelOf();
  const { service, predictor, lines } = await open();
  const body = await makeBody("json", DATA.slice(0, 1));
  const gone = new AbortController();
  const request = new Request(post(body), { signal: gone.signal });
  const waiting = service.handle(request);
  gone.abort();
  strictEqual((await waiting).status, 499);
  await predictor[Symbol.asyncDispose]();
  const after = await service.handle(post(body));
  strictEqual(after.status, 503);
  strictEqual((await after.json()).error.code, "HISTONE_SESSION_DISPOSED");
  strictEqual((await service.handle(new Request("http://localhost/health"))).status, 503);
  const broken = serviceOf(model, {
    ...predictor,
    predictDetails: () => Promise.reject(new TypeError("/home/secret is not a function")),
  } as unknown as Predictor);
  const response = await broken.service.handle(post(body));
  strictEqual(response.status, 500);
  const text = await response.text();
  ok(!/secret|TypeError/.test(text), text);
  match(broken.lines[0]!.error!, /TypeError: \/home\/secret/);
  ok(lines.every(({ error }) => error === undefined));
});

Deno.test("a request keeps an id that can be logged, and gets another for one that cannot", async () => {
  const { service, predictor } = await open();
  await using _ = predictor;
  const idFor = async (id: string) => {
    const headers = { "x-request-id": id };
    const response = await service.handle(new Request("http://localhost/health", { headers }));
    return response.headers.get("x-request-id");
  };
  strictEqual(await idFor("trace-1.b"), "trace-1.b");
  notStrictEqual(await idFor("a b"), "a b");
  notStrictEqual(await idFor("a".repeat(65)), "a".repeat(65));
});

Deno.test("the client's favourite among the formats is answered", async () => {
  const { service, predictor } = await open();
  await using _ = predictor;
  const body = await makeBody("json", DATA.slice(0, 1));
  const typeFor = async (accept: string) => {
    const response = await service.handle(post(body, { accept }));
    return response.status === 200 ? response.headers.get("content-type") : response.status;
  };
  const { json, npz, arrow } = MEDIA_TYPES;
  strictEqual(await typeFor("*/*"), json);
  strictEqual(await typeFor(`${json};q=0.5, ${arrow}`), arrow);
  strictEqual(await typeFor(`${npz.toUpperCase()}, */*;q=0.1`), npz);
  strictEqual(await typeFor(`${json};q=0, application/*;q=0.2`), npz);
  strictEqual(await typeFor(`${json};q=7`), 406);
  strictEqual(await typeFor("application/zip"), npz);
});

Deno.test("model, health and metrics say what there is and what was done", async () => {
  const { service, predictor } = await open();
  await using _ = predictor;
  await service.handle(post(await makeBody("json", DATA)));
  await service.handle(post("["));
  const get = (path: string) => service.handle(new Request(`http://localhost${path}`));
  const model = await (await get("/model")).json();
  deepStrictEqual([model.name, model.bins, model.marks], ["experiment1", 20, DATA.marks]);
  strictEqual(model.record.transform, "none");
  deepStrictEqual(await (await get("/health")).json(), { status: "ready" });
  const response = await get("/metrics");
  match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  match(text, /^histone_requests_total\{route="\/predict",status="200"\} 1$/m);
  match(text, /^histone_requests_total\{route="\/predict",status="400"\} 1$/m);
  match(text, /^histone_predicted_samples_total 24$/m);
  match(text, /^histone_request_seconds_bucket\{le="\+Inf"\} 2$/m);
  for (const line of text.trimEnd().split("\n")) {
    match(line, /^(# TYPE \w+ (counter|gauge|histogram)|\w+(\{[^}]*\})? \d\S*)$/);
  }
  await service.stop();
  const refused = await service.handle(post(await makeBody("json", DATA)));
  deepStrictEqual([refused.status, refused.headers.get("connection")], [503, "close"]);
  deepStrictEqual(await (await get("/health")).json(), { status: "stopping" });
});
