import { expect, it } from "vitest";
import { enterSession, leaveSession, lockSession } from "@/shared/api/session";
import { noteRecent, recentProspects } from "./recent";

it("keeps the latest first, behind the lock too, and nothing for the next person", () => {
  enterSession("t1");
  noteRecent({ id: "p1", name: "Ana" });
  noteRecent({ id: "p2", name: "Luis" });
  noteRecent({ id: "p1", name: "Ana" });
  lockSession();
  expect(recentProspects().map(({ id }) => id)).toEqual(["p1", "p2"]);
  leaveSession();
  expect(recentProspects()).toEqual([]);
});
