/** Places within the page: what stands behind the # of its address. */

export const PLACES = ["overview", "batches", "state", "output", "settings"] as const;
export type Place = (typeof PLACES)[number];

export type Route = { readonly place: Place } | { readonly place: "batch"; readonly time: number };

/** What is not known leads to the overview. */
export function parseRoute(hash: string): Route {
  const [place = "", argument = ""] = hash.replace(/^#\/?/, "").split("/");
  if (place === "batch" && /^-?\d{1,16}$/.test(argument)) return { place: "batch", time: Number(argument) };
  return { place: PLACES.find((known) => known === place) ?? "overview" };
}

export function hrefOf(route: Route): string {
  return route.place === "batch" ? `#/batch/${route.time}` : `#/${route.place}`;
}

export function batchHref(time: number): string {
  return hrefOf({ place: "batch", time });
}
