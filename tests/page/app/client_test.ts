import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { CallError, Client, type Port } from "../../../src/page/app/client.ts";
import type { FromWorker, PageProgress, ToWorker } from "../../../src/page/protocol.ts";

/** A port whose other end is the test. */
class TestPort extends EventTarget {
  readonly sent: ToWorker[] = [];

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }

  answer(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

function open(): { readonly port: TestPort; readonly client: Client } {
  const port = new TestPort();
  return { port, client: new Client(port as Port) };
}

Deno.test("answers come to their calls, in whatever order", async () => {
  const { port, client } = open();
  const first = client.call("examine", {});
  const second = client.call("explain", { gene: "A", cellType: "liver" });
  deepStrictEqual(port.sent.map((message) => message.id), [1, 2]);
  port.answer({ type: "answer", id: 2, value: "second" });
  port.answer({ type: "answer", id: 1, value: "first" });
  deepStrictEqual([await first, await second] as unknown[], ["first", "second"]);
});

Deno.test("progress comes to the call that it is of, and not after its end", async () => {
  const { port, client } = open();
  const seen: PageProgress[] = [];
  const call = client.call("examine", {}, { onProgress: (progress) => seen.push(progress) });
  const progress = { doing: "x", done: 1, total: 2 };
  port.answer({ type: "progress", id: 7, progress });
  port.answer({ type: "progress", id: 1, progress });
  port.answer({ type: "answer", id: 1, value: { findings: [], skipped: [] } });
  port.answer({ type: "progress", id: 1, progress });
  await call;
  deepStrictEqual(seen, [progress]);
});

Deno.test("a failure has the worker's code and message", async () => {
  const { port, client } = open();
  const call = client.call("examine", {});
  port.answer({ type: "failure", id: 1, code: "HISTONE_FORMAT", message: "Cannot read" });
  await rejects(call, (error) => {
    strictEqual((error as CallError).code, "HISTONE_FORMAT");
    return (error as CallError).message === "Cannot read";
  });
});

Deno.test("an aborted signal cancels the call, before it and while it runs", async () => {
  const { port, client } = open();
  const controller = new AbortController();
  const running = client.call("examine", {}, { signal: controller.signal });
  controller.abort();
  const late = client.call("examine", {}, { signal: controller.signal });
  deepStrictEqual(
    port.sent.map(({ type, id }) => `${type} ${id}`),
    ["call 1", "cancel 1", "call 2", "cancel 2"],
  );
  for (const id of [1, 2]) port.answer({ type: "failure", id, code: "cancelled", message: "" });
  await rejects(running, CallError);
  await rejects(late, CallError);
});

Deno.test("a signal that is aborted after the answer cancels nothing", async () => {
  const { port, client } = open();
  const controller = new AbortController();
  const call = client.call("examine", {}, { signal: controller.signal });
  port.answer({ type: "answer", id: 1, value: { findings: [], skipped: [] } });
  await call;
  controller.abort();
  deepStrictEqual(port.sent.map(({ type }) => type), ["call"]);
});

Deno.test("if the worker ends, what waits fails, and so does what comes later", async () => {
  const { port, client } = open();
  const call = client.call("examine", {});
  port.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
  const isLost = (error: unknown) =>
    (error as CallError).code === "lost" && /out of memory/.test((error as CallError).message);
  await rejects(call, isLost);
  await rejects(client.call("open", {}), isLost);
});
