/** Our side of `deno task bench --load`: reads one file in a process of its own. Prints a line of JSON. */

import { readDataset } from "../../src/data/read_dataset.ts";
import { packedSignal } from "../helpers/packed.ts";

const { columns } = await readDataset(Deno.args[0]!);
const read = Date.now() / 1000;
const sum = (values: Iterable<number> & ArrayLike<number>) => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};
console.log(JSON.stringify({ read, sums: [sum(packedSignal(columns)), sum(columns.labels!)] }));
