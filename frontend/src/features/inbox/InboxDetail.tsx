import { IconArrowRight, IconUserQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import type { InboxCard, OfficeNow, Prospect } from "@/shared/api/types";
import { ContactActions } from "@/shared/prospect/ContactActions";
import { FormAnswers } from "@/shared/prospect/FormAnswers";
import { splitAnswers } from "@/shared/prospect/own-answers";
import { ReturnPrompt } from "@/shared/prospect/ReturnPrompt";
import { useAssignedWhy } from "@/shared/prospect/use-assigned-why";
import { isGone, useProspect } from "@/shared/prospect/use-prospect";
import { useWord } from "@/shared/prospect/use-word";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { errorSentence } from "@/shared/ui/fault-sentence";
import { Kbd } from "@/shared/ui/Kbd";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import classes from "./InboxDetail.module.css";
import { LeadClock } from "./LeadClock";

type InboxDetailProps = {
  card: InboxCard;
  office: OfficeNow | null;
  /** Beside the list; below 1,100 px only the question after a call is shown. */
  full: boolean;
  onLogged: () => void;
};

/** What a seller needs for the first call, beside the list. */
export function InboxDetail({ card, office, full, onLogged }: InboxDetailProps) {
  const { t } = useTranslation("inbox");
  const { prospect, error, refetch } = useProspect(card.id);
  if (!full) return prospect === undefined ? null : <ReturnPrompt prospect={prospect} onLogged={onLogged} />;
  // Its row leaves the list in a moment; until then nothing of the person stands here.
  if (isGone(error)) {
    return (
      <section className={classes.detail}>
        <EmptyState icon={<IconUserQuestion size={32} stroke={1.4} />} title={errorSentence(error)} />
      </section>
    );
  }
  const name = card.name === "" ? t("nameless") : card.name;
  const latest = prospect?.submissions[0];
  return (
    <section className={classes.detail} aria-label={name}>
      <header className={classes.header}>
        <div className={classes.who}>
          <h2 className={classes.name}>{name}</h2>
          {prospect !== undefined && prospect.contact.city !== "" && (
            <span className={classes.city}>{prospect.contact.city}</span>
          )}
          <LeadClock card={card} office={office} />
          <Link to="/prospectos/$id" params={{ id: card.id }} className={classes.open}>
            {t("open")}
            <IconArrowRight size={16} stroke={1.6} aria-hidden />
          </Link>
        </div>
        {prospect !== undefined && <ContactActions prospect={prospect} />}
      </header>
      {prospect !== undefined && <ReturnPrompt prospect={prospect} onLogged={onLogged} />}
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <div className={classes.body}>
        <section className={classes.section} aria-label={t("answers")}>
          <h3 className={classes.heading}>{t("answers")}</h3>
          <FormAnswers answers={latest === undefined ? card.answers : splitAnswers(latest).own} />
        </section>
        {prospect !== undefined && <Origin prospect={prospect} card={card} />}
      </div>
      <p className={classes.keys}>
        <Kbd keys={["J"]} />
        <Kbd keys={["K"]} /> {t("keys.move")} <Kbd keys={["L"]} /> {t("keys.call")} <Kbd keys={["W"]} />{" "}
        {t("keys.chat")} <Kbd keys={["Enter"]} /> {t("keys.open")}
      </p>
    </section>
  );
}

/** What follows a colon elsewhere begins a line here. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Origin({ prospect, card }: { prospect: Prospect; card: InboxCard }) {
  const { t } = useTranslation("inbox");
  const word = useWord();
  const { user } = useMe();
  const why = useAssignedWhy()(prospect.assigned_why);
  const latest = prospect.submissions[0];
  const rows = [
    { label: t("origin.campaign"), value: card.campaign_name },
    { label: t("origin.form"), value: card.form_name },
    { label: t("origin.platform"), value: word("platform", latest?.platform ?? "") },
  ].filter(({ value }) => value !== "");
  return (
    <section className={classes.section} aria-label={t("origin.title")}>
      <h3 className={classes.heading}>{t("origin.title")}</h3>
      <dl className={classes.facts}>
        {rows.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {why !== null && (
          <div>
            <dt>{t(prospect.owner_id === user.id ? "origin.whyMe" : "origin.why")}</dt>
            <dd>{capital(why.reason)}</dd>
          </div>
        )}
        <div>
          <dt>{t("origin.sent")}</dt>
          <dd>
            <RelativeDate at={card.lead_at} />
          </dd>
        </div>
        <div>
          <dt>{t("origin.received")}</dt>
          <dd>
            <RelativeDate at={card.received_at} />
          </dd>
        </div>
      </dl>
    </section>
  );
}
