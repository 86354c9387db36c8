/** What is wrong with what came out, in words that say where to look; nothing when it is exact. */

/** Numbers that should be 1, 2, 3, ... up to the last one: what is lost, doubled or out of order shows as a wrong successor. */
export function wrongNumbers(numbers: readonly number[], last: number): readonly string[] {
  const wrong = numbers.flatMap((number, i) => {
    const before = i === 0 ? 0 : (numbers[i - 1] as number);
    return number === before + 1 ? [] : [`after ${before} came ${number}`];
  });
  const end = numbers.at(-1) ?? 0;
  return end === last ? wrong : [...wrong, `the last is ${end} and should be ${last}`];
}

/** Values by key that should be others. */
export function wrongValues<V>(found: ReadonlyMap<string, V>, expected: ReadonlyMap<string, V>): readonly string[] {
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys]
    .filter((key) => found.get(key) !== expected.get(key))
    .map((key) => `${key} is ${found.get(key)} and should be ${expected.get(key)}`);
}

/** The same, each said to be of something. */
export function about(what: string, wrong: readonly string[]): readonly string[] {
  return wrong.map((text) => `${what}: ${text}`);
}
