/** A job that all run-times do. */

/** Folders that jobs use. */
export interface Places {
  /** The project's fixtures, which are read. */
  readonly fixtures: string;
  /** An empty folder to write to. */
  readonly temporary: string;
}

/** A name that begins with a subpath of the package, and what is done, which returns what is to be the same everywhere. */
export type Job = readonly [name: string, run: (places: Places) => Promise<unknown>];
