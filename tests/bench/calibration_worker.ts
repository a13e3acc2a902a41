/** A thread of `calibration.ts`. */

import { spin } from "./calibration.ts";

/** The part of a worker's scope that is used. */
interface WorkerScope {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(value: number): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: steps }) => scope.postMessage(spin(steps));
