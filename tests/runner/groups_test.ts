/** That each test belongs to one group, and that names choose groups. */

import { deepStrictEqual, ok, throws } from "node:assert";
import { chooseGroups, filesOf, TEST_GROUPS } from "./groups.ts";
import { findTestFiles } from "./test_files.ts";

Deno.test("each test file belongs to one group", () => {
  const groups = TEST_GROUPS.filter(({ documentation }) => documentation !== true);
  const files = groups.flatMap(filesOf);
  deepStrictEqual(files.toSorted(), findTestFiles(["tests"]).toSorted());
});

Deno.test("a test that needs a GPU is in a group that may use one", () => {
  for (const group of TEST_GROUPS) {
    if (group.env?.DENO_WEBGPU_BACKEND === undefined || group.documentation) continue;
    const files = filesOf(group);
    const lost = files.filter((file) => /helpers\/webgpu\.ts"/.test(Deno.readTextFileSync(file)));
    deepStrictEqual(lost, [], group.name);
  }
});

Deno.test("every path of a group exists", () => {
  for (const path of TEST_GROUPS.flatMap(({ paths }) => paths)) ok(Deno.statSync(path), path);
});

Deno.test("no name stands for the quick groups, all for all, and a name for its group", () => {
  const quick = chooseGroups([]);
  ok(quick.length > 0 && quick.every(({ long }) => long !== true));
  deepStrictEqual(chooseGroups(["all"]), TEST_GROUPS);
  deepStrictEqual(chooseGroups(["fuzz", "webgpu"]).map(({ name }) => name), ["fuzz", "webgpu"]);
  throws(() => chooseGroups(["slow"]), /Cannot run tests "slow": expected all or some of library,/);
});
