/** Locks a file by files of owners, as on Node, and prints what comes of it, in JSON. The parameter is a folder. */

import {
  giveUpOwnership,
  hasOwner,
  ownerFile,
  takeOwnership,
} from "../../src/files/_lock_owner.ts";

const [folder] = Deno.args;
const path = `${folder}/lock`;
const found: Record<string, unknown> = {};
found.first = await takeOwnership(path);
found.second = await takeOwnership(path);
found.isOwned = await hasOwner(path);
await giveUpOwnership(path);
found.isOwnedAfterwards = await hasOwner(path);
const write = (owner: unknown) => Deno.writeTextFile(ownerFile(path), JSON.stringify(owner));
const ended = new Deno.Command("true").spawn();
await ended.status;
await write({ pid: ended.pid, host: Deno.hostname() });
found.isOwnedByTheDead = await hasOwner(path);
// Many ask at the same time for what a dead process left: one gets it.
const takers = await Promise.all(Array.from({ length: 20 }, () => takeOwnership(path)));
found.heirs = takers.filter((taken) => taken).length;
await write({ pid: ended.pid, host: "another-machine" });
found.takenFromAnotherMachine = await takeOwnership(path);
await Deno.writeTextFile(ownerFile(path), "no JSON");
found.takenFromNobodyKnown = await takeOwnership(path);
await giveUpOwnership(path);
found.left = [...Deno.readDirSync(folder!)].map(({ name }) => name);
console.log(JSON.stringify(found));
