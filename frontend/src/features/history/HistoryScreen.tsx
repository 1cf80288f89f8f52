import { Button } from "@mantine/core";
import { IconHistory, IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { HistoryLine } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { ChangeText } from "@/shared/history/ChangeText";
import { type HistoryFilter, historyPages, historyQuery } from "@/shared/history/history-queries";
import { useHistoryWords } from "@/shared/history/use-history-words";
import type { Column } from "@/shared/ui/data-table/columns";
import { DataTable } from "@/shared/ui/data-table/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { HistoryFilters } from "./HistoryFilters";
import classes from "./HistoryScreen.module.css";
import { parseHistorySearch } from "./history-search";

const rowKey = ({ id }: HistoryLine) => id;

/** Everything that changed in the office, with what the audit trail notes. Each line opens its prospect. */
export function HistoryScreen() {
  const { t } = useTranslation("history");
  const navigate = useNavigate();
  const filter = useSearch({ from: "/historial" });
  const list = useInfiniteQuery(historyPages(filter));
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns = useHistoryColumns();
  const narrow = useCallback(
    (next: HistoryFilter) =>
      void navigate({ to: "/historial", search: parseHistorySearch(next), replace: true }),
    [navigate],
  );
  const { fetchNextPage, isFetchingNextPage, hasNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  // A page may be empty and have another after it: the search goes on until there is something to show.
  const searching = list.data !== undefined && rows.length < 30 && hasNextPage;
  useEffect(() => {
    if (searching && !isFetchingNextPage) void fetchNextPage();
  }, [searching, isFetchingNextPage, fetchNextPage]);
  const open = ({ prospect_id: id }: HistoryLine) => {
    if (id !== "") void navigate({ to: "/prospectos/$id", params: { id } });
  };
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    <>
      <PageHeader
        title={t("title")}
        note={t("hint")}
        actions={
          <>
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconRefresh size={16} stroke={1.8} aria-hidden />}
              loading={list.isRefetching && !isFetchingNextPage}
              onClick={() => void list.refetch()}
            >
              {t("refresh")}
            </Button>
            <ExportButton list="history" filter={historyQuery(filter)} />
          </>
        }
      />
      <HistoryFilters filter={filter} onChange={narrow} />
      <div className={classes.fault}>
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      </div>
      <div className={classes.list}>
        <DataTable
          label={t("label")}
          rows={rows}
          rowKey={rowKey}
          columns={columns}
          onOpen={open}
          hasMore={hasNextPage}
          onEnd={loadMore}
          empty={
            searching ? (
              <p className={classes.quiet} role="status">
                {t("looking")}
              </p>
            ) : (
              list.data !== undefined && (
                <EmptyState
                  icon={<IconHistory size={32} stroke={1.4} />}
                  title={t(isNarrowed ? "none" : "noneYet")}
                  action={
                    isNarrowed && (
                      <Button variant="default" onClick={() => narrow({})}>
                        {t("clear")}
                      </Button>
                    )
                  }
                />
              )
            )
          }
        />
      </div>
    </>
  );
}

function useHistoryColumns(): Column<HistoryLine>[] {
  const { t } = useTranslation("history");
  const { t: common } = useTranslation();
  const { title, subject } = useHistoryWords();
  return [
    { id: "when", header: t("column.when"), width: "132px", cell: (line) => <RelativeDate at={line.at} /> },
    {
      id: "who",
      header: t("column.who"),
      width: "minmax(120px, 1fr)",
      minTableWidth: 680,
      cell: (line) =>
        line.user_name === "" ? <span className={classes.quiet}>{common("program")}</span> : line.user_name,
    },
    {
      id: "what",
      header: t("column.what"),
      width: "minmax(170px, 1.9fr)",
      cell: (line) => {
        const named = subject(line);
        return (
          <span className={classes.what} title={[title(line), named].filter(Boolean).join(" · ")}>
            {title(line)}
            {named !== "" && <span className={classes.quiet}> · {named}</span>}
          </span>
        );
      },
    },
    {
      id: "change",
      header: t("column.change"),
      width: "minmax(180px, 2.4fr)",
      minTableWidth: 760,
      cell: (line) => <ChangeText line={line} />,
    },
    {
      id: "prospect",
      header: t("column.prospect"),
      width: "minmax(130px, 1.2fr)",
      cell: (line) => {
        if (line.prospect_name === "") {
          return line.prospect_id !== "" && <span className={classes.quiet}>{t("nobody")}</span>;
        }
        if (line.prospect_id !== "") return line.prospect_name;
        return (
          <span title={`${line.prospect_name}, ${t("binned")}`}>
            {line.prospect_name} <span className={classes.quiet}>· {t("binned")}</span>
          </span>
        );
      },
    },
  ];
}
