import { useTranslation } from "react-i18next";
import { DayInput } from "@/shared/ui/DayInput";
import { ChoiceMenu } from "./ChoiceMenu";
import type { ProspectSearch } from "./prospect-search";

/** Stretches of days that stay true tomorrow, as from and to. */
const stretches = { today: "-0d|", week: "-6d|", month: "-29d|", older: "|-31d" } as const;
type Stretch = keyof typeof stretches;

const between = "between";

type DateFilterProps = { search: ProspectSearch; onChange: (search: ProspectSearch) => void };

/** When the latest form came: a stretch of days, or between two dates. */
export function DateFilter({ search, onChange }: DateFilterProps) {
  const { t } = useTranslation("act");
  const { t: prospects } = useTranslation("prospects");
  const { lead_from = "", lead_to = "", ...rest } = search;
  const names = Object.keys(stretches) as Stretch[];
  const stretch = names.find((name) => stretches[name] === `${lead_from}|${lead_to}`);
  const value = stretch ?? (lead_from === "" && lead_to === "" ? "" : between);
  const set = (from: string, to: string) =>
    onChange({
      ...rest,
      ...(from === "" ? {} : { lead_from: from }),
      ...(to === "" ? {} : { lead_to: to }),
    });
  const choose = (chosen: string) => {
    if (chosen === "") return set("", "");
    if (chosen === between) {
      const today = localDay(new Date());
      return set(today, today);
    }
    const [from = "", to = ""] = stretches[chosen as Stretch].split("|");
    set(from, to);
  };
  const label = t("filter.date");
  const word = value === "" ? label : t(`filter.${value as Stretch | typeof between}`);
  return (
    <>
      <ChoiceMenu
        label={value === "" ? label : `${label}: ${word}`}
        active={value !== ""}
        value={value}
        choices={[
          { value: "", name: prospects("filter.any") },
          ...names.map((name) => ({ value: name, name: t(`filter.${name}`) })),
          { value: between, name: t("filter.between") },
        ]}
        onChoose={choose}
      >
        {word}
      </ChoiceMenu>
      {value === between && (
        <>
          <DayInput
            size="xs"
            w={130}
            aria-label={t("filter.from")}
            title={t("filter.from")}
            value={lead_from}
            {...(lead_to === "" ? {} : { maxDate: lead_to })}
            onChange={(day) => set(day, lead_to)}
          />
          <DayInput
            size="xs"
            w={130}
            aria-label={t("filter.to")}
            title={t("filter.to")}
            value={lead_to}
            {...(lead_from === "" ? {} : { minDate: lead_from })}
            onChange={(day) => set(lead_from, day)}
          />
        </>
      )}
    </>
  );
}

/** A day as the calendar on the wall has it. */
function localDay(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
