import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { useAsked } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { type Outreach, useOutreach } from "@/shared/prospect/outreach";
import { prospectQuery } from "@/shared/prospect/prospect-queries";
import { ReturnPrompt } from "@/shared/prospect/ReturnPrompt";
import { openChat } from "@/shared/prospect/reach";
import { Composer } from "./Composer";
import { ContactData } from "./ContactData";
import { NextActionBar } from "./NextActionBar";
import { NoProspect } from "./NoProspect";
import { ProspectFacts } from "./ProspectFacts";
import { ProspectHeader } from "./ProspectHeader";
import classes from "./ProspectPage.module.css";
import { ProspectTags } from "./ProspectTags";
import { Story } from "./Story";
import { SubmissionList } from "./SubmissionList";
import { useIsOpposed } from "./use-is-opposed";

/** Everything about one prospect without leaving the screen. */
export function ProspectPage() {
  const { id } = useParams({ from: "/prospectos/$id" });
  const { data: prospect, error, refetch } = useQuery(prospectQuery(id));
  if (prospect === undefined) return <NoProspect error={error} onRetry={() => void refetch()} />;
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
  const isOpposed = useIsOpposed(prospect);
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
    w: () => !isOpposed && openChat(prospect),
    n: () => note.current?.focus(),
    r: () => arm("next"),
    t: () => arm("temperature"),
    s: () => stepper.current?.querySelector<HTMLElement>('[aria-current="step"], button')?.focus(),
    a: () => facts.current?.querySelector<HTMLElement>('[data-fact="seller"] button')?.click(),
    e: () => nameField.current?.click(),
  });
  useAsked("next-action", () => arm("next"));
  useShortcuts({ Escape: disarm }, mode !== null);

  return (
    <div className={classes.page}>
      <ProspectHeader prospect={prospect} stepper={stepper} opposed={isOpposed} />
      <ReturnPrompt prospect={prospect} digits={mode === null} />
      <div className={classes.columns}>
        <div className={classes.data} ref={facts}>
          <ProspectFacts prospect={prospect} digits={mode === "temperature"} onDone={disarm} />
          <ContactData prospect={prospect} nameField={nameField} opposed={isOpposed} />
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
