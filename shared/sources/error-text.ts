/** What an error says, in one line of a log. A connection tried on several addresses fails with one error each. */
export function errorText(error: unknown): string {
  const { message, errors } = (error ?? {}) as { readonly message?: unknown; readonly errors?: unknown };
  if (typeof message === "string" && message !== "") return message;
  return Array.isArray(errors) ? errors.map(errorText).join(", ") : String(error);
}
