import { expect, it } from "vitest";
import type { Agenda, AgendaItem } from "@/shared/api/types";
import { withItem } from "./agenda-queries";

const item = (id: string, due_on: string) => ({ id, due_on, due_at: null }) as AgendaItem;
const days = ["2026-11-30", "2026-12-01"];
const known: Agenda = { items: [item("a", "2026-11-30")], total: 1 };

it("what is overdue since before these days is there as soon as it is put down", () => {
  expect(withItem(known, "b", item("b", "2026-12-01"), days)).toEqual({
    items: [item("a", "2026-11-30"), item("b", "2026-12-01")],
    total: 2,
  });
  expect(withItem(known, "b", item("b", "2026-12-05"), days)).toBe(known);
});

it("what is there already changes in its place, or goes", () => {
  expect(withItem(known, "a", item("a", "2026-12-01"), days).items).toEqual([item("a", "2026-12-01")]);
  expect(withItem(known, "a", null, days).items).toEqual([]);
});
