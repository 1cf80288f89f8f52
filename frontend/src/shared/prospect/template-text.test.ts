import { describe, expect, it } from "vitest";
import type { TemplateValues } from "@/shared/api/types";
import { whatsAppLink } from "@/shared/lib/phones";
import { fill, mailLink, missing, plain, speaksForAnother } from "./template-text";

const values: TemplateValues = {
  nombre: "María Fernanda",
  vendedor: "Jorge Peña",
  empresa: "Punta Clara",
  desarrollo: "Bosques del Encino",
  enlace_aviso: "",
  meeting_at: new Date(2026, 10, 24, 17, 5).toISOString(),
  meeting_on: null,
};

describe("fill", () => {
  it("puts the values in", () => {
    const text = "Hola, {{nombre}}.\nTe esperamos el {{ Fecha_Cita }} en {{desarrollo}}.";
    expect(plain(fill(text, values))).toBe(
      "Hola, María Fernanda.\nTe esperamos el martes 24 de noviembre a las 17:05 en Bosques del Encino.",
    );
  });
  it("names a date without a time as a day, in every zone", () => {
    const dated = { ...values, meeting_at: null, meeting_on: "2022-10-30" };
    expect(plain(fill("{{fecha_cita}}", dated))).toBe("domingo 30 de octubre");
  });
  it("is not filled by what a person wrote", () => {
    expect(plain(fill("{{nombre}}", { ...values, nombre: "{{empresa}} $& $1" }))).toBe("{{empresa}} $& $1");
  });
});

describe("missing", () => {
  it("names each variable without a value once", () => {
    const pieces = [fill("{{enlace_aviso}} {{nombre}}", values), fill("{{enlace_aviso}} {{otra}}.", values)];
    expect(missing(...pieces)).toEqual(["enlace_aviso", "otra"]);
  });
  it("is empty when all is there", () => expect(missing(fill("{{nombre}}", values))).toEqual([]));
});

describe("speaksForAnother", () => {
  const signed = fill("Soy {{vendedor}}.", values);
  it.each([
    ["the prospect's seller", "u1", "u1", signed, false],
    ["somebody else", "u1", "u2", signed, true],
    ["who takes one without a seller", "", "u2", signed, false],
    ["somebody else, without a name in it", "u1", "u2", fill("Hola, {{nombre}}.", values), false],
  ])("%s", (_, seller, sender, text, speaks) => {
    expect(speaksForAnother(seller, sender, [], text)).toBe(speaks);
  });
});

describe("links", () => {
  const text = "Hola, ¿cómo estás?\nSaludos & 100% {x}";
  it("carry a message whole", () => {
    const link = new URL(whatsAppLink("+525512345678", text));
    expect(link.pathname).toBe("/525512345678");
    expect(link.searchParams.get("text")).toBe(text);
    expect(link.href).toContain("%0A");
    expect(new URL(whatsAppLink("+525512345678", text, "521")).pathname).toBe("/5215512345678");
  });
  it("carry a mail whole, and nothing into other fields", () => {
    const link = new URL(mailLink("ana@example.com", "Cita & visita", `${text}\n&bcc=otro@example.com`));
    expect(link.pathname).toBe("ana@example.com");
    expect(link.searchParams.get("body")).toBe(`${text}\n&bcc=otro@example.com`.replaceAll("\n", "\r\n"));
    expect([...link.searchParams.keys()]).toEqual(["subject", "body"]);
  });
  it("are bare without a text", () => expect(mailLink("ana@example.com")).toBe("mailto:ana@example.com"));
});
