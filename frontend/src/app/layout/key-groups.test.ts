import { describe, expect, it } from "vitest";
import { keyGroups } from "./key-groups";

const words = (path: string, isAdmin = true) =>
  keyGroups(path, isAdmin).flatMap(({ rows }) => rows.map(({ word, keys }) => `${keys.join(" ")} ${word}`));

describe("keyGroups", () => {
  it("tells what a screen has of its own before what works everywhere", () => {
    const titles = (path: string) => keyGroups(path, true).map(({ title }) => title);
    expect(titles("/bandeja")).toEqual(["keys.lists", "keys.row", "keys.everywhere"]);
    expect(titles("/prospectos")).toEqual(["keys.lists", "keys.row", "keys.picked", "keys.everywhere"]);
    expect(titles("/prospectos/x")).toEqual(["keys.prospect", "keys.everywhere"]);
    expect(titles("/contactos/x")).toEqual(["keys.person", "keys.everywhere"]);
    expect(titles("/papelera")).toEqual(["keys.everywhere"]);
  });
  it("tells one meaning of a key, the screen's", () => {
    expect(words("/papelera")).toContain("N keys.newProspect");
    expect(words("/agenda")).toContain("N keys.newActivity");
    expect(words("/agenda")).not.toContain("N keys.newProspect");
    expect(words("/prospectos/x")).not.toContain("N keys.newProspect");
  });
  it("tells all that moves along the board", () => {
    expect(words("/embudo")).toEqual(
      expect.arrayContaining(["Home End keys.columnEnds", "PageUp PageDown keys.columnPages"]),
    );
  });
  it("tells sellers nothing that only administrators may do", () => {
    expect(words("/embudo")).toContain("A keys.assign");
    for (const path of ["/embudo", "/prospectos", "/prospectos/x", "/bandeja"]) {
      expect(words(path, false)).not.toContain("A keys.assign");
      expect(words(path, false)).not.toContain("G H keys.goHistory");
    }
  });
});
