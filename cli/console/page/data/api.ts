/** Answers of the server, or why there is none. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export async function getJson<T>(path: string): Promise<Reply<T>> {
  try {
    const response = await fetch(path);
    const value = (await response.json()) as T & { readonly error?: string };
    if (!response.ok) return { ok: false, error: value.error ?? `The server answers ${response.status}.` };
    return { ok: true, value };
  } catch {
    return { ok: false, error: "The application does not answer." };
  }
}
