/**
 * What an engineer would write without the predictor: a session of an engine with a mutex, in a server of a few lines.
 * It takes JSON as docs/examples/service.ts does, and answers it in the same form.
 */

import { memorySource } from "../../../src/engine/memory_source.ts";
import { selectEngine } from "../../../src/engine/select.ts";
import { loadModels } from "../../../src/runs/mod.ts";

const [, port, directory] = Deno.args;
const [model] = await loadModels(directory!);
const { spec, weights, record, training } = model!;
const { engine } = await selectEngine("wasm", spec);
const { seed, learningRate } = training;
const members = [{ weights, seed, learningRate }];
const session = await engine.createSession(spec, { members, batchSize: 256 });
const marks = record.marks.length;
let last: Promise<unknown> = Promise.resolve();

interface Sample {
  readonly gene: string;
  readonly cellType: string;
  readonly signal: readonly number[];
}

async function answer(request: Request): Promise<Response> {
  const samples: readonly Sample[] = await request.json();
  const signal = Float32Array.from(samples.flatMap((sample) => sample.signal));
  const bins = samples[0]!.signal.length / marks;
  const source = memorySource({
    signal,
    labels: undefined,
    bins,
    marks,
    transform: record.transform,
  });
  const rows = Uint32Array.from(samples.keys());
  const result = last.then(() => session.predict(source, [rows]));
  last = result;
  const [predicted] = await result;
  return Response.json(samples.map(({ gene, cellType }, i) => {
    return { gene, cellType, expression: predicted![i] };
  }));
}

const onListen = () => console.log("listening");
Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen }, answer);
