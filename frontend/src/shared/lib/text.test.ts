import { describe, expect, it } from "vitest";
import {
  addressPieces,
  capitalised,
  fold,
  formatBytes,
  formatCount,
  initials,
  markAccents,
  matchesWords,
} from "./text";

describe("fold", () => {
  it.each([
    { name: "accents and case", text: " María ÑÁÑEZ ", want: "maria nanez" },
    { name: "diaeresis", text: "Güero", want: "guero" },
  ])("$name", ({ text, want }) => expect(fold(text)).toBe(want));
});

describe("matchesWords", () => {
  it.each([
    { name: "starts of several words", text: "Llamar a María", query: "llam mar", want: true },
    { name: "any order", text: "Llamar a María", query: "mar llam", want: true },
    { name: "middle of a word is not enough", text: "Llamar", query: "ama", want: false },
    { name: "empty query finds all", text: "Ajustes", query: " ", want: true },
    { name: "a stage as it is displayed", text: "Etapa: Perfilado", query: "Etapa: perf", want: true },
    {
      name: "a temperature as it is displayed",
      text: "Temperatura: Frío",
      query: "Temperatura: fr",
      want: true,
    },
    {
      name: "a colon that is not there",
      text: "Descartar por Sin interés",
      query: "Descartar por: sin",
      want: true,
    },
    { name: "what surrounds a word", text: "Aviso «Nuevo lead».", query: "(nuevo) lead…", want: true },
    { name: "an address keeps its own", text: "ana.ruiz@example.com", query: "ana.ruiz@", want: true },
    { name: "and is another with another", text: "ana.ruiz@example.com", query: "ana.ramos", want: false },
  ])("$name", ({ text, query, want }) => expect(matchesWords(text, query)).toBe(want));
});

describe("initials", () => {
  it.each([
    { name: "two words", text: "Ana Ruiz", want: "AR" },
    { name: "many words", text: "María Fernanda de la Torre", want: "MT" },
    { name: "one word", text: "ñoño", want: "Ñ" },
    { name: "nothing", text: "  ", want: "" },
  ])("$name", ({ text, want }) => expect(initials(text)).toBe(want));
});

describe("formatCount", () => {
  it("groups by thousands with commas", () => expect(formatCount(1234567)).toBe("1,234,567"));
});

describe("formatBytes", () => {
  it.each([
    { name: "bytes", bytes: 512, want: "512 B" },
    { name: "one decimal below ten", bytes: 1.5 * 1024 * 1024, want: "1.5 MB" },
    { name: "none above", bytes: 96 * 1024 ** 3, want: "96 GB" },
  ])("$name", ({ bytes, want }) => expect(formatBytes(bytes)).toBe(want));
});

describe("markAccents", () => {
  it("marks only the letters outside ASCII", () => {
    expect(markAccents("Peña S.")).toEqual([
      { text: "Pe", marked: false },
      { text: "ñ", marked: true },
      { text: "a S.", marked: false },
    ]);
  });
  it("gives nothing for an empty cell", () => expect(markAccents("")).toEqual([]));
});

describe("addressPieces", () => {
  it.each([
    ["ana.maria_ruiz@correo-largo.com.mx", ["ana.", "maria_", "ruiz", "@correo-", "largo.", "com.", "mx"]],
    ["ana@example.com", ["ana", "@example.", "com"]],
    ["ana..b@x", ["ana..", "b", "@x"]],
    ["sin arroba", ["sin arroba"]],
    ["", []],
  ])("%s", (address, want) => {
    expect(addressPieces(address)).toEqual(want);
    expect(addressPieces(address).join("")).toBe(address);
  });
});

describe("capitalised", () => {
  it.each([
    { text: "un prospecto espera", want: "Un prospecto espera" },
    { text: "óscar te espera", want: "Óscar te espera" },
    { text: "«Norte» espera", want: "«Norte» espera" },
    { text: "", want: "" },
  ])("$text", ({ text, want }) => expect(capitalised(text)).toBe(want));
});
