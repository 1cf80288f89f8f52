import { beforeEach, expect, it } from "vitest";
import { enterSession, leaveSession } from "@/shared/api/session";
import { answerOutreach, beginOutreach, endOutreach, openOutreach, outreachOf } from "./outreach";

let kept: Map<string, string>;
const memory = () => ({
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});
const message = { text: "Hola María, soy Ana", subject: "Precios", templateId: "t1" };

beforeEach(() => {
  kept = new Map();
  outreachOf("ana", memory());
});

it("an attempt that nobody answered for is asked about after the program was closed, without its words", () => {
  beginOutreach("p1", { channel: "whatsapp", phoneId: "f1", variant: "521", message });
  expect(openOutreach("p1")).toMatchObject({ message: { text: "Hola María, soy Ana" } });
  outreachOf("ana", memory()); // the page is another one
  expect(openOutreach("p1")).toEqual({
    channel: "whatsapp",
    phoneId: "f1",
    variant: "521",
    message: { text: "", subject: "", templateId: "t1" },
  });
  expect([...kept.values()].join()).not.toMatch(/María|Precios/);
  endOutreach("p1");
  outreachOf("ana", memory());
  expect(openOutreach("p1")).toBeNull();
  expect(kept.size).toBe(0);
});

it("nobody is asked about a colleague's call at the same computer", () => {
  beginOutreach("p1", { channel: "call", phoneId: "f1" });
  outreachOf("beto", memory());
  expect(openOutreach("p1")).toBeNull();
  outreachOf("ana", memory());
  expect(openOutreach("p1")).not.toBeNull();
});

it("an attempt of last week, or something broken, is not asked about", () => {
  beginOutreach("p1", { channel: "call", phoneId: "f1" });
  outreachOf("ana", memory(), Date.now() + 7 * 24 * 60 * 60_000);
  expect(openOutreach("p1")).toBeNull();
  for (const broken of ["{", "7", '[["p1"]]', '[["p1",{"at":0}]]', '[["p1",null]]']) {
    kept.set("sitegroup.outreach.ana", broken);
    outreachOf("ana", memory());
    expect(openOutreach("p1")).toBeNull();
  }
});

it("an answer that was not saved is asked for again, unless somebody was approached meanwhile", async () => {
  const call = { channel: "call", phoneId: "f1" } as const;
  beginOutreach("p1", call);
  let whileSaving: unknown = "?";
  const refused = () => {
    whileSaving = openOutreach("p1");
    return Promise.resolve(false);
  };
  expect(await answerOutreach("p1", refused)).toBe(false);
  expect(whileSaving).toBeNull();
  expect(openOutreach("p1")).toEqual(call);
  const approached = () => {
    beginOutreach("p1", { channel: "call", phoneId: "f2" });
    return Promise.resolve(false);
  };
  await answerOutreach("p1", approached);
  expect(openOutreach("p1")).toEqual({ channel: "call", phoneId: "f2" });
  const left = () => {
    outreachOf("beto", memory());
    return Promise.resolve(false);
  };
  await answerOutreach("p1", left);
  expect(openOutreach("p1")).toBeNull();
});

it("an answer that was saved is asked for no more, and one about a call says nothing of a message", async () => {
  const saved = () => Promise.resolve(true);
  beginOutreach("p1", { channel: "call", phoneId: "f1" });
  expect(await answerOutreach("p1", saved, "call")).toBe(true);
  expect(openOutreach("p1")).toBeNull();
  beginOutreach("p1", { channel: "email", emailId: "e1" });
  await answerOutreach("p1", saved, "call");
  expect(openOutreach("p1")).not.toBeNull();
});

it("nothing of it is left in memory for the next person, and what was written waits for the first", () => {
  enterSession("t1");
  beginOutreach("p1", { channel: "whatsapp", phoneId: "f1", variant: "521", message });
  leaveSession();
  expect(openOutreach("p1")).toBeNull();
  beginOutreach("p2", { channel: "call", phoneId: "f2" });
  expect([...kept.values()].join()).not.toContain("p2");
  outreachOf("ana", memory());
  expect(openOutreach("p1")).not.toBeNull();
  endOutreach("p1");
});
