import { Button, SegmentedControl, Select, VisuallyHidden } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconDownload, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { usersQuery } from "@/shared/api/users";
import { ExportButton } from "@/shared/export/ExportButton";
import { useAsked } from "@/shared/lib/ask";
import { type Language, parseDay, toDay } from "@/shared/lib/dates";
import { useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { ActivityDialog, type DialogStart } from "@/shared/prospect/ActivityDialog";
import { mostCounted } from "@/shared/ui/count";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Kbd } from "@/shared/ui/Kbd";
import { PageHeader } from "@/shared/ui/PageHeader";
import { showError } from "@/shared/ui/undo-toast";
import { useNow } from "@/shared/ui/use-now";
import classes from "./Agenda.module.css";
import { addDays, daysOf } from "./agenda-days";
import { agendaQuery, exportAgenda, exportFilter, noNextQuery, overdueQuery } from "./agenda-queries";
import { type AgendaSearch, viewOf } from "./agenda-search";
import { DayGrid } from "./DayGrid";
import { OverdueLane } from "./OverdueLane";
import { useMoving } from "./use-moving";

/** What is planned, by day: appointments and tasks, what has only a date, and what is overdue. */
export function Agenda() {
  const { t } = useTranslation("agenda");
  const search = useSearch({ from: "/agenda" });
  const navigate = useNavigate({ from: "/agenda" });
  const today = toDay(new Date(useNow()));
  const day = search.dia ?? today;
  const view = viewOf(search);
  const days = daysOf(view, day);
  const isAdmin = useIsAdmin();
  const seller = isAdmin ? search.vendedor : undefined;
  const range = useQuery(agendaQuery(days, seller));
  const overdue = useQuery(overdueQuery(seller));
  const [start, setStart] = useState<DialogStart | null>(null);
  const box = useRef<HTMLElement>(null);
  const moving = useMoving(days, today, box);
  const hint = useId();
  const go = (change: Partial<AgendaSearch>) =>
    void navigate({
      search: (known: AgendaSearch) => {
        const next = { ...known, ...change };
        if (next.dia === today) delete next.dia;
        return next;
      },
      replace: true,
    });
  const look = (vendedor?: string) =>
    void navigate({
      search: ({ vendedor: _, ...known }: AgendaSearch) => ({
        ...known,
        ...(vendedor === undefined ? {} : { vendedor }),
      }),
      replace: true,
    });
  const stride = view === "day" ? 1 : 7;
  const back = () => go({ dia: addDays(day, -stride) });
  const forward = () => go({ dia: addDays(day, stride) });
  const home = () => go({ dia: today });
  const show = (next: "day" | "week", on = day) =>
    void navigate({
      search: ({ vista: _, ...known }: AgendaSearch) => ({
        ...known,
        ...(next === "day" ? { vista: "dia" as const } : {}),
        ...(on === today ? {} : { dia: on }),
      }),
    });
  const isPast = day < today;
  const create = (on = isPast ? today : day, minute: number | null = null) => setStart({ day: on, minute });
  useAsked("new-activity", () => create());
  useShortcuts({
    n: () => create(),
    h: home,
    d: () => show("day"),
    s: () => show("week"),
    "[": back,
    "]": forward,
  });
  const items = range.data?.items ?? [];
  const total = range.data?.total ?? 0;

  return (
    <div className={classes.screen}>
      <PageHeader
        title={t("title")}
        note={<span aria-live="polite">{useDaysTitle(days)}</span>}
        actions={
          <>
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconDownload size={16} stroke={1.6} aria-hidden />}
              title={t("exportHint")}
              onClick={() => exportAgenda(days, seller).catch(showError)}
            >
              {t("export")}
            </Button>
            <ExportButton list="activities" filter={exportFilter(days, seller)} />
            <Button
              size="compact-md"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => create()}
            >
              {t("new")}
            </Button>
          </>
        }
      />
      <div className={classes.bar}>
        <Button.Group>
          <Button
            variant="default"
            size="compact-md"
            aria-label={t(view === "day" ? "previousDay" : "previousWeek")}
            onClick={back}
          >
            <IconChevronLeft size={16} aria-hidden />
          </Button>
          <Button variant="default" size="compact-md" onClick={home}>
            {t("today")}
          </Button>
          <Button
            variant="default"
            size="compact-md"
            aria-label={t(view === "day" ? "nextDay" : "nextWeek")}
            onClick={forward}
          >
            <IconChevronRight size={16} aria-hidden />
          </Button>
        </Button.Group>
        <SegmentedControl
          size="xs"
          aria-label={t("view")}
          value={view}
          onChange={(next) => show(next === "day" ? "day" : "week")}
          data={[
            { value: "day", label: t("day") },
            { value: "week", label: t("week") },
          ]}
        />
        {isAdmin && <Whose seller={seller} onChange={look} />}
        <NoNext seller={seller} />
      </div>
      <ErrorNotice error={range.error ?? overdue.error} onRetry={() => void range.refetch()} />
      {total > items.length && (
        <p className={classes.more} role="status">
          {t("more", { shown: formatCount(items.length), total: formatCount(total) })}
        </p>
      )}
      <VisuallyHidden id={hint}>{t("keys")}</VisuallyHidden>
      <OverdueLane agenda={overdue.data} lift={moving.lift} held={moving.hold?.item} hint={hint} />
      {range.data !== undefined && range.data.total === 0 && overdue.data?.total === 0 && (
        <div className={classes.empty}>
          <p role="status">{t(view === "day" ? "emptyDay" : "emptyWeek")}</p>
          <Button
            size="compact-sm"
            variant="default"
            rightSection={<Kbd keys={["N"]} />}
            onClick={() => create()}
          >
            {t("plan")}
          </Button>
        </div>
      )}
      <DayGrid
        key={view}
        days={days}
        today={today}
        items={items}
        box={box}
        moving={moving}
        hint={hint}
        onCreate={create}
        onDay={(on) => show("day", on)}
      />
      <ActivityDialog start={start} onClose={() => setStart(null)} />
    </div>
  );
}

/** "lun 23 – dom 29 nov 2026", or the one day in full. */
function useDaysTitle(days: readonly string[]): string {
  const { i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const [first, last] = [days[0] ?? "", days.at(-1) ?? ""];
  if (first === last) {
    return new Intl.DateTimeFormat(language, {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
    }).format(parseDay(first));
  }
  const form = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
  return form.formatRange(parseDay(first), parseDay(last));
}

/** Whose agenda an administrator looks at. */
function Whose({ seller, onChange }: { seller: string | undefined; onChange: (seller?: string) => void }) {
  const { t } = useTranslation("agenda");
  const users = useQuery(usersQuery).data?.items ?? [];
  return (
    <Select
      size="xs"
      aria-label={t("whose")}
      data={[
        { value: "", label: t("everybody") },
        { value: "none", label: t("nobody") },
        ...users
          .filter(({ role, active, id }) => role === "seller" && (active || id === seller))
          .map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={seller ?? ""}
      onChange={(value) => onChange(value === "" || value === null ? undefined : value)}
      allowDeselect={false}
    />
  );
}

/** Active prospects that nobody planned anything with: the other half of what is to be done. */
function NoNext({ seller }: { seller: string | undefined }) {
  const { t } = useTranslation("agenda");
  const total = useQuery(noNextQuery(seller)).data?.total ?? 0;
  if (total === 0) return null;
  const isMore = total < 0;
  return (
    <Link
      to="/prospectos"
      search={{ no_next: true, ...(seller === undefined ? {} : { seller }) }}
      className={classes.noNext}
    >
      {t("noNext", {
        count: isMore ? mostCounted.rows : total,
        n: isMore ? t("many") : formatCount(total),
      })}
    </Link>
  );
}
