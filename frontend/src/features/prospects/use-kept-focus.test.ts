import { describe, expect, it } from "vitest";
import { heirsOf } from "./use-kept-focus";

describe("heirsOf", () => {
  const column = ["ana", "luz", "iván", "rosa"];
  it("goes down first, then up, the nearest first", () =>
    expect(heirsOf(column, "luz")).toEqual(["iván", "rosa", "ana"]));
  it("goes up from the last", () => expect(heirsOf(column, "rosa")).toEqual(["iván", "luz", "ana"]));
  it("has none in a column of one, or for a card that is not drawn", () => {
    expect(heirsOf(["ana"], "ana")).toEqual([]);
    expect(heirsOf(column, "nadie")).toEqual([]);
  });
});
