import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Health } from "@/shared/api/types";
import { tokenEnds } from "@/shared/lib/token";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import classes from "./Health.module.css";

const levels = { none: "unknown", valid: "ok", expired: "bad", refused: "bad" } as const;

/** How Meta's token stands and when it ends, also while there is nothing to do about it. */
export function TokenFacts({ token }: { token: Health["token"] }) {
  const { t } = useTranslation("health");
  const { t: common } = useTranslation();
  const { state, asked_at } = token;
  const facts: { word: string; value: ReactNode }[] = [
    {
      word: t("token.state"),
      value: (
        <span className={classes.state}>
          <Signal level={levels[state]} />
          {t(`token.is.${state}`)}
        </span>
      ),
    },
  ];
  if (state !== "none") {
    for (const { word, at } of tokenEnds(token)) {
      facts.push({
        word: t(`token.${word}`),
        value: at === null ? t("token.never") : <RelativeDate at={at} dayOnly />,
      });
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
