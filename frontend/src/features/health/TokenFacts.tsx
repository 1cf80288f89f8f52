import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Health } from "@/shared/api/types";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import classes from "./Health.module.css";

const levels = { none: "unknown", valid: "ok", refused: "bad" } as const;

/** How Meta's token stands and when it ends, also while there is nothing to do about it. */
export function TokenFacts({ token }: { token: Health["token"] }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const { state, expires_at, data_access_expires_at, asked_at } = token;
  const facts: { word: string; value: ReactNode }[] = [
    {
      word: t("token.state"),
      value: (
        <span className={classes.state}>
          <Signal level={levels[state]} />
          {t(`token.${state}`)}
        </span>
      ),
    },
  ];
  if (state !== "none") {
    facts.push({
      word: t("token.expires"),
      value: expires_at === null ? t("token.never") : <RelativeDate at={expires_at} dayOnly />,
    });
    if (data_access_expires_at !== null) {
      facts.push({ word: t("token.access"), value: <RelativeDate at={data_access_expires_at} dayOnly /> });
    }
    facts.push({
      word: t("token.asked"),
      value: asked_at === null ? common("never") : <RelativeDate at={asked_at} />,
    });
  }
  return (
    <Section title={t("token.title")} hint={t("token.hint")}>
      <dl className={classes.facts}>
        {facts.map(({ word, value }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
