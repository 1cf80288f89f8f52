import { IconSquare, IconSquareCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect, Submission } from "@/shared/api/types";
import { fullDate, type Language } from "@/shared/lib/dates";
import { FormAnswers } from "@/shared/prospect/FormAnswers";
import { splitAnswers } from "@/shared/prospect/own-answers";
import { useWord } from "@/shared/prospect/use-word";
import facts from "@/shared/ui/fact-column.module.css";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import classes from "./SubmissionList.module.css";
import { enquiryWords } from "./timeline-lines";

/** What the person answered and where the lead came from; earlier enquiries stay folded. */
export function SubmissionList({ prospect }: { prospect: Prospect }) {
  const [latest, ...earlier] = prospect.submissions;
  if (latest === undefined) return <ManualOrigin prospect={prospect} />;
  return (
    <>
      <Latest submission={latest} />
      <Origin prospect={prospect} submission={latest} />
      {earlier.map((submission, index) => (
        <Earlier key={submission.id} submission={submission} n={earlier.length - index} />
      ))}
    </>
  );
}

/** The newest enquiry. One made by hand has no form: only what was typed and is not among the contact's data. */
function Latest({ submission }: { submission: Submission }) {
  const { t } = useTranslation("prospects");
  const byHand = submission.origin === "manual";
  if (byHand && submission.answers.length === 0) return null;
  const title = t(byHand ? "answers.byHand" : "answers.title");
  return (
    <section aria-label={title} className={facts.section}>
      <h2 className={facts.heading}>{title}</h2>
      <Answers submission={submission} />
    </section>
  );
}

/** The answers first; what stands among the contact's data already is a press away, as it was sent. */
function Answers({ submission }: { submission: Submission }) {
  const { t } = useTranslation("prospects");
  const [all, setAll] = useState(false);
  const { own, rest } = splitAnswers(submission);
  if (submission.origin === "manual" && own.length === 0)
    return <p className={classes.same}>{t("answers.same")}</p>;
  return (
    <>
      <FormAnswers answers={all ? submission.answers : own} />
      {rest.length > 0 && (
        <button type="button" className={classes.all} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("answers.less") : t("answers.all", { count: submission.answers.length })}
        </button>
      )}
    </>
  );
}

function ManualOrigin({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  return (
    <section aria-label={t("origin.title")} className={facts.section}>
      <h2 className={facts.heading}>{t("origin.title")}</h2>
      <dl className={classes.facts}>
        <Fact label={t("column.source")} value={word("source", prospect.source)} />
        <div>
          <dt>{t("origin.created")}</dt>
          <dd>
            <Instant at={prospect.created_at} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Origin({ prospect, submission }: { prospect: Prospect; submission: Submission }) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const { is_organic } = submission;
  const platform = [
    word("platform", submission.platform),
    is_organic === null ? "" : t(is_organic ? "origin.organic" : "origin.paid"),
  ];
  return (
    <section aria-label={t("origin.title")} className={facts.section}>
      <h2 className={facts.heading}>{t("origin.title")}</h2>
      <dl className={classes.facts}>
        <Fact label={t("origin.campaign")} value={submission.campaign_name} />
        <Fact label={t("origin.adset")} value={submission.adset_name} />
        <Fact label={t("origin.ad")} value={submission.ad_name} />
        <Fact label={t("column.form")} value={submission.form_name} />
        <Fact label={t("origin.platform")} value={platform.filter(Boolean).join(" · ")} />
        {submission.origin !== "manual" && (
          <div>
            <dt>{t("origin.sent")}</dt>
            <dd>
              <Instant at={submission.lead_at} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t("origin.received")}</dt>
          <dd>
            <Instant at={submission.received_at} />
          </dd>
        </div>
        <Fact label={t("column.source")} value={word("source", prospect.source)} />
        <Fact label={t("origin.lead")} value={submission.lead_id} />
      </dl>
      <Consents submission={submission} />
    </section>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  if (value === "") return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** A moment to the minute, as evidence: relative, with the whole date on hover. */
function Instant({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  return (
    <span title={fullDate(new Date(at), language, true)}>
      <RelativeDate at={at} />
    </span>
  );
}

function Consents({ submission }: { submission: Submission }) {
  const { t } = useTranslation("prospects");
  if (submission.disclaimers.length === 0) return null;
  return (
    <ul className={classes.consents} aria-label={t("origin.consents")}>
      {submission.disclaimers.map(({ key, text, checked }) => {
        const Mark = checked ? IconSquareCheck : IconSquare;
        return (
          <li key={key}>
            <Mark
              size={16}
              stroke={1.6}
              role="img"
              aria-label={t(checked ? "origin.checked" : "origin.unchecked")}
            />
            <span>{text === "" ? key : text}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Earlier({ submission, n }: { submission: Submission; n: number }) {
  const { t } = useTranslation("prospects");
  const [open, setOpen] = useState(false);
  return (
    <section className={facts.section} aria-label={t("answers.earlier", { n })}>
      <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={classes.foldTitle}>{t("answers.earlier", { n })}</span>
        <span className={classes.foldNote}>
          {submission.form_name || t(enquiryWords(submission.origin))} ·{" "}
          <RelativeDate at={submission.lead_at} />
        </span>
      </button>
      {open && <Answers submission={submission} />}
    </section>
  );
}
