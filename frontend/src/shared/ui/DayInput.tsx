import { DateInput, type DateInputProps } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import { readDay } from "@/shared/lib/read-day";

type DayInputProps = Omit<DateInputProps, "value" | "onChange" | "dateParser"> & {
  /** `YYYY-MM-DD`, or empty. */
  value: string;
  onChange: (day: string) => void;
};

/**
 * A day that is typed day first, as Mexico writes it, or chosen from a calendar. A browser's own field would ask the system in
 * which order a date is typed, and not the program.
 */
export function DayInput({ value, onChange, ...rest }: DayInputProps) {
  const { t } = useTranslation();
  return (
    <DateInput
      valueFormat="DD/MM/YYYY"
      placeholder={t("dayFormat")}
      weekendDays={[]}
      clearable
      clearButtonProps={{ "aria-label": t("dayClear"), tabIndex: -1 }}
      value={value === "" ? null : value}
      onChange={(day) => onChange(day ?? "")}
      dateParser={readDay}
      {...rest}
    />
  );
}
