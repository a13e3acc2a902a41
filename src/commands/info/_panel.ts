/** Reference panels of models. */

import { formatBytes } from "../../base/byte_count.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { NpzReader } from "../../io/npz_types.ts";
import { describePanel } from "../../panel/describe_panel.ts";
import { panelBytes, type PanelCellType, type ReferencePanel } from "../../panel/panel.ts";
import { readPanel } from "../../panel/panel_file.ts";
import { recordFacts } from "./_record.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

/** A panel of more is not read, only named. */
const MOST_BYTES = 2 ** 30;

/** Describes `panel.npz`. */
export async function describePanelFile(
  { members }: NpzReader,
  source: ByteSource,
): Promise<Description> {
  const what =
    "the reference panel of a model: marks and labels of the genes that it was trained on";
  const bytes = members.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_BYTES) return { kind: "panel", what, facts: [] };
  const panel = await readPanel(source);
  return { kind: "panel", what, facts: [...panelFacts(panel), ...recordFacts(panel.record)] };
}

/** What a panel holds. */
export function panelFacts(panel: ReferencePanel): Fact[] {
  const namesOf = (cellTypes: readonly PanelCellType[] = []) => {
    const names = cellTypes.map(({ name }) => name);
    return names.length === 0 ? [undefined] as const : [names, someOf(names)] as const;
  };
  return listFacts([
    ["panel", "panel", describePanel(panel)],
    ["panelGenes", "genes", panel.genes.length, grouped(panel.genes.length)],
    ["panelCellTypes", "reference cell types", ...namesOf(panel.cellTypes)],
    ["panelStatistics", "label statistics of", ...namesOf(panel.statistics?.cellTypes)],
    ["panelBytes", "in memory", panelBytes(panel), formatBytes(panelBytes(panel))],
  ]);
}
