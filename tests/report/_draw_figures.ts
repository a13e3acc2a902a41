/** Prints every figure of a report as SVG; a test runs it where text cannot become code. */

import { renderSvg, reportFigures } from "../../src/report/mod.ts";
import { wholeRun } from "./_run.ts";

for (const { name, spec } of reportFigures(wholeRun())) console.log(name, await renderSvg(spec));
