/** Opens Roadmap's files where the flags say that they are. */

import { localRoadmap, type RoadmapFiles, webRoadmap } from "../atlas/mod.ts";

/** The flags that say where Roadmap's files are. */
export interface PlaceFlags {
  readonly from?: string | undefined;
  readonly baseUrl: string;
}

/**
 * Opens a local copy, or the server.
 *
 * @throws {ContractError} If the directory is not there.
 */
export async function openRoadmap(
  { from, baseUrl }: PlaceFlags,
  signal: AbortSignal,
): Promise<RoadmapFiles> {
  if (from !== undefined) return await localRoadmap(from);
  return webRoadmap({ baseUrl, signal });
}
