import { fold } from "@/shared/lib/text";

/** What can be done to a person from the palette, by the word that begins the line. */
export type Verb = "call" | "whatsapp";

const verbs: Record<string, Verb> = {
  llamar: "call",
  call: "call",
  whatsapp: "whatsapp",
  mensaje: "whatsapp",
};

/** Fewest letters by which a verb is known. */
const shortest = 3;

/** The verb that a line begins with and the rest of it: "llam mar" is to call whoever begins with "mar". */
export function readVerb(line: string): { verb: Verb; rest: string } | null {
  const [first = "", ...others] = fold(line).split(/\s+/).filter(Boolean);
  const rest = others.filter((word) => word !== "a").join(" ");
  if (first.length < shortest || rest === "") return null;
  const known = Object.keys(verbs).find((word) => word.startsWith(first));
  const verb = known === undefined ? undefined : verbs[known];
  return verb === undefined ? null : { verb, rest };
}
