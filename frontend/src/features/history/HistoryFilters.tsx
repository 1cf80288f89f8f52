import { Button, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { usersQuery } from "@/shared/api/users";
import {
  type HistoryChange,
  type HistoryFilter,
  type HistoryGroup,
  historyChanges,
  historyGroups,
} from "@/shared/history/history-queries";
import { DayInput } from "@/shared/ui/DayInput";
import classes from "./HistoryScreen.module.css";

type HistoryFiltersProps = { filter: HistoryFilter; onChange: (filter: HistoryFilter) => void };

/** Who, what, how and when, in one row. */
export function HistoryFilters({ filter, onChange }: HistoryFiltersProps) {
  const { t } = useTranslation("history");
  const { t: common } = useTranslation();
  const users = useQuery(usersQuery).data?.items ?? [];
  const set = (name: keyof HistoryFilter, value: string | null) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === null || value === "" ? rest : ({ ...rest, [name]: value } as HistoryFilter));
  };
  return (
    <search className={classes.filters} aria-label={t("filter.label")}>
      <Select
        size="xs"
        w={180}
        label={t("filter.who")}
        placeholder={t("filter.everyone")}
        clearable
        searchable
        data={[
          ...users.map(({ id, name }) => ({ value: id, label: name })),
          { value: "program", label: common("program") },
        ]}
        value={filter.user ?? null}
        onChange={(value) => set("user", value)}
      />
      <Select
        size="xs"
        w={170}
        label={t("filter.what")}
        placeholder={t("filter.anything")}
        clearable
        data={historyGroups.map((group) => ({ value: group, label: t(`what.${group}`) }))}
        value={filter.what ?? null}
        onChange={(value) => set("what", value as HistoryGroup | null)}
      />
      <Select
        size="xs"
        w={150}
        label={t("filter.change")}
        placeholder={t("filter.any")}
        clearable
        data={historyChanges.map((change) => ({ value: change, label: t(`change.${change}`) }))}
        value={filter.change ?? null}
        onChange={(value) => set("change", value as HistoryChange | null)}
      />
      {(["from", "to"] as const).map((name) => (
        <DayInput
          key={name}
          size="xs"
          w={140}
          label={t(`filter.${name}`)}
          value={filter[name] ?? ""}
          onChange={(day) => set(name, day)}
        />
      ))}
      {Object.keys(filter).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={() => onChange({})}
        >
          {t("clear")}
        </Button>
      )}
    </search>
  );
}
