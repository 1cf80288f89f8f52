import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Candidate, Lead, LeadDetail } from "@/shared/api/types";
import { FormAnswers } from "@/shared/prospect/FormAnswers";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { leadQuery, useLeadDecision } from "./health-queries";
import classes from "./LeadContents.module.css";

/** What came with a lead that stopped; for a held one also whose it may be, and the buttons to say so. */
export function LeadContents({ id, state }: { id: string; state: Lead["state"] }) {
  const { t } = useTranslation("health");
  const { data: lead, error, refetch } = useQuery(leadQuery(id));
  return (
    <div className={classes.contents}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {lead !== undefined && (
        <section className={classes.part} aria-label={t("leads.came")}>
          <h3 className={classes.heading}>{t("leads.came")}</h3>
          <Answers raw={lead.raw ?? []} />
        </section>
      )}
      {lead !== undefined && state === "held" && <Decision lead={lead} />}
    </div>
  );
}

/** Meta's names of the usual questions; others are shown as the form asks them. */
const usual = ["full_name", "phone_number", "email", "city"] as const;

function Answers({ raw }: { raw: NonNullable<LeadDetail["raw"]> }) {
  const { t } = useTranslation("health");
  if (raw.length === 0) return <p className={classes.quiet}>{t("leads.nothing")}</p>;
  const word = ({ name, label }: { name: string; label: string }) => {
    const code = usual.find((each) => each === name);
    if (code !== undefined) return t(`leads.answer.${code}`);
    if (label !== "" && label !== name) return label;
    return name === "" ? t("leads.answer.unknown") : name.replaceAll("_", " ");
  };
  // Meta's own order differs from lead to lead: who it is comes first.
  const known = (name: string) => usual.some((code) => code === name);
  const sorted = [
    ...usual.flatMap((code) => raw.filter(({ name }) => name === code)),
    ...raw.filter(({ name }) => !known(name)),
  ];
  return (
    <FormAnswers
      answers={sorted.map(({ name, label, values }) => ({ name, label: word({ name, label }), values }))}
    />
  );
}

function Decision({ lead }: { lead: LeadDetail }) {
  const { t } = useTranslation("health");
  const decide = useLeadDecision(lead.lead_id);
  const people = lead.people ?? [];
  return (
    <section className={classes.part} aria-label={t("decide.title")}>
      <h3 className={classes.heading}>{t("decide.title")}</h3>
      {people.length === 0 && <p className={classes.quiet}>{t("decide.nobody")}</p>}
      <ul className={classes.people}>
        {people.map((person) => {
          const name = person.name === "" ? t("decide.nameless") : person.name;
          return (
            <li key={person.contact_id} className={classes.person}>
              <Who person={person} name={name} />
              <Button
                size="compact-sm"
                variant="light"
                disabled={decide.isPending}
                aria-label={t("decide.joinOf", { name })}
                onClick={() =>
                  decide.mutate({ contactId: person.contact_id, told: t("decide.joined", { name }) })
                }
              >
                {t("decide.join")}
              </Button>
            </li>
          );
        })}
        <li className={classes.person}>
          <span className={classes.who}>
            <span className={classes.quiet}>{t("decide.freshHint")}</span>
          </span>
          <Button
            size="compact-sm"
            variant="default"
            disabled={decide.isPending}
            onClick={() => decide.mutate({ contactId: "", told: t("decide.registered") })}
          >
            {t("decide.fresh")}
          </Button>
        </li>
      </ul>
    </section>
  );
}

function Who({ person, name }: { person: Candidate; name: string }) {
  const { t } = useTranslation("health");
  const { by_phone, by_email, owner_name, prospect_id } = person;
  const why = by_phone && by_email ? "byBoth" : by_phone ? "byPhone" : "byEmail";
  const seller = owner_name === "" ? t("decide.noSeller") : t("decide.seller", { name: owner_name });
  return (
    <span className={classes.who}>
      {prospect_id === "" ? (
        <span className={classes.name}>{name}</span>
      ) : (
        <Link to="/prospectos/$id" params={{ id: prospect_id }} className={classes.name}>
          {name}
        </Link>
      )}
      <span className={classes.quiet}>
        {[t(`decide.${why}`), prospect_id === "" ? t("decide.inBin") : seller].join(" · ")}
      </span>
    </span>
  );
}
