import { Button, Select } from "@mantine/core";
import { IconAlertTriangle, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { SellerTurns, TurnSettings, Uncovered } from "@/shared/api/types";
import { toDay } from "@/shared/lib/dates";
import { DayInput } from "@/shared/ui/DayInput";
import { EditDialog } from "@/shared/ui/EditDialog";
import { EditForm } from "@/shared/ui/EditForm";
import { fieldError } from "@/shared/ui/fault-sentence";
import { EditAndRemove } from "@/shared/ui/RowActions";
import { Section } from "@/shared/ui/Section";
import { showError } from "@/shared/ui/undo-toast";
import classes from "./Turns.module.css";
import { byId, useTurnChange } from "./turn-queries";
import { daysText, listText, uncoveredKey } from "./turn-words";

type Absence = TurnSettings["absences"][number];
type Saved = { id: string; tx_id: string; uncovered: Uncovered[] };
type AbsencesProps = {
  absences: readonly Absence[];
  sellers: readonly SellerTurns[];
  uncovered: readonly Uncovered[];
};

/** Who is away when, and the days on which nobody is left. */
export function Absences({ absences, sellers, uncovered }: AbsencesProps) {
  const { t } = useTranslation("turns");
  const [edited, setEdited] = useState<Absence | "new" | null>(null);
  const remove = useTurnChange();
  // Days of somebody who has left the office since are of no use to anybody.
  const known = absences.flatMap((absence) => {
    const seller = sellers.find(({ user_id }) => user_id === absence.user_id);
    return seller === undefined ? [] : [{ absence, name: seller.name }];
  });
  return (
    <Section
      title={t("absence.title")}
      hint={t("absence.hint")}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={sellers.length === 0}
          onClick={() => setEdited("new")}
        >
          {t("absence.new")}
        </Button>
      }
    >
      {uncovered.length > 0 && (
        <div className={classes.warning}>
          <IconAlertTriangle size={16} stroke={1.6} aria-hidden />
          <div>
            <p className={classes.warningTitle}>{t("absence.uncovered")}</p>
            <ul className={classes.plain}>
              {uncovered.map((one) => (
                <li key={uncoveredKey(one)}>
                  {daysText(one)} · {one.group || t("everybody")}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {known.length === 0 && <p className={classes.quiet}>{t("absence.none")}</p>}
      <ul className={classes.list}>
        {known.map(({ absence, name }) => (
          <li key={absence.id} className={classes.row}>
            <span className={classes.words}>
              <span className={classes.strong}>{name}</span>
              <span className={classes.quiet}>{daysText(absence)}</span>
            </span>
            <EditAndRemove
              edit={t("absence.editOf", { name, days: daysText(absence) })}
              remove={t("absence.removeOf", { name, days: daysText(absence) })}
              onEdit={() => setEdited(absence)}
              onRemove={() =>
                remove.mutate(
                  {
                    send: () => answer(api.DELETE("/api/turns/absences/{id}", byId(absence.id))),
                    message: t("absence.removed", { name }),
                  },
                  { onError: showError },
                )
              }
            />
          </li>
        ))}
      </ul>
      <EditDialog
        edited={edited}
        titles={{ new: t("absence.new"), edit: t("absence.edit") }}
        onClose={() => setEdited(null)}
        size="sm"
      >
        {(absence) => <Editor absence={absence} sellers={sellers} onClose={() => setEdited(null)} />}
      </EditDialog>
    </Section>
  );
}

type EditorProps = { absence: Absence | null; sellers: readonly SellerTurns[]; onClose: () => void };

function Editor({ absence, sellers, onClose }: EditorProps) {
  const { t } = useTranslation("turns");
  const save = useTurnChange<Saved>();
  const today = toDay(new Date());
  const [user, setUser] = useState(absence?.user_id ?? sellers[0]?.user_id ?? "");
  const [from, setFrom] = useState(absence?.from ?? today);
  const [until, setUntil] = useState(absence?.until ?? today);
  const name = sellers.find(({ user_id }) => user_id === user)?.name ?? "";
  const said = ({ uncovered }: Saved) =>
    uncovered.length === 0
      ? t("absence.saved", { name })
      : t("absence.savedUncovered", { name, days: listText(uncovered.map(daysText)) });
  const submit = () => {
    const body = { user_id: user, from, until };
    save.mutate(
      {
        send: () =>
          absence === null
            ? answer(api.POST("/api/turns/absences", { body }))
            : answer(api.PUT("/api/turns/absences/{id}", { ...byId(absence.id), body })),
        message: said,
      },
      { onSuccess: onClose },
    );
  };
  return (
    <EditForm
      onSubmit={submit}
      onCancel={onClose}
      save={t("save")}
      saving={save.isPending}
      error={save.error}
      fields={["user_id", "from", "until"]}
    >
      <Select
        data-autofocus
        label={t("absence.who")}
        data={sellers.map(({ user_id, name: label }) => ({ value: user_id, label }))}
        value={user}
        onChange={(id) => setUser(id ?? user)}
        allowDeselect={false}
        error={fieldError(save.error, "user_id")}
      />
      <DayInput
        label={t("absence.from")}
        clearable={false}
        value={from}
        onChange={(day) => {
          setFrom(day);
          if (until < day) setUntil(day);
        }}
        error={fieldError(save.error, "from")}
      />
      <DayInput
        label={t("absence.until")}
        clearable={false}
        minDate={from}
        value={until}
        onChange={setUntil}
        error={fieldError(save.error, "until")}
      />
    </EditForm>
  );
}
