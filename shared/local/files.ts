import { open } from "node:fs/promises";

/** True for an error of the operating system with this code, for example `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code;
}

/** Makes names created in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories and needs no such thing.
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
