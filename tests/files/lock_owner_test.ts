import { deepStrictEqual, ok } from "node:assert";
import { withDirectory } from "../helpers/command.ts";

const PROGRAM = new URL("../helpers/print_lock_owners.ts", import.meta.url).pathname;

Deno.test("a file of an owner keeps others out as long as its process lives, and longer if that cannot be known", () =>
  withDirectory(async (folder) => {
    // Whether a process lives may be asked only with more permissions than tests have.
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-A", "--no-check", PROGRAM, folder],
    }).output();
    ok(success, new TextDecoder().decode(stderr));
    deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      first: true,
      second: false,
      isOwned: true,
      isOwnedAfterwards: false,
      isOwnedByTheDead: false,
      heirs: 1,
      takenFromAnotherMachine: false,
      takenFromNobodyKnown: false,
      left: [],
    });
  }));
