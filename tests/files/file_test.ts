import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { FormatError, WriteError } from "../../src/errors.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { type ByteSource, readInto } from "../../src/files/byte_source.ts";
import { guardSource } from "../../src/files/guard_source.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { openFile, pathKind, writeFileAtomic } from "../../src/files/file.ts";

Deno.test("what is below a file is not there", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    strictEqual(await pathKind(`${directory}/file`), "file");
    strictEqual(await pathKind(`${directory}/file/model.json`), undefined);
  });
});

Deno.test("a file is written whole, with its directory, over an older one", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a/b/file.txt`;
    await writeFileAtomic(path, "older and longer");
    await writeFileAtomic(path, async (sink) => {
      const writer = sink.getWriter();
      await writer.write(new TextEncoder().encode("new"));
      await writer.close();
    });
    strictEqual(await Deno.readTextFile(path), "new");
    deepStrictEqual(filesIn(`${directory}/a/b`), ["file.txt"]);
  });
});

Deno.test("a write that fails halfway leaves only the older file", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/file.txt`;
    await writeFileAtomic(path, "older");
    const broken = writeFileAtomic(path, async (sink) => {
      const writer = sink.getWriter();
      await writer.write(new TextEncoder().encode("half of the n"));
      throw new Error("the source failed");
    });
    await rejects(broken, /the source failed/);
    strictEqual(await Deno.readTextFile(path), "older");
    deepStrictEqual(filesIn(directory), ["file.txt"]);
  });
});

/** The files that are flushed and renamed while `body` runs, in order; directories with the names in them then. */
async function watchDisk(body: () => Promise<void>): Promise<string[]> {
  const { open, rename } = Deno;
  const events: string[] = [];
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      const isDirectory = (await file.stat()).isDirectory;
      const names = isDirectory ? [...Deno.readDirSync(path)].map(({ name }) => name) : [];
      events.push(isDirectory ? `${path}: ${names}` : `${path}`.replace(/\.\w+\.part$/, " (part)"));
      await sync();
    };
    return file;
  };
  Deno.rename = (from, to) => {
    events.push(`rename to ${to}`);
    return rename(from, to);
  };
  try {
    await body();
  } finally {
    Object.assign(Deno, { open, rename });
  }
  return events;
}

Deno.test("a file that was written, and the directories made for it, survive a power cut", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a/b/file.txt`;
    deepStrictEqual(await watchDisk(() => writeFileAtomic(path, "text")), [
      `${directory}/a/: b`,
      `${directory}/: a`,
      `${path} (part)`,
      `rename to ${path}`,
      `${directory}/a/b/: file.txt`,
    ]);
    deepStrictEqual(await watchDisk(() => writeFileAtomic(path, "newer")), [
      `${path} (part)`,
      `rename to ${path}`,
      `${directory}/a/b/: file.txt`,
    ]);
  });
});

Deno.test("a directory that cannot be flushed is ignored, a disk that fails is not", async () => {
  await withDirectory(async (directory) => {
    const { sync } = Deno.FsFile.prototype;
    const path = `${directory}/file.txt`;
    const failing = (message: string) => {
      Deno.FsFile.prototype.sync = async function () {
        if ((await this.stat()).isDirectory) throw new Error(message);
        await sync.call(this);
      };
    };
    try {
      failing("Invalid argument (os error 22)");
      await writeFileAtomic(path, "text");
      failing("Input/output error (os error 5)");
      await rejects(writeFileAtomic(path, "newer"), /^WriteError: Cannot write .*file\.txt: Input/);
    } finally {
      Deno.FsFile.prototype.sync = sync;
    }
  });
});

Deno.test("an error of the system names the file", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/taken`);
    await rejects(
      writeFileAtomic(`${directory}/taken`, "x"),
      (error) =>
        error instanceof WriteError &&
        error.message.startsWith(`Cannot write ${directory}/taken: `),
    );
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("reads of one file that overlap in time each get their own bytes", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/bytes`;
    await Deno.writeFile(path, Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
    const file = await openFile(path);
    const starts = [900, 0, 500, 100, 300];
    const parts = await Promise.all(starts.map((start) => file.read(start, 3)));
    deepStrictEqual(parts.map((part) => part[0]), starts.map((start) => start % 256));
    await rejects(file.read(999, 2), /bytes 999 to 1001 of .* 1000 bytes/);
    file.close();
  });
});

Deno.test("a read that is asked for ahead begins before whoever asked computes on", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/bytes`;
    await Deno.writeFile(path, Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
    const { read } = Deno.FsFile.prototype;
    let started = 0;
    Deno.FsFile.prototype.read = async function (target) {
      started++;
      return await read.call(this, target);
    };
    try {
      const file = await openFile(path);
      const guarded = guardSource(file, new AbortController().signal);
      for (const source of [file, guarded]) {
        started = 0;
        const target = new Uint8Array(3);
        const ahead = readInto(source, 300, target);
        strictEqual(started, 1);
        await ahead;
        deepStrictEqual([...target], [44, 45, 46]);
        // One that failed keeps no other from beginning.
        await rejects(source.read(999, 2), RangeError);
        const another = source.read(700, 1);
        strictEqual(started, 2);
        deepStrictEqual([...await another], [700 % 256]);
      }
      file.close();
    } finally {
      Deno.FsFile.prototype.read = read;
    }
  });
});

/** Ways to change a file in place. The length or the time of change reveals each; the time is set, to avoid waiting. */
const CHANGES = {
  "appended to": (path: string) => Deno.writeFile(path, Uint8Array.of(1), { append: true }),
  "cut short": (path: string) => Deno.truncate(path, 10),
  "written over": async (path: string) => {
    const { size, mtime } = await Deno.stat(path);
    await Deno.writeFile(path, new Uint8Array(size));
    await Deno.utime(path, new Date(), mtime!.getTime() / 1000 + 1);
  },
};

async function rejectsAsChanged(reading: Promise<unknown>, path: string): Promise<void> {
  await rejects(reading, (error) => {
    ok(error instanceof FormatError, `${error}`);
    strictEqual(error.message, `Cannot read file: it was changed while it was read (${path})`);
    return true;
  });
}

for (const [how, change] of Object.entries(CHANGES)) {
  Deno.test(`reading stops if a file is ${how} while it is read`, async () => {
    await withDirectory(async (directory) => {
      const path = `${directory}/bytes`;
      await Deno.writeFile(path, Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
      const file = await openFile(path);
      strictEqual((await file.read(5, 1))[0], 5);
      await change(path);
      for (const offset of [0, 995]) await rejectsAsChanged(file.read(offset, 5), path);
      file.close();
    });
  });
}

Deno.test("a file that is replaced by another is still read as it was", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/text`;
    await writeFileAtomic(path, "older");
    const file = await openFile(path);
    await writeFileAtomic(path, "newer, and longer");
    strictEqual(new TextDecoder().decode(await file.read(0, 5)), "older");
    file.close();
  });
});

/** A file that is written over after its second read. */
async function openAndChange(path: string): Promise<ByteSource> {
  const file = await openFile(path);
  let reads = 0;
  return {
    ...file,
    async read(offset, length) {
      const bytes = await file.read(offset, length);
      if (++reads === 2) await CHANGES["written over"](path);
      return bytes;
    },
  };
}

Deno.test("readers report that their file was changed", async () => {
  await withDirectory(async (directory) => {
    const [npz, bam] = [`${directory}/train.npz`, `${directory}/reads.bam`];
    await Deno.copyFile("fixtures/train.npz", npz);
    await Deno.copyFile("fixtures/genome/reads.bam", bam);
    const competition = await openAndChange(npz);
    await rejectsAsChanged(readCompetition(competition), npz);
    const index = await openFile("fixtures/genome/reads.bam.bai");
    const reads = await openAndChange(bam);
    const countReads = async () => {
      const track = await openSignal(reads, { index });
      const { name } = track.contigs![0]!;
      const gene = { id: "g", chromosome: name, tss: 5000, strand: "+", line: 1 } as const;
      return await track.count(geneWindows([gene], { halfWidthBp: 1000 }), { rule: "reads" });
    };
    await rejectsAsChanged(countReads(), bam);
    for (const source of [competition, reads, index]) source.close();
  });
});

Deno.test("pathKind distinguishes files, directories and missing paths", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    strictEqual(await pathKind(`${directory}/file`), "file");
    strictEqual(await pathKind(directory), "directory");
    strictEqual(await pathKind(`${directory}/none`), undefined);
  });
});

Deno.test("a pipe is refused without waiting for whoever writes to it", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/reads.bam`;
    const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
    ok(success);
    await rejects(openFile(path), /Cannot open .*reads\.bam: it is a pipe, expected a file/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
