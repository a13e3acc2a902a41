import { type Field, readValue, refuse } from "../base/field.ts";
import { FormatError } from "../errors.ts";
import { SPACE, type WrittenSpace } from "./_space_fields.ts";
import {
  type BranchAxes,
  CONVOLUTION_AXES,
  type ConvolutionAxes,
  type SearchSpace,
} from "./space.ts";

/** A space in which the axes that were left out are as in wakawaka. */
const COMPLETE_SPACE: Field<SearchSpace> = {
  wanted: SPACE.wanted,
  read: (value, place) => completeSpace(SPACE.read(value, place)),
};

/**
 * Checks a search space, such as `JSON.parse` of a file, and fills in what it leaves out.
 *
 * The fields are those of {@linkcode SearchSpace}; only `blocks` must be there. Each is an array of distinct
 * candidates; `learningRate` and `dropout` may instead be a range, `{ "from": 0.0003, "to": 0.01, "scale":
 * "log" }`. `filters` and `width` are either in a block or at the top, where all blocks share the choice; so may
 * `dilation` and `pool` be, which are 1 if they are left out. Without `convolutions` all blocks are used; `padding`,
 * `activation`, `batchNorm`, `dropout`, `dense`, `learningRate` and `batchSize` are then as in wakawaka, and `loss` is
 * `meanSquaredError`. Without `linear`, `signal` and `branches` models lack these parts.
 *
 * @param value Anything.
 * @param file Name of the file, for the error.
 * @returns The space, every axis filled in.
 * @throws {FormatError} Naming the field, what was found and what is wanted.
 *
 * @example A space of eight points
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
  return readValue(value, COMPLETE_SPACE, {
    name: "the space",
    fail: (found) => {
      throw new FormatError(`Cannot read search space: ${found}`, { file });
    },
  });
}

function completeSpace(written: WrittenSpace): SearchSpace {
  const { filters, width, dilation, pool, blocks, linear, signal, branches, ...common } = written;
  const shared: ConvolutionAxes = {
    ...(filters && { filters }),
    ...(width && { width }),
    ...(dilation && { dilation }),
    ...(pool && { pool }),
  };
  const { convolutions = [blocks.length] } = common;
  for (const [index, count] of convolutions.entries()) {
    if (count <= blocks.length) continue;
    const wanted = `an integer from 1 to ${blocks.length}, the number of blocks`;
    refuse(`convolutions[${index}]`, count, wanted);
  }
  checkBranches(written);
  return {
    ...shared,
    blocks: blocks.map((block, index) => completeBlock(block, shared, `blocks[${index}]`)),
    convolutions,
    padding: common.padding ?? ["same"],
    activation: common.activation ?? ["leakyRelu"],
    batchNorm: common.batchNorm ?? [false],
    dropout: common.dropout ?? [0.3],
    dense: common.dense ?? [[50, 10]],
    learningRate: common.learningRate ?? [0.001],
    batchSize: common.batchSize ?? [250],
    ...(linear && { linear }),
    ...(signal && { signal }),
    ...(branches && { branches: branches.map(completeBranch) }),
    loss: common.loss ?? "meanSquaredError",
  };
}

/** A block with all its axes: 1 for those that are neither in it nor at the top. */
function completeBlock(
  own: ConvolutionAxes,
  shared: ConvolutionAxes,
  place: string,
): ConvolutionAxes {
  for (const name of CONVOLUTION_AXES) {
    if (own[name] === undefined || shared[name] === undefined) continue;
    refuse(`${place}.${name}`, own[name], "it there or at the top, not in both");
  }
  const isAbsent = (name: keyof ConvolutionAxes) => (own[name] ?? shared[name]) === undefined;
  for (const name of ["filters", "width"] as const) {
    if (isAbsent(name)) refuse(`${place}.${name}`, undefined, "it there or at the top");
  }
  return {
    ...own,
    ...(isAbsent("dilation") && { dilation: [1] }),
    ...(isAbsent("pool") && { pool: [1] }),
  };
}

/** A branch whose convolution has all its axes. */
function completeBranch(
  { convolution, ...branch }: BranchAxes,
  index: number,
): BranchAxes {
  if (convolution === undefined) return branch;
  const place = `branches[${index}].convolution`;
  return { ...branch, convolution: completeBlock(convolution, {}, place) };
}

function checkBranches({ branches = [], signal }: WrittenSpace): void {
  if (signal !== undefined && branches.length === 0) {
    refuse("branches", undefined, "an array of branches besides that of signal");
  }
  const inputs = branches.map(({ input }) => input);
  for (const [index, { input, units, convolution }] of branches.entries()) {
    const place = `branches[${index}]`;
    if (inputs.indexOf(input) < index) refuse(`${place}.input`, input, "each once");
    if (input === "references" && units !== undefined && inputs.includes("summary")) {
      refuse(`${place}.units`, units, "none, since references have the layers of summary");
    }
    if (convolution !== undefined && input !== "sequence") {
      refuse(`${place}.convolution`, convolution, `none, since ${input} is one row of values`);
    }
  }
}
