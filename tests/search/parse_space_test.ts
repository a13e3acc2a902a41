import { deepStrictEqual, throws } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { parseSpace } from "../../src/search/parse_space.ts";
import { DEFAULT_SPACE } from "../../src/search/space.ts";

const blocks = [{ width: [5, 10] }, { width: [3], dilation: [1, 2], pool: [2] }];

Deno.test("axes that a space leaves out are as in wakawaka", () => {
  deepStrictEqual(parseSpace({ filters: [50], blocks }), {
    filters: [50],
    blocks: [
      { width: [5, 10], dilation: [1], pool: [1] },
      { width: [3], dilation: [1, 2], pool: [2] },
    ],
    convolutions: [2],
    padding: ["same"],
    activation: ["leakyRelu"],
    batchNorm: [false],
    dropout: [0.3],
    dense: [[50, 10]],
    learningRate: [0.001],
    batchSize: [250],
    loss: "meanSquaredError",
  });
});

Deno.test("a parsed space is parsed to itself", () => {
  const range = { from: 0.001, to: 0.1, scale: "log" };
  for (const space of [DEFAULT_SPACE, { pool: [2], filters: [8], blocks: [{ width: [3] }] }]) {
    const parsed = parseSpace({ ...space, learningRate: range });
    deepStrictEqual(parseSpace(JSON.parse(JSON.stringify(parsed))), parsed);
  }
});

Deno.test("a bad space is refused with the field, what was found and what is wanted", () => {
  const range = { from: 0.001, to: 0.01, scale: "log" };
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ blocks: undefined }, /blocks is missing, expected an array of 1 to 16 objects/],
    [{ blocks: [] }, /blocks is an array of 0, expected an array of 1 to 16 objects/],
    [{ blocks: [3] }, /blocks\[0\] is 3, expected an object/],
    [{ filters: undefined }, /blocks\[0\]\.filters is missing, expected it there or at the top/],
    [
      { width: [3] },
      /blocks\[0\]\.width is an array of 2, expected it there or at the top, not in both/,
    ],
    [{ blocks: [{ width: [0] }] }, /blocks\[0\]\.width\[0\] is 0, expected an integer from 1/],
    [
      { blocks: [{ units: [0] }] },
      /blocks\[0\] has an unknown field "units", expected one of filters/,
    ],
    [{ filter: [5] }, /the space has an unknown field "filter", expected one of filters, width/],
    [{ filters: 50 }, /filters is 50, expected an array of one or more candidates \(space\.json\)/],
    [{ filters: [] }, /filters is an array of 0, expected an array of one or more candidates/],
    [{ filters: [50, 25, 50] }, /filters\[2\] is 50, expected each once/],
    [
      { convolutions: [1, 3] },
      /convolutions\[1\] is 3, expected an integer from 1 to 2, the number/,
    ],
    [{ padding: ["causal"] }, /padding\[0\] is "causal", expected same or valid/],
    [
      { activation: ["sigmoid"] },
      /activation\[0\] is "sigmoid", expected one of leakyRelu, relu, gelu/,
    ],
    [{ batchNorm: ["yes"] }, /batchNorm\[0\] is "yes", expected true or false/],
    [{ dropout: [1] }, /dropout\[0\] is 1, expected a number >= 0 and < 1/],
    [{ dense: [50] }, /dense\[0\] is 50, expected an array of 0 to 16 integers/],
    [{ dense: [[50, 10], [50, 10]] }, /dense\[1\] is \[50,10\], expected each once/],
    [{ learningRate: [0] }, /learningRate\[0\] is 0, expected a number > 0/],
    [
      { learningRate: 0.1 },
      /learningRate is 0.1, expected an array of one or more candidates or a range/,
    ],
    [{ learningRate: { ...range, from: -1 } }, /learningRate\.from is -1, expected a number > 0/],
    [
      { learningRate: { ...range, to: 0.001 } },
      /\.to is 0.001, expected a number above from, 0.001/,
    ],
    [{ learningRate: { ...range, scale: "ln" } }, /\.scale is "ln", expected linear or log/],
    [{ learningRate: { ...range, step: 1 } }, /learningRate has an unknown field "step"/],
    [{ dropout: { from: 0, to: 0.5, scale: "log" } }, /dropout\.from is 0, expected a number > 0/],
    [{ batchSize: range }, /batchSize is an object, expected an array of one or more candidates/],
    [{ linear: [[0]] }, /linear\[0\]\[0\] is 0, expected an integer from 1/],
    [{ signal: [[5]] }, /branches is missing, expected an array of branches besides/],
    [
      { branches: [{ input: "signal" }] },
      /branches\[0\]\.input is "signal", expected one of markMask, sequence, summary/,
    ],
    [
      { branches: [{ input: "context" }, { input: "context" }] },
      /branches\[1\]\.input is "context", expected each once/,
    ],
    [
      { branches: [{ input: "references", units: [[5]] }, { input: "summary" }] },
      /branches\[0\]\.units is an array of 1, expected none, since references have the layers/,
    ],
    [
      { branches: [{ input: "context", convolution: { filters: [4], width: [3] } }] },
      /branches\[0\]\.convolution is an object, expected none, since context is one row of values/,
    ],
    [
      { branches: [{ input: "sequence", convolution: { filters: [4] } }] },
      /branches\[0\]\.convolution\.width is missing, expected it there/,
    ],
    [
      { branches: [{ input: "sequence", convolution: { filters: [4], width: [0] } }] },
      /branches\[0\]\.convolution\.width\[0\] is 0, expected an integer from 1/,
    ],
    [{ loss: "mse" }, /loss is "mse", expected one of meanSquaredError, binaryCrossentropy, rank/],
  ];
  for (const [change, message] of cases) {
    throws(
      () => parseSpace({ filters: [50], blocks, ...change }, "space.json"),
      (error) => error instanceof FormatError && message.test(error.message),
      String(message),
    );
  }
  throws(() => parseSpace([]), /the space is an array of 0, expected an object/);
});

Deno.test("a space nested too deeply is refused like any other", () => {
  const nested = JSON.parse("[".repeat(500_000) + "]".repeat(500_000));
  throws(() => parseSpace({ blocks: nested }, "a.json"), { name: "FormatError", file: "a.json" });
  const space = { filters: [8], blocks, dropout: nested };
  throws(() => parseSpace(space), /dropout\[0\] is /);
});
