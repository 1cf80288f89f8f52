import { describe, expect, it } from "vitest";
import type { MergePreview } from "@/shared/api/types";
import { firstDraft, mergeBody, needsSeller, sellersKeep } from "./merge-draft";

const column = (id: string, name: string, city = "") => ({
  id,
  name,
  city,
  phones: [],
  emails: [],
  prospects: [],
  created_at: "",
  opposed_at: null,
});

const preview: MergePreview = {
  contacts: [column("a", ""), column("b", "Rosa", "Puebla")],
  counts: { phones: 2, emails: 0, activities: 3, submissions: 2, prospects: 2 },
  sellers: [
    { id: "u1", name: "Ana" },
    { id: "u2", name: "Beto" },
  ],
};

describe("what a merge is asked for", () => {
  it("begins with the oldest, and the name and city that there are", () => {
    expect(firstDraft(preview)).toEqual({ survivor: "a", nameOf: "b", cityOf: "b", seller: "" });
  });
  it("waits for a seller when there are several", () => {
    const draft = firstDraft(preview);
    expect(needsSeller(preview, draft)).toBe(true);
    expect(needsSeller(preview, { ...draft, seller: sellersKeep })).toBe(false);
    expect(needsSeller({ ...preview, sellers: [] }, draft)).toBe(false);
  });
  it("names who stays first", () => {
    const draft = { ...firstDraft(preview), survivor: "b", seller: "u1" };
    expect(mergeBody(preview, draft)).toEqual({
      contacts: ["b", "a"],
      name_of: "b",
      city_of: "b",
      seller: "u1",
    });
    expect(mergeBody(preview, { ...draft, seller: "" })).not.toHaveProperty("seller");
  });
});
