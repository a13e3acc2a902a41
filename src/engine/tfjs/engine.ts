/**
 * The tf.js engine: slow and general. It runs any model of this package and is the second opinion on the
 * faster engines.
 *
 * @module
 */

import { attemptAsync } from "../../base/platform.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { checkSession } from "../check_session.ts";
import type { Engine, Session, SessionOptions, Support } from "../engine.ts";
import { describeGpuArithmetic } from "../gpu.ts";
import { openMemberSession } from "../member_session.ts";
import { startBackend, type TfjsBackend } from "./backend.ts";
import { TfjsMember } from "./member.ts";

/**
 * Makes the engine for one backend of tf.js. tf.js has one current backend only, so sessions on different
 * ones may take turns but cannot overlap within a step.
 *
 * @param backend `cpu` runs everywhere; `webgpu` needs an adapter, and takes a software one too.
 */
export function createTfjsEngine(backend: TfjsBackend): Engine {
  return {
    name: `tfjs-${backend}`,
    supports: (): Support => ({ supported: true }),
    capacity: () => ({ models: 1, sameShape: false }),
    arithmetic: () =>
      backend === "cpu" ? Promise.resolve("tfjs-cpu") : describeGpuArithmetic(`tfjs-${backend}`),
    async createSession(spec: ModelSpec, options: SessionOptions): Promise<Session> {
      checkSession(spec, options);
      const started = await startBackend(backend);
      const { members, batchSize } = options;
      return await openMemberSession(
        spec,
        options,
        (index) =>
          attemptAsync(() => {
            const own = { ...members[index]!, batchSize };
            return new TfjsMember({ spec, options: own, backend, started });
          }),
      );
    },
  };
}
