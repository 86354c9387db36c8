// Sluice with a call of an executor for every task; the sources of this checkout as they are.
import "../../test/support/typescript-loader.mjs";

export const { open } = await import("./open.ts");
