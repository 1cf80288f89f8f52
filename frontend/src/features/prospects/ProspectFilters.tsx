import { IconSortDescending, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { originsQuery } from "@/shared/api/origins";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useWord } from "@/shared/prospect/use-word";
import { useTags } from "@/shared/tags/tag-queries";
import { Temperature } from "@/shared/ui/Temperature";
import { type Choice, ChoiceMenu } from "./ChoiceMenu";
import { DateFilter } from "./DateFilter";
import classes from "./ProspectFilters.module.css";
import { isNarrowed, type ProspectSearch, type ProspectSort, prospectSorts } from "./prospect-search";
import { SearchField } from "./SearchField";

type ProspectFiltersProps = { search: ProspectSearch; onChange: (search: ProspectSearch) => void };

/** Everything that narrows the list, in one row. */
export function ProspectFilters({ search, onChange }: ProspectFiltersProps) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const { t: act } = useTranslation("act");
  const origins = useQuery(originsQuery).data;
  const tags = useTags();
  const word = useWord();
  const isAdmin = useIsAdmin();
  const vocabulary = useVocabulary();
  const users = useQuery({ ...usersQuery, enabled: isAdmin }).data?.items ?? [];
  const sellers = users.filter(({ role, active }) => role === "seller" && active);

  const set = (name: FilterName, value: string) => {
    const { [name]: _, ...rest } = search;
    onChange(value === "" ? rest : { ...rest, [name]: value });
  };
  const toggle = (name: "unattended" | "no_next" | "opposed") => {
    const { [name]: on, ...rest } = search;
    onChange(on ? rest : { ...rest, [name]: true });
  };
  const temperatures: Choice[] = (["hot", "warm", "cold"] as const).map((value) => ({
    value,
    name: common(`temperature.${value}`),
    mark: <Temperature value={value} />,
  }));
  const open: Choice[] = [
    { value: "false", name: t("filter.ended") },
    { value: "all", name: t("filter.everyone") },
  ];
  const filter = (name: FilterName, label: string, choices: Choice[]) => (
    <Filter
      label={label}
      any={t("filter.any")}
      choices={choices}
      value={search[name] ?? ""}
      onChoose={(value) => set(name, value)}
    />
  );
  return (
    <search className={classes.filters} aria-label={t("filter.label")}>
      <SearchField
        label={t("filter.search")}
        value={search.q ?? ""}
        pause={80}
        onSearch={(q) => set("q", q)}
      />
      {filter(
        "stage",
        t("column.stage"),
        (vocabulary?.stages ?? []).map(({ id, name }) => ({ value: id, name })),
      )}
      {filter(
        "status",
        t("column.status"),
        (vocabulary?.statuses ?? []).map((code) => ({ value: code, name: word("status", code) })),
      )}
      {filter("temperature", t("column.temperature"), temperatures)}
      {isAdmin &&
        filter("seller", t("column.seller"), [
          ...sellers.map(({ id, name }) => ({ value: id, name })),
          { value: "none", name: t("seller.none") },
        ])}
      {filter(
        "source",
        t("column.source"),
        (vocabulary?.sources ?? []).map((code) => ({ value: code, name: word("source", code) })),
      )}
      <Filter
        label={t("filter.open")}
        any={t("filter.active")}
        rest={t("filter.active")}
        choices={open}
        value={search.open ?? ""}
        onChoose={(value) => set("open", value)}
      />
      {filter("form", act("filter.form"), named(origins?.forms))}
      {filter("campaign", act("filter.campaign"), named(origins?.campaigns))}
      {filter(
        "reason",
        act("filter.reason"),
        (vocabulary?.reasons ?? []).map(({ id, name }) => ({ value: id, name })),
      )}
      {tags.length > 0 && filter("tag", act("filter.tag"), named(tags))}
      <DateFilter search={search} onChange={onChange} />
      <Toggle on={search.opposed === true} onClick={() => toggle("opposed")}>
        {act("filter.opposed")}
      </Toggle>
      <Toggle on={search.unattended === true} onClick={() => toggle("unattended")}>
        {t("filter.unattended")}
      </Toggle>
      <Toggle on={search.no_next === true} onClick={() => toggle("no_next")}>
        {t("filter.noNext")}
      </Toggle>
    </search>
  );
}

type FilterName =
  | "q"
  | "stage"
  | "status"
  | "temperature"
  | "seller"
  | "source"
  | "open"
  | "form"
  | "campaign"
  | "reason"
  | "tag";

/** Choices of what is known by an id and a name; a form that Meta never named is shown by its id. */
function named(list: readonly { id: string; name: string }[] = []): Choice[] {
  return list.map(({ id, name }) => ({ value: id, name: name === "" ? id : name }));
}

type FilterProps = {
  label: string;
  /** The choice that filters nothing. */
  any: string;
  /** What stands on the button while nothing is chosen; the label when left out. */
  rest?: string;
  choices: Choice[];
  value: string;
  onChoose: (value: string) => void;
};

function Filter({ label, any, rest = label, choices, value, onChoose }: FilterProps) {
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <ChoiceMenu
      label={chosen !== undefined || rest !== label ? `${label}: ${chosen?.name ?? rest}` : label}
      active={chosen !== undefined}
      value={value}
      choices={[{ value: "", name: any }, ...choices]}
      onChoose={onChoose}
    >
      {chosen?.name ?? rest}
    </ChoiceMenu>
  );
}

type ToggleProps = { on: boolean; onClick: () => void; children: string };

function Toggle({ on, onClick, children }: ToggleProps) {
  return (
    <button type="button" className={classes.toggle} aria-pressed={on} onClick={onClick}>
      {children}
    </button>
  );
}

/** Takes every filter away but leaves the order; nothing while there is none. */
export function ClearFilters({ search, onChange }: ProspectFiltersProps) {
  const { t } = useTranslation("prospects");
  if (!isNarrowed(search)) return null;
  const { sort } = search;
  return (
    <button
      type="button"
      className={classes.clear}
      onClick={() => onChange(sort === undefined ? {} : { sort })}
    >
      <IconX size={14} stroke={1.6} aria-hidden />
      {t("filter.clear")}
    </button>
  );
}

/** The order of the list. */
export function ProspectOrder({ search, onChange }: ProspectFiltersProps) {
  const { t } = useTranslation("prospects");
  const sort = search.sort ?? "recent";
  return (
    <ChoiceMenu
      label={`${t("sort.label")}: ${t(`sort.${sort}`)}`}
      value={sort}
      choices={prospectSorts.map((name) => ({ value: name, name: t(`sort.${name}`) }))}
      onChoose={(value) => onChange({ ...search, sort: value as ProspectSort })}
    >
      <IconSortDescending size={16} stroke={1.6} aria-hidden />
      {t(`sort.${sort}`)}
    </ChoiceMenu>
  );
}
