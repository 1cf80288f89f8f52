import { IconAlertTriangleFilled, IconCheck, IconClock, IconClockExclamation } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ageParts, ageSince, minutesSince, type ResponseStep, responseStep } from "@/shared/lib/dates";
import classes from "./Age.module.css";
import { useNow } from "./use-now";

const marks: Record<ResponseStep, typeof IconClock> = {
  prompt: IconCheck,
  soon: IconClock,
  late: IconClockExclamation,
  critical: IconAlertTriangleFilled,
};

type AgeProps = {
  /** Start of the clock: Meta's instant of the form (`lead_at`), RFC 3339. */
  since: string;
  /** When the first contact was made; the clock stops there and shows how long it took. */
  until?: string | null;
  /** Said after it: what other clocks show. */
  more?: string;
};

/** How long a person has waited, in the colour of the response clock, with a mark and a spoken word beside it. */
export function Age({ since, until = null, more = "" }: AgeProps) {
  const { t } = useTranslation();
  const now = useNow();
  const [start, end] = [new Date(since), new Date(until ?? now)];
  const step = responseStep(ageSince(start, end));
  const { value, unit } = ageParts(minutesSince(start, end));
  const text = t(`age.${unit}`, { value });
  const Mark = marks[step];
  const label = [t("age.label", { age: text, step: t(`age.${step}`) }), more].filter(Boolean).join(". ");
  return (
    <span className={classes.age} data-step={step} title={label}>
      <Mark size={12} stroke={2.25} aria-hidden />
      <span aria-hidden>{text}</span>
      <span className={classes.spoken}>{label}</span>
    </span>
  );
}
