export { listSome, showName } from "../base/wording.ts";
