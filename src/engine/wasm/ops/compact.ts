import { addressOf, deltaOf, type NodeBase } from "../layout.ts";
import { type BackwardPass, type ExecutionContext, type Part, passesBack } from "./context.ts";

/** Copies the values of a sample into one row without gaps, as a join reads them. */
export interface CompactNode extends NodeBase {
  readonly kind: "compact";
}

/** Copies a part's values, segment by segment. */
export function compactForward(
  context: ExecutionContext,
  { input, output }: CompactNode,
  { start, count }: Part,
): void {
  const segments = input.rows * input.channels / input.segment.count;
  for (let sample = start; sample < start + count; sample++) {
    const source = addressOf(input, sample) / 4;
    const target = addressOf(output, sample) / 4;
    for (let segment = 0; segment < segments; segment++) {
      const from = source + segment * input.segment.padded;
      const to = target + segment * input.segment.count;
      context.floats.copyWithin(to, from, from + input.segment.count);
    }
  }
}

/** Copies a part's derivatives back. */
export function compactBackward(
  context: ExecutionContext,
  node: CompactNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { input, output } = node;
  const { start, count } = pass.part;
  const segments = input.rows * input.channels / input.segment.count;
  for (let sample = start; sample < start + count; sample++) {
    const source = deltaOf(output, sample) / 4;
    const target = deltaOf(input, sample) / 4;
    for (let segment = 0; segment < segments; segment++) {
      const from = source + segment * input.segment.count;
      const to = target + segment * input.segment.padded;
      context.floats.copyWithin(to, from, from + input.segment.count);
    }
  }
}
