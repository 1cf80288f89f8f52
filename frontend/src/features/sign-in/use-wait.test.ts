import { describe, expect, it } from "vitest";
import { AppError } from "@/shared/api/app-error";
import { secondsToWait } from "./use-wait";

describe("secondsToWait", () => {
  it.each([
    { name: "the argument, rounded up", fault: new AppError("account.wait", { seconds: 7.2 }), want: 8 },
    { name: "text counts too", fault: new AppError("account.wait", { seconds: "30" }), want: 30 },
    { name: "no argument", fault: new AppError("account.wait"), want: 0 },
    { name: "another fault", fault: new AppError("account.bad_credentials", { seconds: 5 }), want: 0 },
    { name: "nothing foreseen", fault: new Error("x"), want: 0 },
  ])("$name", ({ fault, want }) => expect(secondsToWait(fault)).toBe(want));
});
