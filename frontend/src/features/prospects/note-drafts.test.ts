import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { enterSession, leaveSession, lockSession, unlockSession } from "@/shared/api/session";
import { noteDraft, sendNote, writeNote } from "./note-drafts";

beforeEach(() => enterSession("ana"));
afterEach(leaveSession);

/** An answer that comes when the test says so. */
function pending() {
  let answer: (saved: boolean) => void = () => undefined;
  const saved = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  return { send: vi.fn((_body: string) => saved), answer };
}

it("each prospect has its own", () => {
  writeNote("p1", "Quiere precio");
  writeNote("p2", "Viaja en mayo");
  expect([noteDraft("p1").text, noteDraft("p2").text]).toEqual(["Quiere precio", "Viaja en mayo"]);
  writeNote("p1", "");
  expect([noteDraft("p1").text, noteDraft("p2").text]).toEqual(["", "Viaja en mayo"]);
});

it("stays until the program has answered, and cannot be changed or sent twice meanwhile", async () => {
  const { send, answer } = pending();
  writeNote("p1", " Quiere precio\n");
  const done = sendNote("p1", send);
  expect(noteDraft("p1")).toEqual({ text: " Quiere precio\n", sending: true });
  await sendNote("p1", send);
  writeNote("p1", "otra cosa");
  expect(noteDraft("p1").text).toBe(" Quiere precio\n");
  answer(true);
  await done;
  expect(send.mock.calls).toEqual([["Quiere precio"]]);
  expect(noteDraft("p1")).toEqual({ text: "", sending: false });
});

it("stays after a failure and can be sent again", async () => {
  writeNote("p1", "Quiere precio");
  await sendNote("p1", () => Promise.resolve(false));
  expect(noteDraft("p1")).toEqual({ text: "Quiere precio", sending: false });
  const { send, answer } = pending();
  answer(true);
  await sendNote("p1", send);
  expect(send).toHaveBeenCalledWith("Quiere precio");
  expect(noteDraft("p1").text).toBe("");
});

it("a deed without a note is not sent twice either", async () => {
  const { send, answer } = pending();
  const done = sendNote("p1", send);
  await sendNote("p1", send);
  answer(false);
  await done;
  expect(send.mock.calls).toEqual([[""]]);
});

it("goes with the session and not with the lock", () => {
  writeNote("p1", "Quiere precio");
  lockSession();
  unlockSession();
  expect(noteDraft("p1").text).toBe("Quiere precio");
  leaveSession();
  enterSession("beto");
  expect(noteDraft("p1").text).toBe("");
});

it("an answer that comes late touches nothing of the next session's", async () => {
  for (const saved of [true, false]) {
    const { send, answer } = pending();
    writeNote("p1", "De Ana");
    const done = sendNote("p1", send);
    leaveSession();
    enterSession("beto");
    writeNote("p1", "De Beto");
    answer(saved);
    await done;
    expect(noteDraft("p1")).toEqual({ text: "De Beto", sending: false });
    leaveSession();
    enterSession("ana");
  }
});
