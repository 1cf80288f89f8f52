import type { Email, Phone, Prospect } from "@/shared/api/types";
import { host } from "@/shared/host/current";
import { phoneLink, type WhatsAppVariant, whatsAppLink } from "@/shared/lib/phones";
import { isOpposed } from "./opposed";
import { beginOutreach, type Written } from "./outreach";
import { mailLink } from "./template-text";

/** The first phone that can be dialled. */
export function firstPhone({ contact }: Prospect): Phone | undefined {
  return contact.phones.find(({ e164 }) => e164 !== "");
}

/** The first address that can be written to. */
export function firstEmail({ contact }: Prospect): Email | undefined {
  return contact.emails.find(({ address }) => address !== "");
}

/** The form of the number that worked last time; 52 until another has. */
export function knownVariant({ wa_variant }: Phone): WhatsAppVariant {
  return wa_variant === "521" ? "521" : "52";
}

/** Who asked not to be contacted is not, whatever screen one comes from and however old what it shows. */
const isLeftAlone = ({ contact }: Prospect): boolean => isOpposed(contact);

/** Dials, and remembers to ask how it went. */
export function call(prospect: Prospect, phone = firstPhone(prospect)): void {
  if (phone === undefined || isLeftAlone(prospect)) return;
  host.openLink(phoneLink(phone.e164));
  beginOutreach(prospect.id, { channel: "call", phoneId: phone.id });
}

/** Opens the person's chat, and remembers to ask whether the message was sent. */
export function openChat(
  prospect: Prospect,
  phone = firstPhone(prospect),
  variant?: WhatsAppVariant,
  message?: Written,
): void {
  if (phone === undefined || isLeftAlone(prospect)) return;
  const form = variant ?? knownVariant(phone);
  host.openLink(whatsAppLink(phone.e164, message?.text ?? "", form));
  beginOutreach(prospect.id, {
    channel: "whatsapp",
    phoneId: phone.id,
    variant: form,
    ...(message === undefined ? {} : { message }),
  });
}

/** Opens a new mail, and remembers to ask whether it was sent. */
export function writeMail(prospect: Prospect, email = firstEmail(prospect), message?: Written): void {
  if (email === undefined || isLeftAlone(prospect)) return;
  host.openLink(mailLink(email.address, message?.subject, message?.text));
  beginOutreach(prospect.id, {
    channel: "email",
    emailId: email.id,
    ...(message === undefined ? {} : { message }),
  });
}
