/** What the tiny page's worker can do where it is: train, read the example, and connect, which it must not. */

import { Dataset } from "../../../../src/data/mod.ts";
import { simulateColumns } from "../../../../src/simulate/mod.ts";
import { fit, predict } from "../../../../src/training/mod.ts";

/** What it answers. */
export interface Answer {
  /** The engine and its threads. */
  readonly engine: string;
  /** SHA-256 of the predictions of a model that was trained here. */
  readonly digest: string;
  readonly isIsolated: boolean;
  /** Characters of the example's sheet. */
  readonly sheetLength: number;
  /** What came of a request to another server. */
  readonly elsewhere: string;
  /** What came of an attempt to make code of text. */
  readonly code: string;
}

/** Answers the first message. */
export function answerOnce(readSheet: () => Promise<number>): void {
  self.onmessage = async ({ data: { elsewhere } }: MessageEvent<{ elsewhere: string | null }>) => {
    try {
      const answer: Answer = {
        ...await train(),
        isIsolated: crossOriginIsolated,
        sheetLength: await readSheet(),
        elsewhere: elsewhere === null ? "not asked" : await connect(elsewhere),
        code: makeCode(),
      };
      postMessage(answer);
    } catch (error) {
      postMessage({ failure: String(error), stack: (error as Error).stack });
    }
  };
}

/** Trains on simulated samples; the bits are the same on any number of threads. */
export async function train(): Promise<{ readonly engine: string; readonly digest: string }> {
  const { train: columns } = simulateColumns({ cellTypes: 2, genes: 300, newGenes: 1, bins: 40 });
  const data = new Dataset(columns);
  let engine = "";
  const { model } = await fit("waka2", data, {
    epochs: 2,
    seed: 1,
    engine: "wasm",
    onStart: ({ device }) => engine = device,
  });
  const values = await predict(model, data, { engine: "wasm" });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", values));
  return {
    engine,
    digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}

function makeCode(): string {
  try {
    return String(new Function("return 1")());
  } catch (error) {
    return (error as Error).name;
  }
}

async function connect(address: string): Promise<string> {
  try {
    return (await fetch(address)).status.toString();
  } catch (error) {
    return (error as Error).name;
  }
}
