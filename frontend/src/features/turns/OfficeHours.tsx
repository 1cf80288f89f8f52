import { Button, Switch } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { OfficeTurns } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { isElsewhere } from "@/shared/ui/fault-sentence";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Turns.module.css";
import { useTurnChange } from "./turn-queries";
import { WeekEditor } from "./WeekEditor";
import { days, draftOf, hoursOf, type Week } from "./week-draft";

/** The pause of all turns, and what becomes of the tray as the office opens. */
export function OfficeSwitches({ office }: { office: OfficeTurns }) {
  const { t } = useTranslation("turns");
  const change = useTurnChange();
  const set = (body: { turns_paused?: boolean; shares_at_opening?: boolean }, message: string) =>
    change.mutate({ send: () => answer(api.PATCH("/api/turns", { body })), message }, { onError: showError });
  const { turns_paused, shares_at_opening, is_open } = office;
  return (
    <Section title={t("title")} hint={t(is_open ? "hintOpen" : "hintClosed")}>
      <div className={classes.stack}>
        <Switch
          label={t("office.pause")}
          description={t("office.pauseHint")}
          checked={turns_paused}
          onChange={({ currentTarget }) =>
            set(
              { turns_paused: currentTarget.checked },
              t(currentTarget.checked ? "office.paused" : "office.resumed"),
            )
          }
        />
        <Switch
          label={t("office.opening")}
          description={t("office.openingHint")}
          checked={shares_at_opening}
          onChange={({ currentTarget }) =>
            set(
              { shares_at_opening: currentTarget.checked },
              t(currentTarget.checked ? "office.openingOn" : "office.openingOff"),
            )
          }
        />
      </div>
    </Section>
  );
}

/** When the office works. */
export function OfficeHours({ office }: { office: OfficeTurns }) {
  const { t } = useTranslation("turns");
  const change = useTurnChange();
  const [typed, setTyped] = useState<Week | null | undefined>(undefined);
  const [known] = useState(() => draftOf(office.hours));
  const week = typed === undefined ? known : typed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = week === null ? { no_hours: true } : { hours: hoursOf(week) };
    change.mutate(
      { send: () => answer(api.PATCH("/api/turns", { body })), message: t("hours.saved") },
      { onSuccess: () => setTyped(undefined) },
    );
  };
  return (
    <Section title={t("hours.title")} hint={t("hours.hint", { zone: office.timezone })}>
      <form className={classes.stack} onSubmit={submit} noValidate>
        <WeekEditor
          label={t("hours.title")}
          words={{ none: t("hours.always"), own: t("hours.some") }}
          value={week}
          onChange={setTyped}
          error={change.error}
        />
        {week === null && <p className={classes.quiet}>{t("hours.alwaysHint")}</p>}
        {isElsewhere(
          change.error,
          days.map((day) => `hours.${day}`),
        ) && <ErrorNotice error={change.error} />}
        <Button
          className={classes.start ?? ""}
          type="submit"
          variant="default"
          disabled={typed === undefined}
          loading={change.isPending}
        >
          {t("hours.save")}
        </Button>
      </form>
    </Section>
  );
}
