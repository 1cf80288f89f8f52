import { describe, expect, it } from "vitest";
import { saveKey } from "./save-keys";

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };

describe("saveKey", () => {
  it("knows Ctrl+S and ⌘S", () => {
    expect(saveKey({ ...plain, key: "s", ctrlKey: true })).toBe("s");
    expect(saveKey({ ...plain, key: "S", metaKey: true })).toBe("s");
  });
  it("knows Ctrl+Enter", () => expect(saveKey({ ...plain, key: "Enter", ctrlKey: true })).toBe("enter"));
  it("leaves letters and Enter alone", () => {
    expect(saveKey({ ...plain, key: "s" })).toBeNull();
    expect(saveKey({ ...plain, key: "Enter" })).toBeNull();
  });
  it("leaves other combinations alone", () => {
    expect(saveKey({ ...plain, key: "s", ctrlKey: true, shiftKey: true })).toBeNull();
    expect(saveKey({ ...plain, key: "a", ctrlKey: true })).toBeNull();
  });
  it("saves once, however long the key is held", () =>
    expect(saveKey({ ...plain, key: "s", ctrlKey: true, repeat: true })).toBeNull());
});
