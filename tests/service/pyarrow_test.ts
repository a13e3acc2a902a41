/** A client in Python, with pyarrow and pandas as most would use them. */

import { deepStrictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { saveModel } from "../../src/model/save_load.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { withDirectory } from "../helpers/command.ts";
import { runPython, testWithPython } from "../helpers/python.ts";
import { startService } from "../helpers/service.ts";

const PROGRAM = `
import json, sys, urllib.request
import pandas, pyarrow
port, path = sys.argv[1:]
samples = json.load(open(path))
genes, cell_types, signals = ([sample[name] for sample in samples] for name in ("gene", "cellType", "signal"))
TYPE = "application/vnd.apache.arrow.stream"

def ask(table):
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/predict", sink.getvalue().to_pybytes(),
                                     {"Content-Type": TYPE, "Accept": TYPE})
    answer = pyarrow.ipc.open_stream(urllib.request.urlopen(request).read()).read_all()
    assert answer.column("gene").to_pylist() == genes
    assert answer.column("cellType").to_pylist() == cell_types
    print(json.dumps(answer.column("expression").to_pylist()))

plain = {"gene": genes, "cellType": cell_types, "signal": signals}
ask(pyarrow.table(plain))
ask(pyarrow.table({**plain, "signal": pyarrow.array(signals, pyarrow.list_(pyarrow.uint16(), len(signals[0])))}))
frame = pandas.DataFrame(plain).astype({"cellType": "category"})
ask(pyarrow.Table.from_pandas(frame, preserve_index=False))
ask(pyarrow.concat_tables([pyarrow.table(plain).slice(0, 5), pyarrow.table(plain).slice(5)]))
`;

testWithPython(
  "pyarrow",
  "what pyarrow and pandas send is read, and they read the answers",
  () =>
    withDirectory(async (directory) => {
      const { train } = simulateColumns({ cellTypes: 2, genes: 12, newGenes: 1, bins: 20 });
      const data = new Dataset(train);
      const { model } = await fit("experiment1", data, { engine: "wasm", threads: 1, epochs: 1 });
      await saveModel(model, `${directory}/model`);
      const samples = Array.from({ length: data.length }, (_, i) => ({
        gene: data.geneOf(i),
        cellType: data.cellTypeOf(i),
        signal: Array.from(data.countsOf(i)),
      }));
      await Deno.writeTextFile(`${directory}/samples.json`, JSON.stringify(samples));
      await using service = await startService([directory, "--quiet"]);
      const args = ["-c", PROGRAM, `${service.port}`, `${directory}/samples.json`];
      const printed = await runPython("pyarrow", args);
      const wanted = [...await predict(model, data, { engine: "wasm", path: "grouped" })];
      const answers = printed.trim().split("\n").map((line) => JSON.parse(line));
      deepStrictEqual(answers, Array(4).fill(wanted));
    }),
);
