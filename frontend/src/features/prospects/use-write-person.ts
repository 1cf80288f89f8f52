import type { WritePerson } from "@/shared/contact/contact-write";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";

/** Writes to the person of a prospect; its page and its card show it at once. */
export function useWritePerson(prospectId: string): WritePerson {
  const { mutate } = useProspectChange(prospectId);
  return ({ send, message, foresee = (person) => person }) =>
    mutate({
      send,
      message,
      prospect: (known) => ({ ...known, contact: { ...known.contact, ...foresee(known.contact) } }),
      card: (card) => {
        const { name } = foresee({ id: "", name: card.name, city: "", phones: [], emails: [] });
        return { ...card, name };
      },
    });
}
