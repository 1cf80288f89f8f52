import { useState } from "react";
import type { Contact, Prospect } from "@/shared/api/types";
import type { Reach } from "@/shared/contact/contact-write";
import { isOpposed } from "@/shared/prospect/opposed";
import { call, openChat, writeMail } from "@/shared/prospect/reach";
import { useProspect } from "@/shared/prospect/use-prospect";
import { loggedWith } from "./logged-with";

/** The prospect with which an attempt to reach a person is written down, and the ways to reach them. */
export type Reached = {
  /** Undefined while it is read, and where the person has no prospect in sight. */
  prospect: Prospect | undefined;
  prospectId: string;
  choose: (prospectId: string) => void;
  reach: Reach | undefined;
};

/** Lets a person be reached from their own page: what was done is written down with one of their prospects. */
export function useReached(contact: Contact): Reached {
  const [chosen, choose] = useState("");
  const prospectId = loggedWith(contact.prospects, chosen);
  const { prospect } = useProspect(prospectId);
  const reach: Reach | undefined =
    prospect === undefined
      ? undefined
      : {
          call: (phone) => call(prospect, phone),
          chat: (phone) => openChat(prospect, phone),
          mail: (email) => writeMail(prospect, email),
          blocked: isOpposed(contact),
        };
  return { prospect, prospectId, choose, reach };
}
