/**
 * The shortest list that still fails, by delta debugging: leaves out ever smaller parts and keeps what fails without them.
 * (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input".)
 *
 * @param fails Must be true for the whole list.
 * @param most How often to ask at most.
 */
export function shrink<T>(list: readonly T[], fails: (some: readonly T[]) => boolean, most = 400): readonly T[] {
  let asked = 0;
  const ask = (some: readonly T[]): boolean => asked++ < most && fails(some);
  if (ask([])) return [];
  let kept = list;
  for (let parts = 2; kept.length > 1; ) {
    const at = (i: number): number => Math.floor((i * kept.length) / parts);
    let smaller: readonly T[] | undefined;
    for (let i = 0; i < parts && smaller === undefined; i++) {
      const rest = [...kept.slice(0, at(i)), ...kept.slice(at(i + 1))];
      if (ask(rest)) smaller = rest;
    }
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (parts < kept.length) {
      parts = Math.min(parts * 2, kept.length);
    } else {
      break;
    }
  }
  return kept;
}
