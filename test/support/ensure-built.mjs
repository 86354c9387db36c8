/** Jest's set-up of the tests that need dist/. */
import { ensureBuilt } from "../../scripts/ensure-built.mjs";

export default ensureBuilt;
