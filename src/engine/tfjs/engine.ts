/**
 * The tf.js engine: slow and general. It runs any model of this package and is the second opinion on the
 * faster engines.
 *
 * @module
 */

import { requireSequential } from "../../model/inputs.ts";
import { isBranched, type ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { describeGpuArithmetic } from "../gpu.ts";
import { startBackend, type TfjsBackend } from "./backend.ts";
import { TfjsSession } from "./session.ts";

/**
 * Makes the engine for one backend of tf.js. tf.js has one current backend only, so sessions on different
 * ones may take turns but cannot overlap within a step.
 *
 * @param backend `cpu` runs everywhere; `webgpu` needs an adapter, and takes a software one too.
 */
export function createTfjsEngine(backend: TfjsBackend): Engine {
  return {
    name: `tfjs-${backend}`,
    supports,
    modelsTogether: () => 1,
    arithmetic: () =>
      backend === "cpu" ? Promise.resolve("tfjs-cpu") : describeGpuArithmetic(`tfjs-${backend}`),
    async createSession(model: ModelSpec, options: SessionOptions): Promise<Session> {
      checkSession(model, { ...options, members: [options] });
      const spec = requireSequential(model, "run");
      const started = await startBackend(backend);
      return new TfjsSession(spec, options, backend, started);
    },
  };
}

function supports(spec: ModelSpec): Support {
  return isBranched(spec)
    ? { supported: false, reason: "it has no branches" }
    : { supported: true };
}
