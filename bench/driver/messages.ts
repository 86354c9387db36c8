/** What a driver's thread and its world say to each other. */
export type ToWorld = { readonly id: number } & (
  | { readonly type: "feed" }
  /** A request to an executor, encoded. */
  | { readonly type: "invoke"; readonly request: Uint8Array }
  | { readonly type: "port"; readonly port: "blocks" | "streams"; readonly method: string; readonly args: unknown[] }
);

export interface FromWorld {
  readonly id: number;
  readonly value: unknown;
  readonly error?: string;
}

/** A message without its number. */
export type Asked<T = ToWorld> = T extends unknown ? Omit<T, "id"> : never;
