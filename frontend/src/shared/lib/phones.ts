/** Mexican area codes of two digits; all others have three. Source: Plan Nacional de Numeración, IFT. */
const shortAreas = new Set(["33", "55", "56", "81"]);

/**
 * A number as people read it. Mexico is grouped by its area code, "55 1234 5678" or "222 123 4567";
 * other countries keep the + and their country code apart. Text that is not E.164 comes back as it is.
 */
export function formatPhone(e164: string): string {
  const mexican = /^\+52(\d{10})$/.exec(e164)?.[1];
  if (mexican === undefined) return formatForeign(e164);
  return shortAreas.has(mexican.slice(0, 2))
    ? `${mexican.slice(0, 2)} ${mexican.slice(2, 6)} ${mexican.slice(6)}`
    : `${mexican.slice(0, 3)} ${mexican.slice(3, 6)} ${mexican.slice(6)}`;
}

function formatForeign(e164: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return american ? `+1 ${american[1]} ${american[2]} ${american[3]}` : e164;
}

/** The link that makes the system call the number. */
export function phoneLink(e164: string): string {
  return `tel:${e164}`;
}

/** Which form of a Mexican number WhatsApp knows: with 52, or with the 1 of accounts opened before 2019. */
export type WhatsAppVariant = "52" | "521";

/** WhatsApp's chat link: digits only, no plus, text percent-encoded. Source: WhatsApp, "How to use click to chat". */
export function whatsAppLink(e164: string, text = "", variant: WhatsAppVariant = "52"): string {
  const digits = e164.replace(/\D/g, "");
  const target = variant === "521" ? digits.replace(/^52(?=\d{10}$)/, "521") : digits;
  return `https://wa.me/${target}${text === "" ? "" : `?text=${encodeURIComponent(text)}`}`;
}
