import { describe, expect, it } from "vitest";
import { keysFor, toHostEvent } from "./events";

describe("toHostEvent", () => {
  it("reads a change", () => {
    expect(toHostEvent({ type: "changed", entities: ["prospect"], prospects: ["p1"] })).toEqual({
      type: "changed",
      entities: ["prospect"],
      prospects: ["p1"],
    });
  });
  it("fills lists the sender left out", () => {
    expect(toHostEvent({ type: "changed" })).toEqual({ type: "changed", entities: [], prospects: [] });
  });
  it.each([
    { name: "a type of a later version", value: { type: "tide" } },
    { name: "text", value: "changed" },
    { name: "nothing", value: null },
  ])("drops $name", ({ value }) => expect(toHostEvent(value)).toBeNull());
});

describe("keysFor", () => {
  it("refreshes lists once and the pages named", () => {
    const keys = keysFor({ type: "changed", entities: ["prospect", "activity"], prospects: ["p1"] });
    expect(keys).toEqual([
      ["prospects"],
      ["inbox", "count"],
      ["dashboard"],
      ["bin"],
      ["contacts"],
      ["agenda"],
      ["template-values"],
      ["tray"],
      ["turns", "next"],
      ["reminders"],
      ["templates"],
      ["prospect", "p1"],
    ]);
  });
  it("never refetches the tray's list under the person's hand", () => {
    const lead = {
      type: "lead",
      prospect_id: "p1",
      state: "registered",
      name: "",
      phone: "",
      form_name: "",
      seller_id: "",
    } as const;
    const keys = [...keysFor(lead), ...keysFor({ type: "changed", entities: ["prospect"], prospects: [] })];
    expect(keys).not.toContainEqual(["inbox"]);
    expect(keys).not.toContainEqual(["inbox", "list"]);
  });
  it("ignores tables it does not know", () => {
    expect(keysFor({ type: "changed", entities: ["weather"], prospects: [] })).toEqual([]);
  });
});
