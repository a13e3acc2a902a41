import { groupBy } from "../base/group_by.ts";
import type { Dataset } from "./dataset.ts";
import { numberSampleGroups } from "./sample_groups.ts";

/** Groups of samples, of which those that belong together were joined. */
export interface JoinedGroups {
  /** The names of the groups that each group was joined from, in order of their first samples. */
  readonly names: readonly (readonly string[])[];
  /** The place of each sample's group in `names`, `[position]`. */
  readonly ofRow: Uint32Array<ArrayBuffer>;
}

/**
 * Joins groups that share what no split separates: the replicates of a cell type, or the transcripts of a gene. So if
 * two donors gave one replicate each, they are one group.
 *
 * @param data The samples.
 * @param groups The group of each sample, `[position]`.
 */
export function joinGroups(data: Dataset, groups: readonly string[]): JoinedGroups {
  const numbers = new Map<string, number>();
  const labels = Uint32Array.from(groups, (name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  const parents = Uint32Array.from(numbers.values());
  const rootOf = (label: number): number => {
    while (parents[label] !== label) label = parents[label] = parents[parents[label]!]!;
    return label;
  };
  const firstLabels = new Map<number, number>(); // By sample group.
  for (const [row, together] of (numberSampleGroups(data) ?? []).entries()) {
    const first = firstLabels.get(together) ?? labels[row]!;
    firstLabels.set(together, first);
    const [a, b] = [rootOf(first), rootOf(labels[row]!)];
    // The group that comes first names them.
    parents[Math.max(a, b)] = Math.min(a, b);
  }
  const members = groupBy(numbers, ([, label]) => rootOf(label));
  const roots = [...members.keys()].sort((a, b) => a - b);
  const placeOfRoot = new Map(roots.map((root, place) => [root, place]));
  return {
    names: roots.map((root) => members.get(root)!.map(([name]) => name)),
    ofRow: labels.map((label) => placeOfRoot.get(rootOf(label))!),
  };
}
