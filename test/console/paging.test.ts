import { pageOf, reordered, sorted } from "../../cli/console/page/logic/paging.js";
import { hrefOf, parseRoute } from "../../cli/console/page/logic/routes.js";
import { parseTheme, themeAfter } from "../../cli/console/page/logic/theme.js";

describe("a table", () => {
  it("is sorted either way, with rows that lack the value last, and alike ones in their order", () => {
    const rows = [{ n: 2, id: "a" }, { id: "b" }, { n: 1, id: "c" }, { n: 2, id: "d" }];
    const ids = (direction: "ascending" | "descending") => sorted(rows, ({ n }) => n, direction).map(({ id }) => id);
    expect(ids("ascending")).toEqual(["c", "a", "d", "b"]);
    expect(ids("descending")).toEqual(["a", "d", "c", "b"]);
  });

  it("begins with the biggest of a new column, and turns round with the next choice", () => {
    const order = reordered({ column: "time", direction: "ascending" }, "cost");
    expect(order).toEqual({ column: "cost", direction: "descending" });
    expect(reordered(order, "cost")).toEqual({ column: "cost", direction: "ascending" });
  });

  it("has pages; one too far is the last", () => {
    const rows = Array.from({ length: 101 }, (_, i) => i);
    expect(pageOf(rows, 1, 50)).toMatchObject({ page: 1, pages: 3, from: 50, total: 101 });
    expect(pageOf(rows, 9, 50).rows).toEqual([100]);
    expect(pageOf(rows, -1, 50).rows[0]).toBe(0);
    expect(pageOf([], 3, 50)).toEqual({ rows: [], page: 0, pages: 1, from: 0, total: 0 });
  });
});

describe("places", () => {
  it("are told by the address, and what is not known is the overview", () => {
    expect(parseRoute("#/batches")).toEqual({ place: "batches" });
    expect(parseRoute("#/batch/1700000000000")).toEqual({ place: "batch", time: 1_700_000_000_000 });
    for (const hash of ["", "#", "#/", "#/nowhere", "#/batch/", "#/batch/<img>", "#/batch/1e3"]) {
      expect(parseRoute(hash)).toEqual({ place: "overview" });
    }
  });

  it("have addresses that lead back to them", () => {
    for (const route of [{ place: "state" }, { place: "batch", time: 1000 }] as const) {
      expect(parseRoute(hrefOf(route))).toEqual(route);
    }
  });
});

describe("themes", () => {
  it("go round, and begin with the system's", () => {
    expect(parseTheme(null)).toBe("system");
    expect(parseTheme("pink")).toBe("system");
    expect(themeAfter("system")).toBe("light");
    expect(themeAfter("light")).toBe("dark");
    expect(themeAfter("dark")).toBe("system");
  });
});
