import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { BoardForm } from "@/shared/api/types";
import { Temperature } from "@/shared/ui/Temperature";
import classes from "./Board.module.css";
import type { BoardSearch } from "./board-queries";
import { type Choice, ChoiceMenu } from "./ChoiceMenu";
import { usersQuery } from "./prospect-list-queries";

/** How long after the last key the search is asked, in milliseconds. */
const pause = 120;

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
      <BoardSearchField value={search.q ?? ""} onSearch={(q) => set("q", q)} />
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

/** Searches as one types; the address follows a moment after the last key. */
function BoardSearchField({ value, onSearch }: { value: string; onSearch: (q: string) => void }) {
  const { t } = useTranslation("prospects");
  const { t: board } = useTranslation("board");
  const { t: common } = useTranslation();
  const [typed, setTyped] = useState(value);
  const asked = useRef(value);
  const latest = useRef(onSearch);
  latest.current = onSearch;
  useEffect(() => {
    const words = [...typed.trim()].length === 1 ? "" : typed.trim();
    if (words === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = words;
      latest.current(words);
    }, pause);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setTyped(value);
  }, [value]);
  return (
    <TextInput
      className={classes.search}
      size="xs"
      aria-label={board("filter.search")}
      placeholder={t("filter.searchHint")}
      leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
      rightSection={
        typed !== "" && (
          <CloseButton size="xs" aria-label={common("action.clear")} onClick={() => setTyped("")} />
        )
      }
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
