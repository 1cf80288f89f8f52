import { Button, Popover, Select, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { DayInput } from "@/shared/ui/DayInput";
import { type DashboardPeriod, type DashboardSearch, dashboardPeriods } from "./dashboard-search";

type PeriodChoiceProps = {
  search: DashboardSearch;
  /** The period on screen, where another one starts from. */
  shown: Days | undefined;
  onChange: (search: DashboardSearch) => void;
};

/** The days that the numbers are about: one of the usual stretches, or any other. */
export function PeriodChoice({ search, shown, onChange }: PeriodChoiceProps) {
  const { t } = useTranslation("dashboard");
  const [asking, setAsking] = useState(false);
  const { from: _, to: __, period: ___, ...rest } = search;
  return (
    <Popover opened={asking} onChange={setAsking} position="bottom-end" trapFocus withRoles={false}>
      <Popover.Target>
        <Select
          size="xs"
          w={160}
          aria-label={t("period.label")}
          allowDeselect={false}
          value={search.from === undefined ? (search.period ?? "30d") : "own"}
          onOptionSubmit={(value) => {
            if (value === "own") setAsking(true);
            else onChange({ ...rest, period: value as DashboardPeriod });
          }}
          data={[...dashboardPeriods, "own" as const].map((value) => ({
            value,
            label: t(`period.${value}`),
          }))}
        />
      </Popover.Target>
      <Popover.Dropdown>
        <OwnPeriod
          shown={shown}
          onChoose={(days) => {
            onChange({ ...rest, ...days });
            setAsking(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

type Days = { from: string; to: string };

function OwnPeriod({ shown, onChoose }: { shown: Days | undefined; onChoose: (days: Days) => void }) {
  const { t } = useTranslation("dashboard");
  const [from, setFrom] = useState(shown?.from ?? "");
  const [to, setTo] = useState(shown?.to ?? "");
  const choose = (event: FormEvent) => {
    event.preventDefault();
    // The earlier one is the first, whichever was chosen as such.
    onChoose(from <= to ? { from, to } : { from: to, to: from });
  };
  return (
    <form onSubmit={choose}>
      <Stack gap="sm">
        <DayInput
          required
          popoverProps={{ withinPortal: false }} // the form's own popover closes on a click outside it
          label={t("period.from")}
          value={from}
          onChange={setFrom}
        />
        <DayInput
          required
          popoverProps={{ withinPortal: false }} // the form's own popover closes on a click outside it
          label={t("period.to")}
          {...(from === "" ? {} : { minDate: from })}
          value={to}
          onChange={setTo}
        />
        <Button type="submit">{t("period.apply")}</Button>
      </Stack>
    </form>
  );
}
