import { describe, expect, it } from "vitest";
import { mergeIds, parseContactSearch, parseMergeSearch } from "./contact-search";

describe("the address of contacts", () => {
  it("keeps what makes sense and nothing else", () => {
    expect(parseContactSearch({ q: "rosa", sort: "recent", x: 1 })).toEqual({ q: "rosa", sort: "recent" });
    expect(parseContactSearch({ q: " ", sort: "phone" })).toEqual({});
    expect(parseContactSearch({ q: 5 })).toEqual({});
  });
  it("names two or three contacts once", () => {
    expect(mergeIds(parseMergeSearch({ ids: "a,b,a,,c,d" }))).toEqual(["a", "b", "c"]);
    expect(mergeIds(parseMergeSearch({}))).toEqual([]);
    expect(parseMergeSearch({ ids: "a,b", peticion: "m" })).toEqual({ ids: "a,b", peticion: "m" });
  });
});
