/**
 * What V8's fault of shared numbers needs, step by step (docs/decisions/shared-numbers.md). Run in a process of its own with
 * `--v8-flags=--allow-natives-syntax,--expose-gc` and the flags to try; prints the sums of a first call before and after a
 * second, for a function that returns an object and for one that returns an array.
 */

/** What either form returns: the sum, wherever it keeps it. */
type Summarise = (count: number, value: number, replace: boolean) => unknown;

// V8's own functions begin with a percent sign, which no parser of TypeScript takes.
const run = new Function(
  "summarise",
  `
  %PrepareFunctionForOptimization(summarise);
  // The literal's first map goes out of use when a field becomes a double.
  summarise(2, 0.25, false);
  // Compiled code makes the pattern that later literals are copied from, and leaves the feedback of the stores as it was.
  %OptimizeFunctionOnNextCall(summarise);
  summarise(2, 0.75, false);
  %DeoptimizeFunction(summarise);
  // The old map is collected, and the feedback that held it is empty.
  gc();
  gc();
  %PrepareFunctionForOptimization(summarise);
  // The loop is compiled while it runs. Where the literal is made, that code gives up; it is kept, since this is not in the loop.
  const first = summarise(100_000, 0.5, true);
  const before = JSON.stringify(first);
  summarise(200_000, 0.125, false);
  return [before, JSON.stringify(first)];
`,
);

/** Makes a function that adds in a loop, and returns what is given. */
function makeSummarise(returned: string): Summarise {
  return new Function(
    "count",
    "value",
    "replace",
    `
    let total = 0;
    for (let i = 0; i < count; i++) {
      total += value;
      if (replace && i === 100) %OptimizeOsr();
    }
    return ${returned};
  `,
  ) as Summarise;
}

console.log(JSON.stringify({
  object: run(makeSummarise("{ count, total, half: total / 2 }")),
  array: run(makeSummarise("[count, total, total / 2]")),
}));
