import { Button, Menu } from "@mantine/core";
import { IconBookmark, IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin, useMe } from "@/shared/api/me";
import type { Card, View } from "@/shared/api/types";
import { toDay } from "@/shared/lib/dates";
import type { Column } from "@/shared/ui/data-table/columns";
import { EditDialog } from "@/shared/ui/EditDialog";
import { ColumnChoice } from "./ColumnChoice";
import { isNarrowed, type ProspectSearch } from "./prospect-search";
import classes from "./ViewBar.module.css";
import { ViewForm, type ViewWords } from "./ViewForm";
import { ViewMenu } from "./ViewMenu";
import { endsOn, isView, searchOf, useViewChange, viewOf, viewsQuery, withMovingDays } from "./view-queries";

type ViewBarProps = {
  search: ProspectSearch;
  onChange: (search: ProspectSearch) => void;
  all: readonly Column<Card>[];
  /** The columns chosen, in their order; empty for the usual ones. */
  columns: readonly string[];
  onColumns: (columns: string[]) => void;
};

/** The views that somebody keeps: pinned ones side by side, the others in a menu; and the columns. */
export function ViewBar({ search, onChange, all, columns, onColumns }: ViewBarProps) {
  const { t } = useTranslation("act");
  const me = useMe().user;
  const isAdmin = useIsAdmin();
  const views = useQuery(viewsQuery).data?.items ?? [];
  const write = useViewChange();
  const [form, setForm] = useState<View | "new" | null>(null);
  const [openedId, setOpenedId] = useState("");
  const active = views.find(({ query }) => isView(search, query));
  const activeId = active?.id ?? "";
  useEffect(() => {
    if (activeId !== "") setOpenedId(activeId);
  }, [activeId]);
  // The view that was opened stays at hand while its filters are changed, so that it can be brought up to date.
  const open = active ?? (isNarrowed(search) ? views.find(({ id }) => id === openedId) : undefined);
  const mine = open !== undefined && (open.shared ? isAdmin : open.user_id === me.id);
  const changed =
    open !== undefined && (open !== active || JSON.stringify(open.columns) !== JSON.stringify(columns));
  const others = views.filter(({ pinned }) => !pinned);

  const show = (view: View) => {
    onColumns(view.columns);
    onChange(searchOf(view.query));
  };
  const save = ({ name, pinned, shared, moving }: ViewWords) => {
    setForm(null);
    if (form !== null && form !== "new") {
      const words = { name, pinned, ...(isAdmin ? { shared } : {}) };
      return void write.update(form, words, t("views.updated"));
    }
    const kept = moving ? withMovingDays(search, toDay(new Date())) : search;
    if (moving) onChange(kept);
    void write.create({ name, pinned, shared, query: viewOf(kept), columns: [...columns] }, t("views.saved"));
  };
  return (
    <nav className={classes.bar} aria-label={t("views.label")}>
      <button
        type="button"
        className={classes.view}
        aria-pressed={!isNarrowed(search)}
        onClick={() => {
          setOpenedId("");
          onChange({});
        }}
      >
        {t("views.all")}
      </button>
      {views
        .filter(({ pinned }) => pinned)
        .map((view) => (
          <button
            key={view.id}
            type="button"
            className={classes.view}
            aria-pressed={view === active}
            title={view.shared ? t("views.ofOffice") : undefined}
            onClick={() => show(view)}
          >
            {view.name}
          </button>
        ))}
      {others.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              rightSection={<IconChevronDown size={14} stroke={1.6} aria-hidden />}
            >
              {open !== undefined && !open.pinned ? open.name : t("views.more")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((view) => (
              <Menu.Item key={view.id} onClick={() => show(view)}>
                {view.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {open !== undefined && mine && (
        <ViewMenu
          view={open}
          changed={changed}
          shown={{ query: viewOf(search), columns: [...columns] }}
          onEdit={() => setForm(open)}
        />
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconBookmark size={14} stroke={1.6} aria-hidden />}
        onClick={() => setForm("new")}
      >
        {t("views.save")}
      </Button>
      <ColumnChoice all={all} columns={columns} onColumns={onColumns} />
      <EditDialog
        edited={form}
        titles={{ new: t("views.saveTitle"), edit: t("views.edit") }}
        onClose={() => setForm(null)}
        size="sm"
      >
        {(view) => (
          <ViewForm
            view={view}
            endsToday={endsOn(search, toDay(new Date()))}
            onClose={() => setForm(null)}
            onSave={save}
          />
        )}
      </EditDialog>
    </nav>
  );
}
