import { IconCopy, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { useShortcuts } from "@/shared/lib/keyboard";
import type { WhatsAppVariant } from "@/shared/lib/phones";
import { showDone, showError } from "@/shared/ui/undo-toast";
import type { Done } from "./activity-draft";
import { CallOutcome } from "./CallOutcome";
import choices from "./Choices.module.css";
import { Digit } from "./Digit";
import { answerOutreach, endOutreach, type Outreach, useOutreach } from "./outreach";
import classes from "./ReturnPrompt.module.css";
import { openChat } from "./reach";
import { useActivityLog } from "./use-activity-log";
import { useProspectChange } from "./use-prospect-change";

type ReturnPromptProps = {
  prospect: Prospect;
  /** Digits answer the question, unless something else on the screen has been given them. */
  digits?: boolean;
  /** After an answer was logged, for a list that then moves on. */
  onLogged?: () => void;
};

/** Asks in one row how the call went or whether the message was sent; nothing while nobody was approached. */
export function ReturnPrompt({ prospect, digits = true, onLogged }: ReturnPromptProps) {
  const outreach = useOutreach(prospect.id);
  const log = useActivityLog(prospect);
  if (outreach === null) return null;
  const done = (deed: Done | null) => {
    if (deed === null) return endOutreach(prospect.id);
    void answerOutreach(prospect.id, () => log(deed));
    onLogged?.();
  };
  switch (outreach.channel) {
    case "call":
      return <AfterCall prospect={prospect} outreach={outreach} digits={digits} onDone={done} />;
    case "whatsapp":
      return <AfterChat prospect={prospect} outreach={outreach} digits={digits} onDone={done} />;
    case "email":
      return <AfterMail prospect={prospect} outreach={outreach} digits={digits} onDone={done} />;
  }
}

/** What tells with which template a message was written. */
function withTemplate({ message }: Exclude<Outreach, { channel: "call" }>): { templateId?: string } {
  return message === undefined ? {} : { templateId: message.templateId };
}

type Of<Channel extends Outreach["channel"]> = Extract<Outreach, { channel: Channel }>;
type Answerable = { digits: boolean; onDone: (done: Done | null) => void };

type AfterCallProps = Answerable & { prospect: Prospect; outreach: Of<"call"> };

function AfterCall({ prospect, outreach, digits, onDone }: AfterCallProps) {
  const { t } = useTranslation("prospects");
  const phone = prospect.contact.phones.find(({ id }) => id === outreach.phoneId);
  return (
    <Row
      question={t("back.call")}
      digits={digits}
      none={t("back.notCalled")}
      onNone={() => onDone(null)}
      extra={phone !== undefined && <Copy words={t("back.copyPhone")} text={phone.e164} short />}
    >
      <CallOutcome
        active={digits}
        onPick={(result, when) =>
          onDone({ kind: "call", result, ...(when === undefined ? {} : { next: { kind: "call", when } }) })
        }
      />
    </Row>
  );
}

type AfterChatProps = Answerable & { prospect: Prospect; outreach: Of<"whatsapp"> };

function AfterChat({ prospect, outreach, digits, onDone }: AfterChatProps) {
  const { t } = useTranslation("prospects");
  const { mutate } = useProspectChange(prospect.id);
  const phone = prospect.contact.phones.find(({ id }) => id === outreach.phoneId);
  const other: WhatsAppVariant = outreach.variant === "52" ? "521" : "52";
  const isMexican = phone?.e164.startsWith("+52") === true;
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
      onClick={() => openChat(prospect, phone, other, outreach.message)}
    >
      {t("back.tryOther", { variant: other })}
    </button>
  );
  const sent = (result: string) => {
    remember();
    onDone({ kind: "whatsapp", result, ...withTemplate(outreach) });
  };
  return (
    <Row
      question={t("back.chat")}
      digits={digits}
      none={t("back.no")}
      noneKey="3"
      onNone={() => onDone(null)}
      extra={retry}
    >
      <Answers
        digits={digits}
        options={[
          { word: t("back.yes"), act: () => sent("sent") },
          { word: t("back.noAnswer"), act: () => sent("no_answer") },
        ]}
      />
    </Row>
  );
}

type AfterMailProps = Answerable & { prospect: Prospect; outreach: Of<"email"> };

function AfterMail({ prospect, outreach, digits, onDone }: AfterMailProps) {
  const { t } = useTranslation("prospects");
  const email = prospect.contact.emails.find(({ id }) => id === outreach.emailId);
  return (
    <Row
      question={email === undefined ? t("back.chat") : t("back.mail", { address: email.address })}
      digits={digits}
      none={t("back.no")}
      noneKey="2"
      onNone={() => onDone(null)}
      extra={email !== undefined && <Copy words={t("back.copyMail")} text={email.address} />}
    >
      <Answers
        digits={digits}
        options={[
          {
            word: t("back.yes"),
            act: () => onDone({ kind: "email", result: "sent", ...withTemplate(outreach) }),
          },
        ]}
      />
    </Row>
  );
}

/** For a computer on which no program answers: nothing tells the page that none has. Short, it stays in the row of many answers. */
function Copy({ words, text, short = false }: { words: string; text: string; short?: boolean }) {
  const { t } = useTranslation("prospects");
  const copied = () => showDone(t("back.copied", { text }));
  return (
    <button
      type="button"
      className={choices.choice}
      data-quiet="true"
      {...(short ? { "aria-label": words, title: words } : {})}
      onClick={() => navigator.clipboard.writeText(text).then(copied, showError)}
    >
      {short ? <IconCopy size={14} stroke={1.6} aria-hidden /> : words}
    </button>
  );
}

type AnswersProps = { digits: boolean; options: { word: string; act: () => void }[] };

function Answers({ digits, options }: AnswersProps) {
  useShortcuts(Object.fromEntries(options.map(({ act }, index) => [String(index + 1), act])), digits);
  return options.map(({ word, act }, index) => (
    <button key={word} type="button" className={choices.choice} onClick={act}>
      <Digit n={index + 1} />
      {word}
    </button>
  ));
}

type RowProps = {
  question: string;
  digits: boolean;
  none: string;
  /** The digit that says no; without one there is only the button. */
  noneKey?: string;
  onNone: () => void;
  children: ReactNode;
  /** Stands after the answers and is none. */
  extra?: ReactNode;
};

function Row({ question, digits, none, noneKey, onNone, children, extra }: RowProps) {
  useShortcuts(noneKey === undefined ? {} : { [noneKey]: onNone }, digits);
  return (
    <section className={classes.row} aria-label={question}>
      <span className={classes.question} role="status">
        {question}
      </span>
      <div className={choices.choices} data-active={digits}>
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
