import { describe, expect, it } from "vitest";
import { toReply } from "./notice-reply";

describe("toReply", () => {
  it.each([
    ["done", "r1", { action: "done", reminderId: "r1" }],
    ["later", "r1", { action: "later", reminderId: "r1" }],
    ["open", "r1", null],
    ["done", "", null],
    ["done", 7, null],
    [undefined, undefined, null],
  ])("%s of %s", (action, id, want) => expect(toReply(action, id)).toEqual(want));
});
