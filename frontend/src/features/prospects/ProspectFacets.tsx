import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { originsQuery } from "@/shared/api/origins";
import { useVocabulary } from "@/shared/api/vocabulary";
import { dayNamed } from "@/shared/lib/dates";
import classes from "./ProspectFilters.module.css";
import type { ProspectSearch } from "./prospect-search";

type ProspectFacetsProps = { search: ProspectSearch; onChange: (search: ProspectSearch) => void };

type Facet = { names: (keyof ProspectSearch)[]; word: string };

/** What narrows the list without a control of its own, mostly since a number of the dashboard led here. */
export function ProspectFacets({ search, onChange }: ProspectFacetsProps) {
  const { t } = useTranslation("prospects");
  const facets = useFacets(search);
  if (facets.length === 0) return null;
  const without = (names: (keyof ProspectSearch)[]) => {
    const rest = { ...search };
    for (const name of names) delete rest[name];
    onChange(rest);
  };
  return (
    <ul className={classes.facets} aria-label={t("facet.label")}>
      {facets.map(({ names, word }) => (
        <li key={word}>
          <button
            type="button"
            className={classes.facet}
            aria-label={t("facet.remove", { what: word })}
            onClick={() => without(names)}
          >
            {word}
            <IconX size={12} stroke={1.8} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

function useFacets(search: ProspectSearch): Facet[] {
  const { t, i18n } = useTranslation("prospects");
  const vocabulary = useVocabulary();
  const named = search.form !== undefined || search.campaign !== undefined;
  const origins = useQuery({ ...originsQuery, enabled: named }).data;
  const day = (date: string) =>
    new Intl.DateTimeFormat(i18n.language, { day: "numeric", month: "short", year: "numeric" })
      .format(dayNamed(date))
      .replace(/[.,]/g, "");
  const range = (from: string | undefined, to: string | undefined): string => {
    if (from !== undefined && to !== undefined) {
      return from === to ? day(from) : t("facet.range", { from: day(from), to: day(to) });
    }
    return from !== undefined
      ? t("facet.since", { from: day(from) })
      : t("facet.until", { to: day(to ?? "") });
  };
  const nameIn = (list: readonly { id: string; name: string }[] | undefined, id: string): string =>
    id === "none" ? t("facet.none") : list?.find((one) => one.id === id)?.name || t("facet.unnamed");
  const facets: Facet[] = [];
  const dated = (
    word: "lead" | "attendedOn" | "ended",
    from: "lead_from" | "attended_from" | "ended_from",
    to: "lead_to" | "attended_to" | "ended_to",
  ) => {
    if (search[from] === undefined && search[to] === undefined) return;
    facets.push({ names: [from, to], word: t(`facet.${word}`, { range: range(search[from], search[to]) }) });
  };
  if (search.form !== undefined) {
    facets.push({ names: ["form"], word: t("facet.form", { name: nameIn(origins?.forms, search.form) }) });
  }
  if (search.campaign !== undefined) {
    const name = nameIn(origins?.campaigns, search.campaign);
    facets.push({ names: ["campaign"], word: t("facet.campaign", { name }) });
  }
  if (search.reason !== undefined) {
    facets.push({
      names: ["reason"],
      word: t("facet.reason", { name: nameIn(vocabulary?.reasons, search.reason) }),
    });
  }
  dated("lead", "lead_from", "lead_to");
  dated("attendedOn", "attended_from", "attended_to");
  dated("ended", "ended_from", "ended_to");
  if (search.age !== undefined) {
    facets.push({ names: ["age"], word: t("facet.age", { step: t(`facet.step.${search.age}`) }) });
  }
  if (search.answered !== undefined) {
    const step = t(`facet.step.${search.answered}`);
    facets.push({
      names: ["answered", "clock"],
      word: t(`facet.answered.${search.clock ?? "lead"}`, { step }),
    });
  }
  if (search.attended) facets.push({ names: ["attended"], word: t("facet.attended") });
  return facets;
}
