import { describe, expect, it } from "vitest";
import { loggedWith } from "./logged-with";

const prospects = [
  { id: "old", status: "contacted", lead_at: "2026-03-01T10:00:00.000Z" },
  { id: "recent", status: "trying", lead_at: "2026-05-01T10:00:00.000Z" },
  { id: "closed", status: "closed", lead_at: "2026-06-01T10:00:00.000Z" },
];

describe("loggedWith", () => {
  it("takes the latest that is still followed up", () => expect(loggedWith(prospects, "")).toBe("recent"));
  it("takes the one that was chosen", () => expect(loggedWith(prospects, "closed")).toBe("closed"));
  it("forgets a choice that has gone", () => expect(loggedWith(prospects, "gone")).toBe("recent"));
  it("takes the latest where all have ended", () =>
    expect(loggedWith([{ id: "a", status: "closed", lead_at: "2026-06-01T10:00:00.000Z" }], "")).toBe("a"));
  it("finds none for a person without any", () => expect(loggedWith([], "")).toBe(""));
});
