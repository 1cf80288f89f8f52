import { describe, expect, it } from "vitest";

type Parser = (raw: Record<string, unknown>) => Record<string, unknown>;

/** What is in no screen's address, and what the program would refuse. */
const junk: Record<string, unknown>[] = [
  { utm_source: "correo", etapa: "xyz", x: 1, "": "" },
  { sort: "bad", period: "foo", temperature: "foo", status: "foo", source: "foo", open: "foo", vista: "mes" },
  { age: "7", answered: "soon", clock: "sun", what: "foo", change: "foo" },
  {
    lead_from: "ayer",
    lead_to: "2026-02-30",
    attended_from: "-7",
    attended_to: "-99999d",
    ended_from: "1066-10-14",
  },
  { ended_to: "2026-13-01", from: "ayer", to: "2026-02-30", dia: "2026-11-31" },
  { what: ["prospect"], change: null },
  Object.fromEntries(
    [
      "stage",
      "seller",
      "form",
      "campaign",
      "reason",
      "tag",
      "user",
      "prospect",
      "vendedor",
      "archivo",
      "ids",
      "peticion",
    ].map((name) => [name, "x".repeat(65)]),
  ),
  { q: "", stage: {}, seller: [], tag: true, unattended: "yes", opposed: 1, no_next: null, attended: false },
  { sort: ["name"], q: { a: 1 }, dia: 7, ids: ",,", peticion: "", archivo: "", user: "", vista: true },
];

/** Something of all that they understand. */
const known = {
  ...{
    q: "rosa",
    sort: "recent",
    stage: "s1",
    status: "closed",
    temperature: "hot",
    seller: "none",
    tag: "t1",
  },
  ...{
    lead_from: "-7d",
    lead_to: "2026-11-30",
    age: 5,
    clock: "receipt",
    open: "all",
    opposed: true,
    no_next: "true",
  },
  ...{ dia: "2026-11-30", vista: "dia", vendedor: "u1", period: "7d", from: "2026-11-01", to: "2026-11-30" },
  ...{
    user: "u1",
    prospect: "p1",
    what: "contact",
    change: "created",
    ids: "a,b,b",
    peticion: "m1",
    archivo: "i1",
  },
};

const modules = import.meta.glob<Record<string, unknown>>("@/features/*/*-search.ts", { eager: true });
const parsers = Object.values(modules).flatMap((module) =>
  Object.entries(module)
    .filter(([name]) => /^parse\w*Search$/.test(name))
    .map(([name, parse]) => ({ name, parse: parse as Parser })),
);

describe("the parsers of addresses", () => {
  it("are all here", () => {
    const names = ["Agenda", "Contact", "Dashboard", "History", "Import", "Merge", "Prospect"];
    expect(parsers.map(({ name }) => name).sort()).toEqual(names.map((name) => `parse${name}Search`));
  });
  it.each(parsers)("$name lets no junk through", ({ parse }) => {
    for (const raw of junk) expect(parse(raw)).toEqual({});
  });
  it.each(parsers)("$name reads what it let through the same way again", ({ parse }) => {
    const search = parse(known);
    expect(search).not.toEqual({});
    expect(parse(search)).toEqual(search);
  });
});
