import { Button, Popover } from "@mantine/core";
import { DatePicker, TimePicker } from "@mantine/dates";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Language, parseDay, relativeDate, toDay } from "@/shared/lib/dates";
import { useShortcuts } from "@/shared/lib/keyboard";
import { useNow } from "@/shared/ui/use-now";
import classes from "./Choices.module.css";
import { Digit } from "./Digit";
import { atInstant, type When, whenPresets } from "./when-presets";

type WhenPickerProps = {
  onPick: (when: When) => void;
  /** Digits choose while this is true; they stand out then. */
  active?: boolean;
  /** What is being chosen, for screen readers. */
  label: string;
  /** It stands in something that closes when one clicks beside it. */
  nested?: boolean;
};

/** When: the moments people choose all day, or any day and hour. */
export function WhenPicker({ onPick, active = false, label, nested = false }: WhenPickerProps) {
  const { t, i18n } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const now = new Date(useNow());
  const presets = whenPresets(now);
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const words = { today: common("day.today"), tomorrow: common("day.tomorrow"), yesterday: "" };

  const keys = presets.map(({ at }, index) => [String(index + 1), () => onPick(atInstant(at))] as const);
  const last = String(presets.length + 1);
  useShortcuts(Object.fromEntries([...keys, [last, () => setChoosing(true)]]), active);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and space itself
    <div className={classes.choices} data-active={active} role="group" aria-label={label}>
      {presets.map(({ name, at }, index) => (
        <button
          key={name}
          type="button"
          className={classes.choice}
          title={relativeDate(at, now, words, language, true)}
          onClick={() => onPick(atInstant(at))}
        >
          <Digit n={index + 1} />
          {t(`when.${name}`)}
        </button>
      ))}
      <Popover
        opened={choosing}
        onChange={setChoosing}
        trapFocus
        withRoles
        withinPortal={!nested}
        shadow="md"
        position="bottom-end"
      >
        <Popover.Target>
          <button type="button" className={classes.choice} onClick={() => setChoosing(!choosing)}>
            <Digit n={presets.length + 1} />
            {t("when.choose")}
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("when.choose")}>
          <ExactWhen
            now={now}
            onPick={(when) => {
              setChoosing(false);
              onPick(when);
            }}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

/** Any day, and an hour if there is one. */
function ExactWhen({ now, onPick }: { now: Date; onPick: (when: When) => void }) {
  const { t } = useTranslation("prospects");
  const [day, setDay] = useState<string>(toDay(now));
  const [time, setTime] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [hour, minute] = time.split(":").map(Number);
    if (time === "" || hour === undefined || minute === undefined) return onPick({ due_on: day });
    const at = parseDay(day);
    at.setHours(hour, minute);
    onPick(atInstant(at));
  };
  return (
    <form className={classes.exact} onSubmit={submit}>
      <DatePicker
        value={day}
        onChange={(value) => setDay(value ?? toDay(now))}
        minDate={toDay(now)}
        size="sm"
        weekendDays={[]}
      />
      <TimePicker
        label={t("when.time")}
        description={t("when.timeHint")}
        hoursInputLabel={t("when.hours")}
        minutesInputLabel={t("when.minutes")}
        value={time}
        onChange={setTime}
      />
      <Button type="submit">{t("when.set")}</Button>
    </form>
  );
}
