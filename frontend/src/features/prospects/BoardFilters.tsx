import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { BoardForm } from "@/shared/api/types";
import { usersQuery } from "@/shared/api/users";
import { Temperature } from "@/shared/ui/Temperature";
import classes from "./Board.module.css";
import type { BoardSearch } from "./board-queries";
import { type Choice, ChoiceMenu } from "./ChoiceMenu";
import { SearchField } from "./SearchField";

type BoardFiltersProps = {
  search: BoardSearch;
  forms: readonly BoardForm[];
  onChange: (search: BoardSearch) => void;
};

/** What narrows the board. The list understands the same words in its address. */
export function BoardFilters({ search, forms, onChange }: BoardFiltersProps) {
  const { t } = useTranslation("prospects");
  const { t: board } = useTranslation("board");
  const { t: common } = useTranslation();
  const isAdmin = useIsAdmin();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const set = (name: keyof BoardSearch, value: string) => {
    const { [name]: _, ...rest } = search;
    onChange(value === "" ? rest : { ...rest, [name]: value });
  };
  const filter = (name: keyof BoardSearch, label: string, choices: Choice[], rest = label) => {
    const chosen = choices.find(({ value }) => value === search[name]);
    const any = rest === label ? t("filter.any") : rest;
    return (
      <ChoiceMenu
        label={chosen !== undefined || rest !== label ? `${label}: ${chosen?.name ?? rest}` : label}
        active={chosen !== undefined}
        value={search[name] ?? ""}
        choices={[{ value: "", name: any }, ...choices]}
        onChoose={(value) => set(name, value)}
      >
        {chosen?.name ?? rest}
      </ChoiceMenu>
    );
  };
  return (
    <search className={classes.filters} aria-label={board("filter.label")}>
      <SearchField
        label={board("filter.search")}
        value={search.q ?? ""}
        pause={120}
        onSearch={(q) => set("q", q)}
      />
      {isAdmin &&
        filter("seller", t("column.seller"), [
          ...users
            .filter(({ role, active }) => role === "seller" && active)
            .map(({ id, name }) => ({ value: id, name })),
          { value: "none", name: t("seller.none") },
        ])}
      {filter(
        "temperature",
        t("column.temperature"),
        (["hot", "warm", "cold"] as const).map((value) => ({
          value,
          name: common(`temperature.${value}`),
          mark: <Temperature value={value} />,
        })),
      )}
      {forms.length > 0 &&
        filter(
          "form",
          t("column.form"),
          forms.map(({ id, name }) => ({ value: id, name })),
        )}
      {filter(
        "open",
        t("filter.open"),
        [
          { value: "false", name: t("filter.ended") },
          { value: "all", name: t("filter.everyone") },
        ],
        t("filter.active"),
      )}
    </search>
  );
}
