// What a row is to reach. `met` is told the row as it is reported and says true, false, or null where it cannot be known;
// `bound` what Sluice's figure must not exceed, given Spark's, for a chart.

/** Spark's figure is at least so many times Sluice's. */
export function timesSpark(factor) {
  return againstSpark(`≥ ${factor}× Spark`, factor);
}

/** Sluice's figure is at most this fraction of Spark's. */
export function fractionOfSpark(parts) {
  return againstSpark(`≤ 1/${parts} of Spark`, parts);
}

function againstSpark(text, factor) {
  return {
    text,
    met: ({ ratio }) => (ratio === null ? null : ratio >= factor),
    bound: (spark) => (spark === null ? null : spark / factor),
  };
}

/** Sluice's figure is at most this, whatever Spark's is. */
export function atMost(most, unit) {
  return { text: `≤ ${most} ${unit}`, met: ({ sluice }) => sluice <= most, bound: () => most };
}

/** Both. */
export function allOf(text, ...goals) {
  const met = (row) => {
    const verdicts = goals.map((goal) => goal.met(row));
    if (verdicts.includes(false)) return false;
    return verdicts.includes(null) ? null : true;
  };
  const bound = (spark) => Math.min(...goals.map((goal) => goal.bound(spark) ?? Number.POSITIVE_INFINITY));
  return { text, met, bound };
}
