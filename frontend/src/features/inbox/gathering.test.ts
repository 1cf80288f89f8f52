import { describe, expect, it } from "vitest";
import type { InboxCard } from "@/shared/api/types";
import { gather, neighbour } from "./gathering";

const card = (id: string, lead_at: string, attended_at: string | null = null) =>
  ({ id, lead_at, attended_at }) as InboxCard;
const cards = [
  card("new", "2026-11-24T12:03:00.000Z"),
  card("top", "2026-11-24T12:00:00.000Z"),
  card("old", "2026-11-24T09:00:00.000Z"),
];
const shown = (rows: readonly InboxCard[]) => rows.map(({ id }) => id);

describe("gather", () => {
  it("shows everything at the top", () => {
    const { rows, waiting } = gather(cards, null);
    expect(shown(rows)).toEqual(["new", "top", "old"]);
    expect(waiting).toBe(0);
  });
  it("holds back what came after the person scrolled away", () => {
    const { rows, waiting } = gather(cards, "2026-11-24T12:00:00.000Z");
    expect(shown(rows)).toEqual(["top", "old"]);
    expect(waiting).toBe(1);
  });
  it("lets older pages in below", () => {
    const more = [...cards, card("older", "2026-11-20T09:00:00.000Z")];
    expect(shown(gather(more, "2026-11-24T12:00:00.000Z").rows)).toEqual(["top", "old", "older"]);
  });
  it("drops what has been attended", () => {
    const attended = [card("done", "2026-11-24T11:00:00.000Z", "2026-11-24T11:05:00.000Z")];
    expect(gather(attended, null).rows).toEqual([]);
  });
});

describe("neighbour", () => {
  it("goes down", () => expect(neighbour(cards, "top")).toBe("old"));
  it("goes up from the last", () => expect(neighbour(cards, "old")).toBe("top"));
  it("ends with an empty list", () => expect(neighbour(cards.slice(0, 1), "new")).toBeNull());
  it("enters a list it was not in", () => expect(neighbour(cards, "gone")).toBe("new"));
});
