/**
 * Reference panels: what a model knows of genes in the cell types that it was trained on.
 *
 * Begin with {@linkcode buildPanel}, which training calls; {@linkcode extendPanel} adds unlabelled samples to a panel,
 * {@linkcode placeInPanel} says which references a sample has.
 *
 * @module
 */

export { buildPanel } from "./build_panel.ts";
export { CONTEXT_VALUES } from "./context.ts";
export { describePanel } from "./describe_panel.ts";
export { extendPanel, growPanel } from "./extend_panel.ts";
export { keepStatistics } from "./keep_statistics.ts";
export {
  LABEL_STATISTICS,
  type LabelStatistics,
  panelBytes,
  type PanelCellType,
  type ReferencePanel,
} from "./panel.ts";
export { readPanel, writePanel } from "./panel_file.ts";
export { countKnown, describeReading, type PanelReading } from "./reading.ts";
export { type PanelPlaces, placeInPanel } from "./references.ts";
export { withoutMarks } from "./without_marks.ts";
export { type SummaryShape, summaryShape } from "./summary.ts";
