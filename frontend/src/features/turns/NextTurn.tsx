import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TurnPreview } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { anySource, SourceFields } from "./SourceFields";
import classes from "./Turns.module.css";
import { nextTurnQuery } from "./turn-queries";
import { listText } from "./turn-words";

/** Who would get the next lead, and why; of any kind, or of the kind that is chosen. */
export function NextTurn() {
  const { t } = useTranslation("turns");
  const [sources, setSources] = useState(anySource);
  const [city, setCity] = useState("");
  const [typedCity] = useDebouncedValue(city.trim(), 300);
  const lead = {
    form_id: sources.form.id,
    campaign_id: sources.campaign.id,
    page_id: sources.page.id,
    city: typedCity,
  };
  const next = useQuery({ ...nextTurnQuery(lead), placeholderData: keepPreviousData });
  return (
    <Section title={t("next.title")} hint={t("next.hint")}>
      <div className={classes.stack}>
        <div className={classes.fields}>
          <SourceFields className={classes.field} value={sources} onChange={setSources} />
          <TextInput
            className={classes.field ?? ""}
            label={t("source.city")}
            placeholder={t("source.any")}
            autoComplete="off"
            maxLength={300}
            value={city}
            onChange={({ currentTarget }) => setCity(currentTarget.value)}
          />
        </div>
        <ErrorNotice error={next.error} onRetry={() => void next.refetch()} />
        {next.data !== undefined && <Answer preview={next.data} />}
      </div>
    </Section>
  );
}

function Answer({ preview }: { preview: TurnPreview }) {
  const { t } = useTranslation("turns");
  const { next, rule, group, turn, of, reason, passed, seats } = preview;
  const names = next.map((id) => seats.find(({ user_id }) => user_id === id)?.name ?? "");
  const circle = group === "" ? t("everybody") : group;
  return (
    <>
      <div role="status">
        <p className={classes.answer}>
          {next.length === 0 && t("next.tray", { why: reason === "" ? "" : t(`away.${reason}`) })}
          {next.length === 1 && t("next.one", { name: names[0] ?? "" })}
          {next.length > 1 && t("next.lot", { names: listText(names, "disjunction") })}
        </p>
        <p className={classes.quiet}>
          {rule === "" ? t("next.noRule", { group: circle }) : t("next.byRule", { rule, group: circle })}
          {next.length > 0 && ` · ${t("next.turn", { turn, of })}`}
        </p>
        {next.length > 0 &&
          passed.map((one) => (
            <p key={`${one.rule} ${one.group}`} className={classes.quiet}>
              {t("next.passed", {
                group: one.group === "" ? t("everybody") : one.group,
                why: awayText(one.reason, t),
              })}
            </p>
          ))}
      </div>
      {seats.length > 0 && (
        <div className={classes.scroll}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("next.seller")}</th>
                <th scope="col">{t("next.given")}</th>
                <th scope="col">{t("next.state")}</th>
              </tr>
            </thead>
            <tbody>
              {seats.map(({ user_id, name, given, away }) => (
                <tr key={user_id}>
                  <td className={next.includes(user_id) ? table.strong : undefined}>{name}</td>
                  <td>{away === "" ? formatCount(given) : "–"}</td>
                  <td className={away === "" ? undefined : table.quiet}>{awayText(away, t)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

type Reason = TurnPreview["reason"];
type Words = ReturnType<typeof useTranslation<"turns">>["t"];

/** Why somebody takes no turn; that they do when there is no reason. */
function awayText(reason: Reason, t: Words): string {
  return reason === "" ? t("takesTurns") : t(`away.${reason}`);
}
