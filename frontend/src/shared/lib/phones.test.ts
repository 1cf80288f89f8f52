import { describe, expect, it } from "vitest";
import { formatPhone, phoneLink, whatsAppLink } from "./phones";

describe("formatPhone", () => {
  it.each([
    { name: "Mexico City", e164: "+525555550123", want: "55 5555 0123" },
    { name: "Monterrey", e164: "+528155550123", want: "81 5555 0123" },
    { name: "Puebla, area of three digits", e164: "+522225550123", want: "222 555 0123" },
    { name: "United States", e164: "+12025550123", want: "+1 202 555 0123" },
    { name: "other country stays", e164: "+34600000000", want: "+34600000000" },
    { name: "raw text stays", e164: "no tengo", want: "no tengo" },
  ])("$name", ({ e164, want }) => expect(formatPhone(e164)).toBe(want));
});

describe("whatsAppLink", () => {
  it.each([
    { name: "digits only", args: ["+525555550123"], want: "https://wa.me/525555550123" },
    {
      name: "text is encoded",
      args: ["+525555550123", "Hola, ¿qué tal?\nSoy Ana"],
      want: "https://wa.me/525555550123?text=Hola%2C%20%C2%BFqu%C3%A9%20tal%3F%0ASoy%20Ana",
    },
    { name: "old account", args: ["+525555550123", "", "521"], want: "https://wa.me/5215555550123" },
    {
      name: "521 leaves other countries alone",
      args: ["+12025550123", "", "521"],
      want: "https://wa.me/12025550123",
    },
  ] as const)("$name", ({ args, want }) => {
    const [e164, text, variant] = args;
    expect(whatsAppLink(e164, text, variant)).toBe(want);
  });
});

describe("phoneLink", () => {
  it("keeps the plus", () => expect(phoneLink("+525555550123")).toBe("tel:+525555550123"));
});
