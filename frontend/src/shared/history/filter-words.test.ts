import { afterEach, expect, it } from "vitest";
import { speak } from "@/locales/i18n";
import { filterWords } from "./filter-words";

afterEach(() => speak("es-MX"));

const names = {
  seller: [{ id: "u1", name: "Ana Ruiz" }],
  stage: [{ id: "s1", name: "Contactado" }],
};

it.each([
  ["nothing", {}, "toda la lista"],
  ["an order alone", { sort: "name" }, "toda la lista"],
  ["codes", { status: "new", open: "false" }, "Estatus «Nuevo», Seguimiento «Descartados y cerrados»"],
  ["ids", { stage: "s1", seller: "u1" }, "Etapa «Contactado», Vendedor «Ana Ruiz»"],
  ["an id that is gone", { seller: "u2" }, "Vendedor"],
  ["nobody", { seller: "none" }, "Vendedor «ninguno»"],
  ["what the program did", { user: "program", what: "export" }, "Quién «El programa», Qué «Exportaciones»"],
  ["switches", { unattended: "true", done: "false" }, "Sin atender, Hecho «no»"],
  ["what was typed", { q: "*" }, "Búsqueda"],
  ["days", { lead_from: "2026-11-03" }, "Lead desde «mar 3 nov 2026»"],
  ["days ago", { lead_from: "-6d", lead_to: "-0d" }, "Lead desde «hace 6 días», Lead hasta «hoy»"],
  [
    "one stretch said twice",
    { from: "2026-11-03", to: "2026-11-10", from_at: "2026-11-03T06:00:00Z", to_at: "2026-11-10T06:00:00Z" },
    "Desde «mar 3 nov 2026», Hasta «mar 10 nov 2026»",
  ],
  [
    "steps",
    { answered: "5", clock: "receipt" },
    "Respuesta «0 a 5 min», Reloj «Desde que llegó a la oficina»",
  ],
  ["a name that nobody knows", { shoe: "42" }, "Otro dato"],
])("says %s", (_, filter, text) => expect(filterWords(filter, names)).toBe(text));

it("speaks the language of the person", () => {
  speak("en");
  expect(filterWords({ lead_from: "-1d" }, {})).toBe("Lead since “1 day ago”");
});
