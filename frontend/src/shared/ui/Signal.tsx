import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Signal.module.css";

const marks = {
  ok: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  unknown: IconHelpCircle,
} as const;

/** How something stands. */
export type SignalLevel = keyof typeof marks;

/** A mark in its colour for how something stands; the word is spoken and shown on hover. */
export function Signal({ level }: { level: SignalLevel }) {
  const { t } = useTranslation();
  const Mark = marks[level];
  const word = t(`signal.${level}`);
  return (
    <span className={classes.signal} data-level={level} role="img" aria-label={word} title={word}>
      <Mark size={18} stroke={1.8} aria-hidden />
    </span>
  );
}
