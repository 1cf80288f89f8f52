import type { Contact, Email, Phone, Prospect } from "@/shared/api/types";

/** A person's data as the screens of a contact and of a prospect both have them. */
export type Person = Pick<Contact & Prospect["contact"], "id" | "name" | "city" | "phones" | "emails">;

/** One write to a person: how to send it, what to say, and how they look until the program has answered. */
export type PersonChange = {
  send: () => Promise<{ tx_id: string }>;
  message: string;
  foresee?: (person: Person) => Person;
};

/** What a screen does with a write to the person that it shows. */
export type WritePerson = (change: PersonChange) => void;

/** The ways to reach a person from where their data stand; without a prospect there are none. */
export type Reach = {
  call: (phone: Phone) => void;
  chat: (phone: Phone) => void;
  mail: (email: Email) => void;
  /** The person asked not to be contacted. */
  blocked: boolean;
};

/** The list with the one of this id before the others. */
export function putFirst<One extends { id: string }>(list: readonly One[], id: string): One[] {
  return [...list.filter((one) => one.id === id), ...list.filter((one) => one.id !== id)];
}
