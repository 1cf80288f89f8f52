import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { useShortcuts } from "@/shared/lib/keyboard";
import type { WhatsAppVariant } from "@/shared/lib/phones";
import type { Done } from "./activity-draft";
import { CallOutcome } from "./CallOutcome";
import choices from "./Choices.module.css";
import { Digit } from "./Digit";
import { endOutreach, type Outreach, useOutreach } from "./outreach";
import classes from "./ReturnPrompt.module.css";
import { openChat } from "./reach";
import { useActivityLog } from "./use-activity-log";
import { useProspectChange } from "./use-prospect-change";

type ReturnPromptProps = {
  prospect: Prospect;
  /** After an answer was logged, for a list that then moves on. */
  onLogged?: () => void;
};

/** Asks in one row how the call went or whether the message was sent; nothing while nobody was approached. */
export function ReturnPrompt({ prospect, onLogged }: ReturnPromptProps) {
  const outreach = useOutreach(prospect.id);
  const log = useActivityLog(prospect);
  if (outreach === null) return null;
  const done = (deed: Done | null) => {
    endOutreach(prospect.id);
    if (deed === null) return;
    log(deed);
    onLogged?.();
  };
  switch (outreach.channel) {
    case "call":
      return <AfterCall onDone={done} />;
    case "whatsapp":
      return <AfterChat prospect={prospect} outreach={outreach} onDone={done} />;
    case "email":
      return <AfterMail outreach={outreach} onDone={done} />;
  }
}

type Of<Channel extends Outreach["channel"]> = Extract<Outreach, { channel: Channel }>;
type OnDone = (done: Done | null) => void;

function AfterCall({ onDone }: { onDone: OnDone }) {
  const { t } = useTranslation("prospects");
  return (
    <Row question={t("back.call")} none={t("back.notCalled")} onNone={() => onDone(null)}>
      <CallOutcome
        active
        onPick={(result, when) =>
          onDone({ kind: "call", result, ...(when === undefined ? {} : { next: { kind: "call", when } }) })
        }
      />
    </Row>
  );
}

type AfterChatProps = { prospect: Prospect; outreach: Of<"whatsapp">; onDone: OnDone };

function AfterChat({ prospect, outreach, onDone }: AfterChatProps) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const phone = prospect.contact.phones.find(({ id }) => id === outreach.phoneId);
  const other: WhatsAppVariant = outreach.variant === "52" ? "521" : "52";
  const isMexican = outreach.e164.startsWith("+52");
  const remember = () => {
    if (!isMexican || phone === undefined || phone.wa_variant === outreach.variant) return;
    mutate({
      send: () =>
        answer(
          api.PATCH("/api/phones/{id}", {
            params: { path: { id: phone.id } },
            body: { wa_variant: outreach.variant },
          }),
        ),
    });
  };
  const retry = isMexican && phone !== undefined && (
    <button
      type="button"
      className={choices.choice}
      data-quiet="true"
      onClick={() => openChat(prospect, phone, other)}
    >
      {t("back.tryOther", { variant: other })}
    </button>
  );
  const sent = (result: string) => {
    remember();
    onDone({ kind: "whatsapp", result });
  };
  return (
    <Row question={t("back.chat")} none={t("back.no")} noneKey="3" onNone={() => onDone(null)} extra={retry}>
      <Answers
        options={[
          { word: t("back.yes"), act: () => sent("sent") },
          { word: t("back.noAnswer"), act: () => sent("no_answer") },
        ]}
      />
    </Row>
  );
}

function AfterMail({ outreach, onDone }: { outreach: Of<"email">; onDone: OnDone }) {
  const { t } = useTranslation("prospects");
  return (
    <Row
      question={t("back.mail", { address: outreach.address })}
      none={t("back.no")}
      noneKey="2"
      onNone={() => onDone(null)}
    >
      <Answers options={[{ word: t("back.yes"), act: () => onDone({ kind: "email", result: "sent" }) }]} />
    </Row>
  );
}

type AnswersProps = { options: { word: string; act: () => void }[] };

function Answers({ options }: AnswersProps) {
  useShortcuts(Object.fromEntries(options.map(({ act }, index) => [String(index + 1), act])));
  return options.map(({ word, act }, index) => (
    <button key={word} type="button" className={choices.choice} onClick={act}>
      <Digit n={index + 1} />
      {word}
    </button>
  ));
}

type RowProps = {
  question: string;
  none: string;
  /** The digit that says no; without one there is only the button. */
  noneKey?: string;
  onNone: () => void;
  children: ReactNode;
  /** Stands after the answers and is none. */
  extra?: ReactNode;
};

function Row({ question, none, noneKey, onNone, children, extra }: RowProps) {
  useShortcuts(noneKey === undefined ? {} : { [noneKey]: onNone });
  return (
    <section className={classes.row} aria-label={question}>
      <span className={classes.question} role="status">
        {question}
      </span>
      <div className={choices.choices} data-active="true">
        {children}
        <button type="button" className={choices.choice} data-quiet={noneKey === undefined} onClick={onNone}>
          {noneKey === undefined ? (
            <IconX size={14} stroke={1.6} aria-hidden />
          ) : (
            <Digit n={Number(noneKey)} />
          )}
          {none}
        </button>
        {extra}
      </div>
    </section>
  );
}
