/** What is done with files, as Deno names it. */

/** What is known of a file. */
export type FileFacts = Pick<
  Deno.FileInfo,
  "isFile" | "isDirectory" | "isSymlink" | "isFifo" | "size" | "mtime" | "ino" | "dev" | "mode"
>;

/** An open file. All reads and writes share one position. */
export interface OpenFile extends Disposable {
  read(into: Uint8Array): Promise<number | null>;
  readSync(into: Uint8Array): number | null;
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
  seek(offset: number, from: Deno.SeekMode): Promise<number>;
  seekSync(offset: number, from: Deno.SeekMode): number;
  stat(): Promise<FileFacts>;
  statSync(): FileFacts;
  truncate(bytes?: number): Promise<void>;
  sync(): Promise<void>;
  syncDataSync(): void;
  /** Takes the file's lock unless another process has it; throws where the run-time or the file system has no locks. */
  tryLock(exclusive: boolean): Promise<boolean>;
  close(): void;
}

/** What an entry of a directory is. */
export type DirectoryItem = Pick<Deno.DirEntry, "name" | "isFile" | "isDirectory" | "isSymlink">;

/** What is done with files. */
export interface System {
  readonly build: { readonly os: string; readonly arch: string };
  readonly version: Readonly<Record<string, string>>;
  readonly SeekMode: { readonly Start: Deno.SeekMode; readonly End: Deno.SeekMode };
  stat(path: string | URL): Promise<FileFacts>;
  statSync(path: string | URL): FileFacts;
  lstat(path: string | URL): Promise<FileFacts>;
  open(path: string | URL, options?: Deno.OpenOptions): Promise<OpenFile>;
  openSync(path: string | URL, options?: Deno.OpenOptions): OpenFile;
  readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  readDir(path: string | URL): AsyncIterable<DirectoryItem>;
  mkdir(path: string, options?: Pick<Deno.MkdirOptions, "recursive">): Promise<void>;
  mkdirSync(path: string, options?: Pick<Deno.MkdirOptions, "recursive">): void;
  makeTempDir(options: { readonly dir: string; readonly prefix: string }): Promise<string>;
  remove(path: string, options?: Deno.RemoveOptions): Promise<void>;
  removeSync(path: string): void;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  realPath(path: string): Promise<string>;
}
