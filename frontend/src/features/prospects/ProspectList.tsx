import { Button } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { useAsked } from "@/shared/lib/ask";
import { isFocusLost, useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { RowDeeds } from "@/shared/prospect/RowDeeds";
import { TrayBanner } from "@/shared/tray/TrayBanner";
import { DataTable } from "@/shared/ui/data-table/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { keepToastsAbove } from "@/shared/ui/foot";
import { PageHeader } from "@/shared/ui/PageHeader";
import { BulkBar } from "./BulkBar";
import { NewProspectDialog } from "./NewProspectDialog";
import { ProspectFacets } from "./ProspectFacets";
import { ClearFilters, ProspectFilters, ProspectOrder } from "./ProspectFilters";
import classes from "./ProspectList.module.css";
import { prospectCountQuery, prospectListQuery } from "./prospect-list-queries";
import { isNarrowed, type ProspectSearch, parseProspectSearch, searchQuery } from "./prospect-search";
import { chosenColumns, useProspectColumns } from "./use-prospect-columns";
import { useSelection } from "./use-selection";
import { ViewBar } from "./ViewBar";

const rowKey = ({ id }: Card) => id;

/** Everyone the viewer may see, narrowed by what the address says. */
export function ProspectList() {
  const { t } = useTranslation("prospects");
  const { t: act } = useTranslation("act");
  const navigate = useNavigate();
  const search = useSearch({ from: "/prospectos" });
  const [adding, setAdding] = useState(false);
  const [activeId, setActiveId] = useState("");
  const all = useProspectColumns();
  const [ownColumns, setOwnColumns] = useLocalStorage<string[]>({
    key: "sitegroup.prospect-columns",
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const columns = useMemo(() => chosenColumns(all, ownColumns), [all, ownColumns]);
  const list = useInfiniteQuery(prospectListQuery(search));
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const shown = list.data?.pages[0]?.total;
  const counted = useQuery(prospectCountQuery(search, shown !== undefined && shown < 0)).data?.count;
  const total = shown !== undefined && shown < 0 ? (counted ?? shown) : shown;
  const { picked, onPick, onPickAll, clear, pickMatching } = useSelection(rows);

  // The bar below goes with the last one that was picked, and what had the focus in it: the list takes it.
  const box = useRef<HTMLDivElement>(null);
  const isPicking = picked.size > 0;
  const wasPicking = useRef(false);
  useEffect(() => {
    const grid = box.current?.querySelector<HTMLElement>('[role="grid"]');
    if (wasPicking.current && !isPicking && isFocusLost()) grid?.focus();
    wasPicking.current = isPicking;
  }, [isPicking]);

  const narrow = useCallback(
    (next: ProspectSearch) =>
      void navigate({ to: "/prospectos", search: parseProspectSearch(next), replace: true }),
    [navigate],
  );
  const open = (card: Card) => void navigate({ to: "/prospectos/$id", params: { id: card.id } });
  const onActive = useCallback(({ id }: Card) => setActiveId(id), []);
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  useShortcuts({ n: () => setAdding(true) });
  useAsked("new-prospect", () => setAdding(true));

  const note =
    total === undefined
      ? undefined
      : total < 0
        ? t("list.many")
        : t("list.total", { count: total, n: formatCount(total) });
  return (
    <>
      <PageHeader
        title={t("title")}
        note={<span role="status">{note}</span>}
        actions={
          <>
            <ClearFilters search={search} onChange={narrow} />
            <ProspectOrder search={search} onChange={narrow} />
            <ExportButton list="prospects" filter={searchQuery(search)} />
            <Button
              size="compact-md"
              leftSection={<IconPlus size={16} stroke={1.8} aria-hidden />}
              onClick={() => setAdding(true)}
              title={t("new.key")}
            >
              {t("new.open")}
            </Button>
          </>
        }
      />
      <TrayBanner />
      <ViewBar search={search} onChange={narrow} all={all} columns={ownColumns} onColumns={setOwnColumns} />
      <ProspectFilters search={search} onChange={narrow} />
      <ProspectFacets search={search} onChange={narrow} />
      <div className={classes.fault}>
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      </div>
      <RowDeeds cardNow={() => rows.find(({ id }) => id === activeId)} enabled={picked.size === 0} />
      <div ref={box} className={classes.list}>
        <DataTable
          label={t("list.label")}
          rows={rows}
          rowKey={rowKey}
          columns={columns}
          onOpen={open}
          onActiveChange={onActive}
          selection={{
            isPicked: ({ id }) => picked.has(id),
            onPick,
            onPickAll,
            label: ({ name }) => act("select.row", { name: name === "" ? t("nameless") : name }),
            labelAll: act("select.all"),
          }}
          hasMore={list.hasNextPage}
          onEnd={loadMore}
          total={total ?? -1}
          empty={
            list.data !== undefined && (
              <Nobody
                narrowed={isNarrowed(search)}
                onClear={() => narrow({})}
                onAdd={() => setAdding(true)}
              />
            )
          }
        />
      </div>
      {picked.size > 0 && (
        <div ref={keepToastsAbove}>
          <BulkBar
            picked={picked}
            search={search}
            total={total ?? -1}
            onMatching={pickMatching}
            onClear={clear}
          />
        </div>
      )}
      <NewProspectDialog opened={adding} onClose={() => setAdding(false)} />
    </>
  );
}

type NobodyProps = { narrowed: boolean; onClear: () => void; onAdd: () => void };

function Nobody({ narrowed, onClear, onAdd }: NobodyProps) {
  const { t } = useTranslation("prospects");
  return (
    <EmptyState
      icon={<IconUsers size={32} stroke={1.4} />}
      title={narrowed ? t("list.noneMatch") : t("list.none")}
      action={
        <Button variant="default" onClick={narrowed ? onClear : onAdd}>
          {narrowed ? t("filter.clear") : t("new.open")}
        </Button>
      }
    />
  );
}
