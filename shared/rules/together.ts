/**
 * The values of all promises, as `Promise.all` gives them; but it ends only when all of them have. After a failure nothing
 * goes on behind the caller's back: a function that has returned is frozen, and what it left under way would go on in
 * the middle of something else.
 * @throws what the first of them in the list failed with.
 */
export async function together<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(promises);
  return ended.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
