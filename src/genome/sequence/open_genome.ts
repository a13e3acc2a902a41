import { isUrl } from "../../base/kinds.ts";
import { quotePath } from "../../base/shell.ts";
import { withWatchedHooks } from "../../base/watched_hook.ts";
import { FormatError, RemoteError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { modificationTime, openFile, pathKind, pathOf } from "../../files/file.ts";
import { isAddress, parseAddress, siblingAddress } from "../../files/http_address.ts";
import { HttpFiles } from "../../files/http_files.ts";
import { type BinarySource, openSource } from "../../files/open_source.ts";
import { measureBlocks } from "../signal/bgzf_blocks.ts";
import { bgzipSource, makeBlockTable, readBlockTable } from "./_bgzip_source.ts";
import { fastaGenome } from "./_fasta.ts";
import { readFastaIndex } from "./_fasta_index.ts";
import { makeFastaIndex } from "./_make_fasta_index.ts";
import { isTwoBit, openTwoBit } from "./_two_bit.ts";
import type { Genome } from "./genome.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/** Options of {@linkcode openGenome}. */
export interface OpenGenomeOptions extends AbortOptions {
  /**
   * The index of a FASTA file, as `samtools faidx` makes it.
   *
   * @default {The file of the same name with .fai after it; without one it is made in memory}
   */
  readonly index?: ByteSource | undefined;
  /**
   * The index of a FASTA file's blocks, as `samtools faidx` or `bgzip --reindex` makes it of a file from bgzip.
   *
   * @default {The file of the same name with .gzi after it; without one it is made in memory}
   */
  readonly blockIndex?: ByteSource | undefined;
  /**
   * What opens files on servers.
   *
   * @default {A new one, which is closed with the genome}
   */
  readonly remote?: HttpFiles | undefined;
  /** Called with a sentence if an index is missing and is made. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Called while an index is made, with the number of bytes read. */
  readonly onProgress?: OnProgress | undefined;
}

/** What is told while a file is opened. */
type Listeners = Pick<OpenGenomeOptions, "onNote">;

/** A FASTA file on a server without an index is read whole up to this size in bytes. */
const LARGEST_WHOLE_BYTES = 2 ** 25;
const HEAD_BYTES = 1 << 16;
const GZIP = [0x1f, 0x8b];

/**
 * Opens a genome: 2bit, or FASTA, plain or from bgzip, by its path or its `http:` or `https:` address. What it is shows by
 * its content. Of a file on a server only the parts are moved that are read.
 *
 * @param input The path or the address, or a source of its bytes.
 * @param options Its indexes, if they are elsewhere, and who is told of what.
 * @returns The genome; close it.
 * @throws {FormatError} If the file is empty, damaged, cut short or of another format, or an index is older than the file
 * or of another one.
 * @throws {RemoteError} If a server does not send the file, or has no index of a large FASTA file.
 *
 * @example Letters of a FASTA file
 * ```ts
 * import { openGenome } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const text = ">chr1 the first\nACGTNN\nacgt\n>chr2\nGG\n";
 * const genome = await openGenome(bytesSource(new TextEncoder().encode(text), "toy.fa"));
 * deepStrictEqual(genome.names, ["chr1", "chr2"]);
 * const letters = await (await genome.chromosome("chr1")).read(4, 8);
 * strictEqual(new TextDecoder().decode(letters), "NNac");
 * genome.close();
 * ```
 */
export async function openGenome(
  input: BinarySource,
  options: OpenGenomeOptions = {},
): Promise<Genome> {
  options.signal?.throwIfAborted();
  const files = typeof input !== "string" && !isUrl(input)
    ? givenFiles(await openSource(input, options))
    : isAddress(String(input))
    ? remoteFiles(String(input), options)
    : localFiles(pathOf(input));
  try {
    return await withWatchedHooks(options, (watched) => openFrom(files, watched));
  } catch (error) {
    files.close();
    throw error;
  }
}

/** A file and what is beside it. */
interface GenomeFiles {
  readonly open: () => Promise<ByteSource>;
  /** Finds the file with an ending after the name; `undefined` if there is no file of that name. */
  readonly find: (ending: ".fai" | ".gzi") => Promise<ByteSource | undefined>;
  /** Whether the whole file may be read to make an index. */
  readonly mayReadWhole: (source: ByteSource) => boolean;
  readonly close: () => void;
}

async function openFrom(files: GenomeFiles, options: OpenGenomeOptions): Promise<Genome> {
  const source = await files.open();
  if (source.size === 0) {
    throw new FormatError("Cannot read genome: the file is empty, expected 2bit or FASTA", {
      file: source.name,
    });
  }
  if (await isTwoBit(source)) return closingWith(await openTwoBit(source), files);
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
  const isZipped = GZIP.every((byte, i) => head[i] === byte);
  if (isZipped) checkIsBgzip(head, source);
  const plain = isZipped ? await inflated(source, files, options) : source;
  const index = options.index ?? await files.find(".fai");
  if (index === undefined) noteMissing(source, ".fai", { files, options });
  const entries = index === undefined
    ? await makeFastaIndex(plain, watchOf(options))
    : await readFastaIndex(index, plain);
  options.signal?.throwIfAborted();
  return fastaGenome({
    source: plain,
    entries,
    storedBytes: source.size,
    index: index?.name ?? "its index",
    close: files.close,
  });
}

function closingWith(genome: Genome, { close }: GenomeFiles): Genome {
  return { ...genome, close };
}

function checkIsBgzip(head: Uint8Array, { name }: ByteSource): void {
  // A block may be cut at the end of what was read, but not before its size shows.
  if (measureBlocks(head, head.length).length > 0 || hasBlockSize(head)) return;
  throw new FormatError(
    "Cannot read genome: it is gzip but not from bgzip, so no part of it can be read by itself, expected 2bit, or FASTA, " +
      `plain or from bgzip: run "gunzip -c ${quotePath(name)} | bgzip > genome.fa.gz", or gunzip`,
    { file: name },
  );
}

/** Whether the first block of a file has the extra field of bgzip. */
function hasBlockSize(head: Uint8Array): boolean {
  return head[3] === 4 && head[12] === 0x42 && head[13] === 0x43;
}

async function inflated(
  source: ByteSource,
  files: GenomeFiles,
  options: OpenGenomeOptions,
): Promise<ByteSource> {
  const index = options.blockIndex ?? await files.find(".gzi");
  if (index === undefined) noteMissing(source, ".gzi", { files, options });
  const table = index === undefined
    ? await makeBlockTable(source, watchOf(options))
    : await readBlockTable(index, source);
  return bgzipSource(source, table);
}

/** Says that an index is missing; throws if the file is too large to make it. */
function noteMissing(
  source: ByteSource,
  ending: ".fai" | ".gzi",
  { files, options: { onNote } }: { readonly files: GenomeFiles; readonly options: Listeners },
): void {
  if (!files.mayReadWhole(source)) {
    throw new RemoteError(
      `Cannot open ${source.name}: there is no index beside it (${ending}), so all its ${source.size} bytes would be ` +
        'moved: download it first, or name a 2bit file; "samtools faidx" makes the index',
    );
  }
  onNote?.(
    `${source.name} has no index (${ending}), so it is read once to make one in memory; "samtools faidx ${
      quotePath(source.name)
    }" keeps one`,
  );
}

/** What is called while an index is made; it throws once the opening is given up. */
function watchOf({ onProgress, signal }: OpenGenomeOptions): (done: number, total: number) => void {
  return (done, total) => {
    signal?.throwIfAborted();
    onProgress?.({ done, total, unit: "bytes" });
  };
}

/** The bytes that a caller gave, with nothing beside them. */
function givenFiles(source: ByteSource): GenomeFiles {
  return {
    open: () => Promise.resolve(source),
    find: () => Promise.resolve(undefined),
    mayReadWhole: () => true,
    close: () => source.close(),
  };
}

function localFiles(path: string): GenomeFiles {
  const sources: ByteSource[] = [];
  const keep = async (name: string) => {
    const source = await openFile(name);
    sources.push(source);
    return source;
  };
  return {
    open: () => keep(path),
    async find(ending) {
      const name = `${path}${ending}`;
      if (await pathKind(name) !== "file") return undefined;
      const [file, index] = [await modificationTime(path), await modificationTime(name)];
      if (index.getTime() < file.getTime()) {
        throw new FormatError(
          `Cannot use index: it was changed ${index.toISOString()}, before ${path}, which was ${file.toISOString()}: ` +
            `make it again with "samtools faidx ${
              quotePath(path)
            }", or, if it is this file's own, run "touch ${quotePath(name)}"`,
          { file: name },
        );
      }
      return await keep(name);
    },
    mayReadWhole: () => true,
    close: () => sources.forEach((source) => source.close()),
  };
}

/** Statuses for a name that is not there; stores say 403 to who may not list them. */
const MISSING = [400, 403, 404, 410];

function remoteFiles(address: string, { remote, signal }: OpenGenomeOptions): GenomeFiles {
  const files = remote ?? new HttpFiles({ signal });
  const sources: ByteSource[] = [];
  const keep = async (url: string, readsAhead: boolean) => {
    const source = await files.open(url, { readsAhead });
    sources.push(source);
    return source;
  };
  return {
    open: () => keep(address, false),
    async find(ending) {
      const { pathname } = parseAddress(address).url;
      try {
        return await keep(siblingAddress(address, () => `${pathname}${ending}`).href, true);
      } catch (error) {
        if (error instanceof RemoteError && MISSING.includes(error.status ?? 0)) return undefined;
        throw error;
      }
    },
    mayReadWhole: ({ size }) => size <= LARGEST_WHOLE_BYTES,
    close() {
      for (const source of sources) source.close();
      if (remote === undefined) files.close();
    },
  };
}
