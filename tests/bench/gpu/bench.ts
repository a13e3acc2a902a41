/** Runs the GPU benchmark within its time: ceilings, parts, floors. */

import type { GpuDescription } from "../../../src/engine/gpu.ts";
import { ContractError } from "../../../src/errors.ts";
import type { Row } from "../report.ts";
import { Budget, runWithin } from "./budget.ts";
import { type Ceilings, measureCeilings } from "./ceilings.ts";
import { type FloorRow, predictStep } from "./floor.ts";
import { type Part, partsFor, Stage, stepCases } from "./parts.ts";

/** What to run on. */
export interface GpuBenchOptions {
  readonly gpu: GpuDescription;
  readonly minutes: number;
  /** Told what is being done. */
  readonly log: (line: string) => void;
}

/** What was measured, and on what. */
export interface GpuBenchResult {
  readonly device: string;
  readonly software: boolean;
  readonly deno: string;
  readonly ceilings: Ceilings;
  readonly rows: readonly Row[];
  readonly floors: readonly FloorRow[];
  /** Why rows were not measured. */
  readonly notes: readonly string[];
  /** False if a peer computed something else. */
  readonly agreed: boolean;
  readonly seconds: number;
}

/** Seconds that ending the peers may take. */
const ENDING_SECONDS = 5;

/** Runs all parts that fit. */
export async function runGpuBench({ gpu, minutes, log }: GpuBenchOptions): Promise<GpuBenchResult> {
  const budget = new Budget(60 * minutes);
  const kind = gpu.software ? "software" : "gpu";
  const parts = partsFor(kind);
  log(`${gpu.device}: measuring its ceilings`);
  // Without them nothing can be said of the rest, so they may take its time.
  const ceilings = await runWithin(budget.limit([]), () => measureCeilings(kind));
  const end = new AbortController();
  const stage = new Stage(kind, ceilings, end.signal);
  const runner = new PartRunner(stage, log);
  for (const [i, part] of parts.entries()) {
    await runner.run(part, budget.limit(parts.slice(i + 1)));
  }
  end.abort();
  await runWithin(ENDING_SECONDS, () => stage.arena[Symbol.asyncDispose]())
    .catch((error) => log(`The end was not clean: ${error.message}`));
  const { rows, notes, agreed } = runner;
  return {
    device: gpu.device,
    software: gpu.software,
    deno: Deno.version.deno,
    ceilings,
    rows,
    notes,
    agreed,
    seconds: budget.elapsed,
    floors: stepCases(rows).map((step) => predictStep(step, ceilings)),
  };
}

/** Runs parts and keeps what they found. */
class PartRunner {
  readonly rows: Row[] = [];
  readonly notes: string[] = [];
  agreed = true;
  readonly #stage: Stage;
  readonly #log: (line: string) => void;

  constructor(stage: Stage, log: (line: string) => void) {
    this.#stage = stage;
    this.#log = log;
  }

  /** Adds the part's row; whatever goes wrong becomes a note. */
  async run(part: Part, seconds: number): Promise<void> {
    const { figure, unit, peer } = part;
    const { threads } = this.#stage.scale;
    const row: Row = { figure, unit, threads, ours: null, peer, theirs: null, ratio: null };
    this.#log(`${figure} against ${peer}, ${Math.round(seconds)} s at most`);
    try {
      const { missing, ...finding } = await runWithin(
        seconds,
        (allowance) => part.measure(this.#stage, allowance),
      );
      this.rows.push({ ...row, ...finding });
      if (missing !== undefined) this.#note(part, missing);
    } catch (error) {
      this.rows.push(row);
      if (error instanceof ContractError) this.agreed = false;
      this.#note(part, error instanceof Error ? error.message : String(error));
    }
  }

  #note({ figure, peer }: Part, why: string): void {
    const note = `${figure} against ${peer} was not measured: ${why}`;
    this.notes.push(note);
    this.#log(note);
  }
}
