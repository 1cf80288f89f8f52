import { Button, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { TurnSettings } from "@/shared/api/types";
import { DayInput } from "@/shared/ui/DayInput";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { fieldError, isElsewhere } from "@/shared/ui/fault-sentence";
import { IconButton } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Turns.module.css";
import { byId, useTurnChange } from "./turn-queries";
import { dayText } from "./turn-words";

/** Days on which the office is closed. */
export function Holidays({ holidays }: { holidays: TurnSettings["holidays"] }) {
  const { t } = useTranslation("turns");
  const change = useTurnChange();
  const thisYear = new Date().getFullYear();
  const addOfficial = (year: number) =>
    change.mutate(
      {
        send: () => answer(api.POST("/api/turns/holidays/official", { body: { year } })),
        message: ({ tx_id }) => t(tx_id === "" ? "holiday.officialKnown" : "holiday.officialAdded", { year }),
      },
      { onError: showError },
    );
  return (
    <Section
      title={t("holiday.title")}
      hint={t("holiday.hint")}
      actions={[thisYear, thisYear + 1].map((year) => (
        <Button key={year} variant="default" onClick={() => addOfficial(year)}>
          {t("holiday.official", { year })}
        </Button>
      ))}
    >
      {holidays.length === 0 && <p className={classes.quiet}>{t("holiday.none")}</p>}
      <ul className={classes.list}>
        {holidays.map(({ id, day, name }) => (
          <li key={id} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.strong}>{dayText(day)}</span>
              {name !== "" && <span className={classes.quiet}>{name}</span>}
            </span>
            <IconButton
              icon={IconTrash}
              label={t("holiday.remove", { day: dayText(day) })}
              onClick={() =>
                change.mutate(
                  {
                    send: () => answer(api.DELETE("/api/turns/holidays/{id}", byId(id))),
                    message: t("holiday.removed", { day: dayText(day) }),
                  },
                  { onError: showError },
                )
              }
            />
          </li>
        ))}
      </ul>
      <AddDay />
    </Section>
  );
}

function AddDay() {
  const { t } = useTranslation("turns");
  const add = useTurnChange();
  const [day, setDay] = useState("");
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (day === "") return;
    add.mutate(
      {
        send: () => answer(api.POST("/api/turns/holidays", { body: { day, name: name.trim() } })),
        message: t("holiday.added", { day: dayText(day) }),
      },
      {
        onSuccess: () => {
          setDay("");
          setName("");
        },
      },
    );
  };
  return (
    <form className={classes.add} onSubmit={submit} noValidate>
      <div className={classes.fields}>
        <DayInput
          className={classes.field ?? ""}
          label={t("holiday.day")}
          value={day}
          onChange={setDay}
          error={fieldError(add.error, "day")}
        />
        <TextInput
          className={classes.field ?? ""}
          label={t("holiday.name")}
          autoComplete="off"
          maxLength={200}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={fieldError(add.error, "name")}
        />
        <Button
          className={classes.beside ?? ""}
          type="submit"
          variant="default"
          disabled={day === ""}
          loading={add.isPending}
        >
          {t("holiday.add")}
        </Button>
      </div>
      {isElsewhere(add.error, ["day", "name"]) && <ErrorNotice error={add.error} />}
    </form>
  );
}
