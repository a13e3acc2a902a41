/** docs/examples/service.ts as a process, with the permissions that docs/service.md names. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { saveModel } from "../../src/model/save_load.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { makeBody, MEDIA_TYPES } from "../bench/service/bodies.ts";
import { HttpConnection, requestBytes } from "../bench/service/client.ts";
import { withDirectory } from "../helpers/command.ts";
import { type RunningService, startService } from "../helpers/service.ts";

const { train } = simulateColumns({ cellTypes: 2, genes: 200, newGenes: 1, bins: 20 });
const DATA = new Dataset(train);
const { model } = await fit("experiment1", DATA, { engine: "wasm", threads: 1, epochs: 1 });

/** Runs a test with a service of the model. */
async function withService(
  flags: readonly string[],
  test: (service: RunningService, saved: TrainedModel) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    await saveModel(model, `${directory}/model`);
    await using service = await startService([directory].concat(flags));
    await test(service, model);
  });
}

async function jsonRequest(data: Dataset): Promise<Uint8Array<ArrayBuffer>> {
  const { json } = MEDIA_TYPES;
  return requestBytes("/predict", { body: await makeBody("json", data), type: json, accept: json });
}

/** Asks until the answer has a text. */
async function waitFor({ port }: RunningService, path: string, wanted: RegExp): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    const text = await (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
    if (wanted.test(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot continue: ${path} never said ${wanted}`);
}

Deno.test("many clients at the same time get what predict says, and a line of the log each", async () => {
  await withService([], async (service) => {
    const wanted = await predict(model, DATA, { engine: "wasm", path: "grouped" });
    const answers = await Promise.all(Array.from({ length: 16 }, async (_, client) => {
      using connection = await HttpConnection.open(service.port);
      const found: number[] = [];
      for (const row of [client, client + 100, client + 200]) {
        const { status, body } = await connection.send(await jsonRequest(DATA.subset([row])));
        strictEqual(status, 200);
        found.push(JSON.parse(new TextDecoder().decode(body))[0].expression);
      }
      return found;
    }));
    deepStrictEqual(
      answers,
      Array.from({ length: 16 }, (_, i) => [wanted[i], wanted[i + 100], wanted[i + 200]]),
    );
    strictEqual((await service.stop()).code, 0);
    const [first, ...lines] = service.lines.map((line) => JSON.parse(line));
    strictEqual(first.engine, "wasm");
    deepStrictEqual(lines.pop(), { stopped: true, requests: 48 });
    deepStrictEqual(
      lines.map(({ status, samples }) => `${status} ${samples}`),
      Array(48).fill("200 1"),
    );
    strictEqual(new Set(lines.map(({ id }) => id)).size, 48);
  });
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`after ${signal} what was taken is answered, what comes is refused, and the process ends`, async () => {
    await withService([], async (service) => {
      using slow = await HttpConnection.open(service.port);
      const request = await jsonRequest(DATA);
      // The head has arrived and most of the body: the request was taken.
      const answer = slow.sendSlowly(request, async () => {
        await waitFor(service, "metrics", /^histone_held_bytes [1-9]/m);
        void service.stop(signal);
        await waitFor(service, "health", /"stopping"/);
        using late = await HttpConnection.open(service.port);
        const refused = await late.send(await jsonRequest(DATA));
        deepStrictEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
      });
      const { status, body, headers } = await answer;
      strictEqual(status, 200);
      strictEqual(JSON.parse(new TextDecoder().decode(body)).length, DATA.length);
      strictEqual(headers.get("connection"), "close");
      strictEqual((await service.stop()).code, 0);
      await rejects(HttpConnection.open(service.port), Deno.errors.ConnectionRefused);
      match(service.lines.at(-1)!, /"stopped":true/);
    });
  });
}

Deno.test("hundreds of damaged uploads are refused, and the service predicts on", async () => {
  await withService([], async (service) => {
    const kinds = ["json", "npz", "arrow"] as const;
    using connection = await HttpConnection.open(service.port);
    const statuses = new Map<number, number>();
    for (const kind of kinds) {
      const body = await makeBody(kind, DATA.slice(0, 20));
      for (let i = 0; i < 100; i++) {
        const damaged = body.slice(
          0,
          i % 2 === 0 ? body.length : Math.floor(body.length * i / 100),
        );
        for (let j = 0; j < 8; j++) damaged[(i * 7919 + j * 104_729) % damaged.length] = 255 - i;
        const { [kind]: type } = MEDIA_TYPES;
        const request = requestBytes("/predict", { body: damaged, type, accept: type });
        const { status } = await connection.send(request);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    deepStrictEqual([...statuses.keys()].filter((status) => ![200, 400, 422].includes(status)), []);
    ok(statuses.get(400)! > 150, JSON.stringify([...statuses]));
    strictEqual((await connection.send(await jsonRequest(DATA))).status, 200);
  });
});

Deno.test("a client that goes in the middle of its upload, or before its answer, harms nobody", async () => {
  await withService([], async (service) => {
    const request = await jsonRequest(DATA);
    for (const share of [0.1, 0.5, 0.9, 1]) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: service.port });
      await connection.write(request.subarray(0, Math.floor(share * request.length)));
      connection.close();
    }
    using connection = await HttpConnection.open(service.port);
    strictEqual((await connection.send(request)).status, 200);
    strictEqual((await service.stop()).code, 0);
    ok(
      service.lines.slice(1).every((line) => !/"status":500/.test(line)),
      service.lines.join("\n"),
    );
  });
});

Deno.test("a flag that is no number, and a folder without a model, end it before it listens", async () => {
  await withDirectory(async (directory) => {
    for (const args of [["starter", "--max-samples", "many"], [directory]]) {
      await rejects(startService(args), /ended before it listened/);
    }
  });
});
