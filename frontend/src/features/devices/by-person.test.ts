import { describe, expect, it } from "vitest";
import type { Device } from "@/shared/api/types";
import { byPerson } from "./by-person";

function device(id: string, user: string, change: Partial<Device> = {}): Device {
  return {
    id,
    name: id,
    user_id: user,
    user_name: user,
    role: "seller",
    state: "active",
    is_host: false,
    is_this: false,
    connected: false,
    path: "",
    address: "",
    version: "1",
    last_seen_at: null,
    enrolled_at: "2026-11-02T15:00:00.000Z",
    revoked_at: null,
    holds: 0,
    holds_all: false,
    behind: 0,
    ...change,
  };
}

describe("byPerson", () => {
  it("puts the host's person first and wiped computers last", () => {
    const people = byPerson([
      device("w", "Ana", { state: "wiped" }),
      device("b", "Ana"),
      device("r", "Ana", { state: "revoked" }),
      device("h", "Zoe", { is_host: true }),
      device("a", "Ana"),
    ]);
    expect(people.map(({ name }) => name)).toEqual(["Zoe", "Ana"]);
    expect(people[1]?.devices.map(({ id }) => id)).toEqual(["a", "b", "r", "w"]);
  });
  it("has nobody for no computers", () => {
    expect(byPerson([])).toEqual([]);
  });
});
