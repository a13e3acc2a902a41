import { showValue } from "../base/show_value.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { FormatError } from "../errors.ts";
import {
  CONVOLUTION_AXES,
  type ConvolutionAxes,
  type NumberRange,
  type SearchSpace,
} from "./space.ts";

/** Whether a candidate is one, and what would be. */
type Check = readonly [accepts: (value: unknown) => boolean, wanted: string];

const MAX_LAYERS = 16;

const isExtent = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_EXTENT;
const extent: Check = [isExtent, `an integer from 1 to ${MAX_EXTENT}`];
const share: Check = [
  (value) => typeof value === "number" && value >= 0 && value < 1,
  "a number >= 0 and < 1",
];
const positive: Check = [
  (value) => typeof value === "number" && value > 0 && value < Infinity,
  "a number > 0",
];
const units: Check = [
  (value) => Array.isArray(value) && value.length <= MAX_LAYERS && value.every(isExtent),
  `an array of up to ${MAX_LAYERS} integers from 1 to ${MAX_EXTENT}`,
];

function oneOf(...words: readonly unknown[]): Check {
  return [(value) => words.includes(value), words.map((word) => JSON.stringify(word)).join(" or ")];
}

/** The axes at the top that always have a value, and the one that wakawaka has. */
const COMMON_AXES: Readonly<Record<string, readonly [check: Check, left: unknown]>> = {
  padding: [oneOf("same", "valid"), "same"],
  activation: [oneOf("leakyRelu", "relu"), "leakyRelu"],
  batchNorm: [oneOf(false, true), false],
  dropout: [share, 0.3],
  dense: [units, [50, 10]],
  learningRate: [positive, 0.001],
  batchSize: [extent, 250],
};

const RANGE_AXES: readonly string[] = ["dropout", "learningRate"];
const LOSSES = oneOf("meanSquaredError", "binaryCrossentropy");

/**
 * Checks a search space, such as `JSON.parse` of a file, and fills in what it leaves out.
 *
 * The fields are those of {@linkcode SearchSpace}; only `blocks` must be there. Each is an array of distinct
 * candidates; `learningRate` and `dropout` may instead be a range, `{ "from": 0.0003, "to": 0.01, "scale":
 * "log" }`. `filters` and `width` stand either in a block or at the top, where all blocks share the choice; so may
 * `dilation` and `pool`, which are 1 where they stand nowhere. `convolutions` left out takes all blocks; `padding`,
 * `activation`, `batchNorm`, `dropout`, `dense`, `learningRate` and `batchSize` are then as in wakawaka, and `loss` is
 * `meanSquaredError`.
 *
 * @param value Anything.
 * @param file Name of the file, for the error.
 * @throws {FormatError} Naming the field, what was found and what is wanted.
 *
 * @example
 * ```ts
 * import { countPoints, parseSpace } from "@waka/histone/search";
 * import { strictEqual, throws } from "node:assert";
 *
 * const blocks = [{ width: [5, 10], pool: [5] }, { width: [3] }];
 * const space = parseSpace({ filters: [25, 50], blocks, learningRate: [0.001, 0.01] });
 * strictEqual(countPoints(space), 8);
 * throws(() => parseSpace({ filters: [0], blocks }), /filters\[0\] is 0, expected an integer from 1/);
 * ```
 */
export function parseSpace(value: unknown, file?: string): SearchSpace {
  return new SpaceParser(file).parse(value);
}

class SpaceParser {
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  parse(value: unknown): SearchSpace {
    const known = [...CONVOLUTION_AXES, "blocks", "convolutions", ...Object.keys(COMMON_AXES)];
    const fields = this.#fields(value, "the space", [...known, "loss"]);
    const shared = this.#convolutionAxes(fields, "");
    const blocks = this.#blocks(fields.blocks, shared);
    const count: Check = [
      (n) => isExtent(n) && (n as number) <= blocks.length,
      `an integer from 1 to ${blocks.length}, the number of blocks`,
    ];
    const common = Object.entries(COMMON_AXES).map(([name, [check, left]]) => {
      return [name, this.#axis(fields[name] ?? [left], name, check)] as const;
    });
    const { convolutions = [blocks.length], loss = "meanSquaredError" } = fields;
    if (!LOSSES[0](loss)) this.#fail("loss", loss, LOSSES[1]);
    return {
      ...shared,
      blocks,
      convolutions: this.#axis(convolutions, "convolutions", count),
      ...Object.fromEntries(common),
      loss,
    } as unknown as SearchSpace;
  }

  /** The axes that stand in an object; `place` is empty or ends with a dot. */
  #convolutionAxes(fields: Readonly<Record<string, unknown>>, place: string): ConvolutionAxes {
    const present = CONVOLUTION_AXES.filter((name) => fields[name] !== undefined);
    return Object.fromEntries(
      present.map((name) => [name, this.#axis(fields[name], place + name, extent)]),
    );
  }

  #blocks(value: unknown, shared: ConvolutionAxes): ConvolutionAxes[] {
    if (!Array.isArray(value) || value.length < 1 || value.length > MAX_LAYERS) {
      this.#fail("blocks", value, `an array of 1 to ${MAX_LAYERS} objects`);
    }
    return value.map((block: unknown, index) => {
      const place = `blocks[${index}]`;
      const fields = this.#fields(block, place, CONVOLUTION_AXES);
      const own = this.#convolutionAxes(fields, `${place}.`);
      for (const name of CONVOLUTION_AXES) {
        if (own[name] !== undefined && shared[name] !== undefined) {
          this.#fail(`${place}.${name}`, own[name], "it there or at the top, not in both");
        }
      }
      const absent = (name: keyof ConvolutionAxes) => (own[name] ?? shared[name]) === undefined;
      for (const name of ["filters", "width"] as const) {
        if (absent(name)) this.#fail(`${place}.${name}`, undefined, "it there or at the top");
      }
      return {
        ...own,
        ...(absent("dilation") && { dilation: [1] }),
        ...(absent("pool") && { pool: [1] }),
      };
    });
  }

  #axis(value: unknown, place: string, check: Check): readonly unknown[] | NumberRange {
    const mayBeRange = RANGE_AXES.includes(place);
    if (mayBeRange && isObject(value)) return this.#range(value, place, check);
    if (!Array.isArray(value) || value.length === 0) {
      this.#fail(place, value, `an array of candidates${mayBeRange ? " or a range" : ""}`);
    }
    const [accepts, wanted] = check;
    const seen = new Set<string>();
    for (const [index, candidate] of value.entries()) {
      if (!accepts(candidate)) this.#fail(`${place}[${index}]`, candidate, wanted);
      const key = JSON.stringify(candidate);
      if (seen.has(key)) this.#fail(`${place}[${index}]`, candidate, "each candidate once");
      seen.add(key);
    }
    return structuredClone(value);
  }

  #range(value: Record<string, unknown>, place: string, [accepts, wanted]: Check): NumberRange {
    const { from, to, scale } = this.#fields(value, place, ["from", "to", "scale"]);
    if (!accepts(from)) this.#fail(`${place}.from`, from, wanted);
    if (!accepts(to)) this.#fail(`${place}.to`, to, wanted);
    if (!((to as number) > (from as number))) {
      this.#fail(`${place}.to`, to, `a number above from, ${from}`);
    }
    const [isScale, scales] = oneOf("linear", "log");
    if (!isScale(scale)) this.#fail(`${place}.scale`, scale, scales);
    if (scale === "log" && from === 0) this.#fail(`${place}.from`, from, "a number > 0 for log");
    return { from, to, scale } as NumberRange;
  }

  #fields(
    value: unknown,
    place: string,
    known: readonly string[],
  ): Readonly<Record<string, unknown>> {
    if (!isObject(value)) this.#fail(place, value, "an object");
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      throw new FormatError(
        `Cannot read search space: ${place} has an unknown field "${unknown.slice(0, 50)}", ` +
          `expected one of ${known.join(", ")}`,
        { file: this.#file },
      );
    }
    return value;
  }

  #fail(place: string, value: unknown, wanted: string): never {
    throw new FormatError(
      `Cannot read search space: ${place} is ${showValue(value)}, expected ${wanted}`,
      { file: this.#file },
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
