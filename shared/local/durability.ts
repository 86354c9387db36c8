/**
 * What a write that has succeeded survives: `process`, the end of this process in whatever way (the operating system
 * still holds the bytes); `disk`, a power cut as well (every transaction waits for the disk).
 */
export type Durability = "process" | "disk";
