import { describe, expect, it } from "vitest";
import { createMatcher, isTextField, keyName, leaving, openDialog } from "./keyboard";

const keys = ["j", "k", "g p", "g c", "?"];

describe("createMatcher", () => {
  it("finds a single key", () => expect(createMatcher()(keys, "j", 0)).toBe("j"));
  it("finds two keys in a row", () => {
    const match = createMatcher();
    expect(match(keys, "g", 0)).toBeNull();
    expect(match(keys, "p", 900)).toBe("g p");
  });
  it("forgets the first key after the window", () => {
    const match = createMatcher();
    match(keys, "g", 0);
    expect(match(keys, "p", 1300)).toBeNull();
  });
  it("lets a single key act after a pair that came to nothing", () => {
    const match = createMatcher();
    match(keys, "g", 0);
    expect(match(keys, "j", 100)).toBe("j");
  });
  it("ignores keys nobody bound", () => expect(createMatcher()(keys, "x", 0)).toBeNull());
});

describe("isTextField", () => {
  const input = (type: string) => ({ tagName: "INPUT", isContentEditable: false, type });
  it("is any input in which letters are typed", () => {
    for (const type of ["text", "search", "tel", "email", "password", "date", "number"])
      expect(isTextField(input(type))).toBe(true);
  });
  it("is no box to tick: after one the letters of a list go on working", () => {
    for (const type of ["checkbox", "radio"]) expect(isTextField(input(type))).toBe(false);
  });
  it("is an area, a choice, and what is edited in place", () => {
    for (const tagName of ["TEXTAREA", "SELECT"])
      expect(isTextField({ tagName, isContentEditable: false })).toBe(true);
    expect(isTextField({ tagName: "DIV", isContentEditable: true })).toBe(true);
  });
  it("is no button", () => expect(isTextField({ tagName: "BUTTON", isContentEditable: false })).toBe(false));
});

describe("keyName", () => {
  it("lowers letters", () => expect(keyName({ key: "J" })).toBe("j"));
  it("keeps names", () => expect(keyName({ key: "ArrowDown" })).toBe("ArrowDown"));
});

describe("openDialog", () => {
  type Drawn = { id: string; classes?: string[]; labelledby?: string; expanded?: string };
  const element = ({ id, classes = [], labelledby, expanded }: Drawn) => ({
    id,
    classList: { contains: (name: string) => classes.includes(name) } as unknown as DOMTokenList,
    getAttribute: (name: string) =>
      ({ "aria-labelledby": labelledby, "aria-expanded": expanded })[name] ?? null,
  });
  const top = (dialogs: Drawn[], others: Drawn[] = []) => {
    const drawn = dialogs.map(element);
    const all = [...drawn, ...others.map(element)];
    return openDialog({
      querySelectorAll: () => drawn,
      getElementById: (id) => all.find((each) => each.id === id) ?? null,
    })?.id;
  };
  it("is the one on top", () => expect(top([{ id: "edit" }, { id: "reason" }])).toBe("reason"));
  it("is none that fades away: N works as soon as a dialog is closed", () => {
    expect(top([{ id: "edit", classes: [leaving] }])).toBeUndefined();
    expect(top([{ id: "edit" }, { id: "reason", classes: [leaving] }])).toBe("edit");
  });
  it("is no popover whose button says that it is closed", () => {
    const popover = { id: "columns-dropdown", labelledby: "columns" };
    expect(top([popover], [{ id: "columns", expanded: "true" }])).toBe("columns-dropdown");
    expect(top([popover], [{ id: "columns", expanded: "false" }])).toBeUndefined();
    expect(top([{ id: "edit", labelledby: "title" }], [{ id: "title" }])).toBe("edit");
  });
});
