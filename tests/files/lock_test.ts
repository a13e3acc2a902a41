import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { isLocked, takeLock } from "../../src/files/lock.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { whenLockIsOpened } from "../helpers/when_lock_is_opened.ts";

Deno.test("a lock that its owner removes lets in one other process, not two", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run/lock`;
    const first = await takeLock(path);
    ok(first !== undefined);
    strictEqual(await takeLock(path), undefined);
    strictEqual(await isLocked(path), true);
    let second: Awaited<ReturnType<typeof takeLock>>;
    // The third opens the file of the first, who then removes it, and the second locks a new one.
    await whenLockIsOpened(async () => {
      await first.release({ remove: true });
      second = await takeLock(path);
    }, async () => strictEqual(await takeLock(path), undefined));
    strictEqual(await second!.isInPlace(), true);
    await second!.release({ remove: true });
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("a lock is made again if its directory is removed while it is taken, and is never a link", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run/lock`;
    const remove = () => Deno.remove(`${directory}/run`, { recursive: true });
    await whenLockIsOpened(remove, async () => {
      const lock = await takeLock(path);
      strictEqual(await lock!.isInPlace(), true);
      await lock!.release({ remove: true });
    });
    await Deno.symlink(`${directory}/elsewhere`, path);
    await rejects(takeLock(path), /it is a link/);
    deepStrictEqual(filesIn(directory), ["run/lock"]);
  });
});

Deno.test("if a file system has no locks, a warning says so and the work is done without", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/lock`;
    const { open } = Deno;
    const handles = new Set<Deno.FsFile>();
    Deno.open = async (...args) => {
      const file = await open(...args);
      const { close } = file;
      handles.add(file);
      file.close = () => {
        handles.delete(file);
        close.call(file);
      };
      file.tryLock = () => Promise.reject(new Error("not supported"));
      return file;
    };
    const warnings: string[] = [];
    try {
      const lock = await takeLock(path, { onWarning: (text) => warnings.push(text) });
      await lock!.release({ remove: true });
      const reason = new Error("no more");
      await rejects(takeLock(path, { onWarning: () => Promise.reject(reason) }), reason);
      strictEqual(handles.size, 0);
      strictEqual(await isLocked(path), false);
      strictEqual(await isLocked(path, { otherwise: true }), true);
    } finally {
      Deno.open = open;
    }
    deepStrictEqual(warnings, [
      `${path} cannot be locked (not supported): make sure that nothing else writes there`,
    ]);
  });
});
