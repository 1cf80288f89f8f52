import { useDocumentTitle } from "@mantine/hooks";
import { useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { ContactFields } from "@/shared/contact/ContactFields";
import { useAsked } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { isOpposed } from "@/shared/prospect/opposed";
import { type Outreach, useOutreach } from "@/shared/prospect/outreach";
import { ReturnPrompt } from "@/shared/prospect/ReturnPrompt";
import { call, openChat, writeMail } from "@/shared/prospect/reach";
import { useProspect } from "@/shared/prospect/use-prospect";
import { useReachOut } from "@/shared/prospect/use-reach-out";
import { Composer } from "./Composer";
import { NextActionBar } from "./NextActionBar";
import { NoProspect } from "./NoProspect";
import { ProspectFacts } from "./ProspectFacts";
import { ProspectHeader } from "./ProspectHeader";
import classes from "./ProspectPage.module.css";
import { ProspectTags } from "./ProspectTags";
import { Story } from "./Story";
import { SubmissionList } from "./SubmissionList";
import { useWritePerson } from "./use-write-person";

/** Everything about one prospect without leaving the screen. */
export function ProspectPage() {
  const { id } = useParams({ from: "/prospectos/$id" });
  const { prospect, error, refetch } = useProspect(id);
  if (prospect === undefined) return <NoProspect id={id} error={error} onRetry={() => void refetch()} />;
  return <Desk key={prospect.id} prospect={prospect} />;
}

/** What the digits choose just now. */
export type DigitMode = "call" | "next" | "temperature" | null;

function Desk({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const { name } = prospect.contact;
  useDocumentTitle(`${name === "" ? t("nameless") : name} · ${common("product")}`);
  const note = useRef<HTMLTextAreaElement>(null);
  const stepper = useRef<HTMLOListElement>(null);
  const facts = useRef<HTMLDivElement>(null);
  const nameField = useRef<HTMLButtonElement>(null);
  const opposed = isOpposed(prospect.contact);
  const writePerson = useWritePerson(prospect.id);
  const reachOut = useReachOut();
  // While a question about the last attempt stands, digits answer it, until a key gives them something else to do.
  const outreach = useOutreach(prospect.id);
  const [armed, setArmed] = useState<{ mode: DigitMode; outreach: Outreach | null }>({
    mode: null,
    outreach,
  });
  const mode = armed.outreach === outreach ? armed.mode : null;
  const disarm = () => setArmed({ mode: null, outreach });
  const arm = (next: DigitMode) => setArmed({ mode: mode === next ? null : next, outreach });

  useShortcuts({
    l: () => outreach?.channel !== "call" && arm("call"),
    w: () => reachOut(prospect, openChat),
    n: () => note.current?.focus(),
    r: () => arm("next"),
    t: () => arm("temperature"),
    s: () => stepper.current?.querySelector<HTMLElement>('[aria-current="step"], button')?.focus(),
    a: () => facts.current?.querySelector<HTMLElement>('[data-fact="seller"] button')?.click(),
    e: () => nameField.current?.click(),
  });
  useAsked("next-action", () => arm("next"));
  useAsked("log-call", () => arm("call"));
  useAsked("note", () => note.current?.focus());
  useAsked("edit", () => nameField.current?.click());
  useShortcuts({ Escape: disarm }, mode !== null);

  return (
    <div className={classes.page}>
      <ProspectHeader prospect={prospect} stepper={stepper} opposed={opposed} />
      <ReturnPrompt prospect={prospect} digits={mode === null} />
      <div className={classes.columns}>
        <div className={classes.data} ref={facts}>
          <ProspectFacts prospect={prospect} digits={mode === "temperature"} onDone={disarm} />
          <ContactFields
            person={prospect.contact}
            write={writePerson}
            nameField={nameField}
            reach={{
              call: (phone) => call(prospect, phone),
              chat: (phone) => openChat(prospect, phone),
              mail: (email) => writeMail(prospect, email),
              blocked: opposed,
            }}
          />
          <ProspectTags prospect={prospect} />
          <SubmissionList prospect={prospect} />
        </div>
        <div className={classes.story}>
          <NextActionBar prospect={prospect} digits={mode === "next"} onDone={disarm} />
          <Composer prospect={prospect} field={note} digits={mode === "call"} onDone={disarm} />
          <Story prospect={prospect} />
        </div>
      </div>
    </div>
  );
}
