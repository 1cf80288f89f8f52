import { IconCircleHalf2, IconFlame, IconSnowflake } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Temperature.module.css";

const marks = { cold: IconSnowflake, warm: IconCircleHalf2, hot: IconFlame } as const;

type TemperatureProps = {
  /** "cold", "warm", "hot"; anything else draws nothing. */
  value: string;
  /** Shows the word beside the drawing; without it the word is only spoken and on hover. */
  withWord?: boolean;
};

/** How soon a person means to buy: a drawn mark in its colour, never colour alone. */
export function Temperature({ value, withWord = false }: TemperatureProps) {
  const { t } = useTranslation();
  if (value !== "cold" && value !== "warm" && value !== "hot") return null;
  const Mark = marks[value];
  const word = t(`temperature.${value}`);
  const icon = <Mark size={16} stroke={1.9} aria-hidden />;
  if (withWord) {
    return (
      <span className={classes.temperature} data-value={value}>
        {icon}
        {word}
      </span>
    );
  }
  return (
    <span className={classes.temperature} data-value={value} role="img" aria-label={word} title={word}>
      {icon}
    </span>
  );
}
