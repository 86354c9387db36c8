// The thread that is the world to a driver; see world.ts. Loaders are not inherited by threads.
import { register } from "node:module";

register(new URL("../../test/support/typescript-loader.mjs", import.meta.url));
await import("./world.ts");
