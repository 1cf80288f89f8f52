import type { TemplateValues } from "@/shared/api/types";
import { parseDay } from "@/shared/lib/dates";

/** What a template can say; crm.templateVariables in the program. */
export const variables = [
  "nombre",
  "vendedor",
  "empresa",
  "desarrollo",
  "fecha_cita",
  "enlace_aviso",
] as const;

/** One of them. */
export type Variable = (typeof variables)[number];

/** How many characters the link of a message or a mail carries safely; Windows cuts longer ones. */
export const longestMessage = 1500;

/** A piece of a template: words, or a variable with what it stands for; "" is missing. */
export type Piece = { text: string; variable?: undefined } | { variable: string; value: string };

/** The meeting as a message names it. Messages speak the Spanish of Mexico, whatever the screens do. */
function meeting({ meeting_at, meeting_on }: TemplateValues): string {
  const day = (at: Date) =>
    new Intl.DateTimeFormat("es-MX", { weekday: "long", day: "numeric", month: "long" })
      .format(at)
      .replace(",", "");
  if (meeting_on !== null) return day(parseDay(meeting_on));
  if (meeting_at === null) return "";
  const at = new Date(meeting_at);
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${day(at)} a las ${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

function standsFor(variable: string, values: TemplateValues): string {
  switch (variable) {
    case "nombre":
    case "vendedor":
    case "empresa":
    case "desarrollo":
    case "enlace_aviso":
      return values[variable];
    case "fecha_cita":
      return meeting(values);
    default:
      return "";
  }
}

/** A template with its variables filled. */
export function fill(text: string, values: TemplateValues): Piece[] {
  return text
    .split(/(\{\{[^{}]*\}\})/)
    .filter((part) => part !== "")
    .map((part) => {
      const name = /^\{\{([^{}]*)\}\}$/.exec(part)?.[1]?.trim().toLowerCase();
      return name === undefined ? { text: part } : { variable: name, value: standsFor(name, values) };
    });
}

/** The words of what was filled; a missing value leaves nothing. */
export function plain(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.variable === undefined ? piece.text : piece.value)).join("");
}

/** The variables without a value, each once. */
export function missing(...texts: readonly (readonly Piece[])[]): string[] {
  const names = texts
    .flat()
    .flatMap((piece) => (piece.variable !== undefined && piece.value.trim() === "" ? [piece.variable] : []));
  return [...new Set(names)];
}

/** Whether a message names the prospect's seller where somebody else is about to send it. Who has no seller is signed for by oneself. */
export function speaksForAnother(
  seller: string,
  sender: string,
  ...texts: readonly (readonly Piece[])[]
): boolean {
  if (seller === "" || seller === sender) return false;
  return texts.flat().some(({ variable }) => variable === "vendedor");
}

/** The link that begins a mail. Lines end as mail ends them. Source: RFC 6068, section 2. */
export function mailLink(address: string, subject = "", body = ""): string {
  const to = encodeURIComponent(address).replace("%40", "@");
  const fields = [
    ["subject", subject],
    ["body", body.replace(/\r?\n/g, "\r\n")],
  ].flatMap(([name, text]) => (text === "" ? [] : [`${name}=${encodeURIComponent(text ?? "")}`]));
  return `mailto:${to}${fields.length === 0 ? "" : `?${fields.join("&")}`}`;
}
