import { describe, expect, it } from "vitest";
import { type NoticeWords, noticeOf } from "./notice";

const words: NoticeWords = {
  one: (kind) => `Recordatorio: ${kind}`,
  first: "Un prospecto te espera",
  many: (count) => `${count} recordatorios`,
  hidden: "Ábrelo",
  nameless: "Sin nombre",
  done: "Hecho",
  later: "En 10 min",
};
const told = (prospect_name: string, body = "") => ({
  id: "r1",
  prospect_id: prospect_name,
  prospect_name,
  kind: "call",
  body,
});

describe("noticeOf", () => {
  it("says with whom and what, and leads to the prospect", () => {
    expect(noticeOf([told("Eva", "Confirmar")], words, false)).toEqual({
      title: "Recordatorio: call",
      body: "Eva · Confirmar",
      prospectId: "Eva",
      reminder: { id: "r1", done: "Hecho", later: "En 10 min", asks: true },
    });
    expect(noticeOf([told("")], words, false).body).toBe("Sin nombre");
  });
  it.each([
    { kind: "call", asks: true },
    { kind: "appointment", asks: true },
    { kind: "task", asks: false },
  ])("asks how it went only where there are results: $kind", ({ kind, asks }) => {
    expect(noticeOf([{ ...told("Eva"), kind }], words, false).reminder).toMatchObject({ asks });
  });
  it("has no button to tick off who waits for a first call", () => {
    const waits = { ...told("Eva", "Preventa"), kind: "first_contact" };
    expect(noticeOf([waits], words, false)).toEqual({
      title: "Un prospecto te espera",
      body: "Eva · Preventa",
      prospectId: "Eva",
    });
  });
  it("tells of several as one", () => {
    const notice = noticeOf([told("Eva"), told("Luis"), told("Ana"), told("Paz")], words, false);
    expect(notice).toEqual({ title: "4 recordatorios", body: "Eva, Luis, Ana…" });
  });
  it("names nobody to a person who hides names", () => {
    const secrets = [told("Eva Ruiz", "El crédito de Eva")] as const;
    for (const notice of [
      noticeOf([...secrets], words, true),
      noticeOf([told("Eva Ruiz"), told("Eva Sol")], words, true),
    ]) {
      expect(`${notice.title} ${notice.body}`).not.toContain("Eva");
    }
  });
  it("cuts what would not fit", () => {
    expect(noticeOf([told("Eva", "x".repeat(900))], words, false).body).toHaveLength(200);
  });
});
