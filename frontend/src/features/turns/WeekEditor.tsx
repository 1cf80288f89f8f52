import { ActionIcon, Button, SegmentedControl, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { fieldError } from "@/shared/ui/fault-sentence";
import classes from "./Turns.module.css";
import { type Day, days, likeMonday, type Stretch, stretch, usualWeek, type Week } from "./week-draft";

type WeekEditorProps = {
  label: string;
  /** What it is called when there are no hours, and when there are. */
  words: { none: string; own: string };
  value: Week | null;
  onChange: (value: Week | null) => void;
  error: unknown;
};

/** Working hours by weekday, or none. */
export function WeekEditor({ label, words, value, onChange, error }: WeekEditorProps) {
  const { t } = useTranslation("turns");
  return (
    <div className={classes.stack}>
      <SegmentedControl
        className={classes.choice ?? ""}
        aria-label={label}
        data={[
          { value: "none", label: words.none },
          { value: "own", label: words.own },
        ]}
        value={value === null ? "none" : "own"}
        onChange={(choice) => onChange(choice === "none" ? null : (value ?? usualWeek()))}
      />
      {value !== null && (
        <>
          <div>
            {days.map((day) => (
              <DayRow
                key={day}
                day={day}
                stretches={value[day]}
                onChange={(stretches) => onChange({ ...value, [day]: stretches })}
                fault={fieldError(error, `hours.${day}`)}
              />
            ))}
          </div>
          <Button
            className={classes.start ?? ""}
            size="xs"
            variant="default"
            onClick={() => onChange(likeMonday(value))}
          >
            {t("hours.copy")}
          </Button>
        </>
      )}
    </div>
  );
}

type DayRowProps = {
  day: Day;
  stretches: Stretch[];
  onChange: (stretches: Stretch[]) => void;
  fault: string | undefined;
};

function DayRow({ day, stretches, onChange, fault }: DayRowProps) {
  const { t } = useTranslation("turns");
  const name = t(`day.${day}`);
  const change = (key: number, part: Partial<Stretch>) =>
    onChange(stretches.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
    <div className={classes.day} role="group" aria-label={name}>
      <span className={classes.dayName}>{name}</span>
      <div className={classes.stretches}>
        {stretches.length === 0 && <span className={classes.quiet}>{t("hours.closed")}</span>}
        {stretches.map(({ key, from, to }) => (
          <span key={key} className={classes.stretch}>
            <TextInput
              size="xs"
              w={64}
              maxLength={5}
              placeholder="09:00"
              aria-label={t("hours.from", { day: name })}
              aria-invalid={fault !== undefined}
              value={from}
              onChange={({ currentTarget }) => change(key, { from: currentTarget.value })}
            />
            <span aria-hidden>–</span>
            <TextInput
              size="xs"
              w={64}
              maxLength={5}
              placeholder="18:00"
              aria-label={t("hours.to", { day: name })}
              aria-invalid={fault !== undefined}
              value={to}
              onChange={({ currentTarget }) => change(key, { to: currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("hours.remove", { day: name })}
              title={t("hours.remove", { day: name })}
              onClick={() => onChange(stretches.filter((one) => one.key !== key))}
            >
              <IconX size={14} stroke={1.6} aria-hidden />
            </ActionIcon>
          </span>
        ))}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("hours.add", { day: name })}
          title={t("hours.add", { day: name })}
          onClick={() => onChange([...stretches, stretch()])}
        >
          <IconPlus size={14} stroke={1.8} aria-hidden />
        </ActionIcon>
      </div>
      {fault !== undefined && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
