import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "@/shared/api/app-error";
import { api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { inSight, isGone, prospectNow } from "./use-prospect";

const known = { id: "p1" } as Prospect;
const gone = new AppError("prospect.not_found");

describe("inSight", () => {
  it.each([
    ["as it was read", null, known],
    ["not once it is gone", gone, undefined],
    ["through a loss of connection", new AppError("client.unreachable"), known],
    ["through an answer that did not come", new AppError("client.timeout"), known],
    ["through a fault of the program", new Error("x"), known],
  ])("%s", (_, error, want) => expect(inSight({ data: known, error })).toBe(want));
  it("nothing before it is read", () => expect(inSight({ data: undefined, error: null })).toBeUndefined());
  it("no fault is not gone", () => expect([isGone(null), isGone(undefined)]).toEqual([false, false]));
});

describe("prospectNow", () => {
  const get = vi.spyOn(api, "GET");
  const refuse = (error: unknown) => get.mockRejectedValueOnce(error);
  let client: QueryClient;
  beforeEach(() => {
    get.mockReset();
    client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    client.setQueryData(["prospect", "p1"], known);
  });
  const outOfDate = () => client.invalidateQueries({ queryKey: ["prospect", "p1"] });

  it("takes what is known, without asking", async () => {
    expect(await prospectNow(client, "p1")).toBe(known);
    expect(get).not.toHaveBeenCalled();
  });
  it("asks where that is out of date, and throws once it is gone", async () => {
    await outOfDate();
    refuse(gone);
    await expect(prospectNow(client, "p1")).rejects.toBe(gone);
    refuse(gone);
    await expect(prospectNow(client, "p1")).rejects.toBe(gone);
  });
  it("takes what was known while the program cannot be reached", async () => {
    await outOfDate();
    refuse(new AppError("client.unreachable"));
    expect(await prospectNow(client, "p1")).toBe(known);
  });
  it("throws what it never knew", async () => {
    const lost = new AppError("client.unreachable");
    refuse(lost);
    await expect(prospectNow(client, "p2")).rejects.toBe(lost);
  });
});
