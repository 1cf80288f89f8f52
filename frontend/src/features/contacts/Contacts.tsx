import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { IconAddressBook, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { ContactLine } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { ask } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { formatCount } from "@/shared/lib/text";
import { countWords, mostCounted } from "@/shared/ui/count";
import { DataTable } from "@/shared/ui/data-table/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import classes from "./Contacts.module.css";
import { contactListQuery, duplicateCountQuery } from "./contact-queries";
import { type ContactSearch, parseContactSearch } from "./contact-search";
import { useContactColumns } from "./use-contact-columns";

const rowKey = ({ id }: ContactLine) => id;

/** The people behind the prospects, each once. */
export function Contacts() {
  const { t } = useTranslation("contacts");
  const navigate = useNavigate();
  const isAdmin = useIsAdmin();
  const search = useSearch({ from: "/contactos" });
  const columns = useContactColumns();
  const list = useInfiniteQuery(contactListQuery(search));
  const pairs = useQuery(duplicateCountQuery).data?.count ?? 0;
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.total;
  const narrow = useCallback(
    (next: ContactSearch) =>
      void navigate({ to: "/contactos", search: parseContactSearch(next), replace: true }),
    [navigate],
  );
  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  const [activeId, setActiveId] = useState("");
  const onActive = useCallback(({ id }: ContactLine) => setActiveId(id), []);
  const open = (id: string) => void navigate({ to: "/contactos/$id", params: { id } });
  useShortcuts({
    e: () => {
      if (!rows.some(({ id }) => id === activeId)) return;
      ask("edit");
      open(activeId);
    },
  });
  const note =
    total === undefined
      ? undefined
      : total < 0
        ? t("manyTotal")
        : t("total", { count: total, n: formatCount(total) });
  return (
    <>
      <PageHeader
        title={t("title")}
        note={<span role="status">{note}</span>}
        actions={
          <>
            <Button
              size="compact-md"
              variant="default"
              renderRoot={(props) => <Link to="/contactos/fusiones" {...props} />}
            >
              {t(isAdmin ? "toMerges" : "toRequests")}
            </Button>
            <Button
              size="compact-md"
              variant={pairs > 0 ? "filled" : "default"}
              renderRoot={(props) => <Link to="/contactos/duplicados" {...props} />}
            >
              {pairs > 0
                ? t("toDuplicatesCount", { n: countWords(pairs, mostCounted.pairs) })
                : t("toDuplicates")}
            </Button>
            <ExportButton list="contacts" filter={search} />
          </>
        }
      />
      <div className={classes.bar}>
        <TextInput
          className={classes.search}
          size="xs"
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
          maxLength={200}
          value={search.q ?? ""}
          onChange={({ currentTarget }) => narrow({ ...search, q: currentTarget.value })}
        />
        <SegmentedControl
          size="xs"
          aria-label={t("order.label")}
          value={search.sort ?? "name"}
          onChange={(value) =>
            narrow({
              ...(search.q === undefined ? {} : { q: search.q }),
              ...(value === "recent" ? { sort: "recent" } : {}),
            })
          }
          data={[
            { value: "name", label: t("order.name") },
            { value: "recent", label: t("order.recent") },
          ]}
        />
      </div>
      <div className={classes.fault}>
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      </div>
      <div className={classes.list}>
        <DataTable
          label={t("label")}
          rows={rows}
          rowKey={rowKey}
          columns={columns}
          onOpen={({ id }) => open(id)}
          onActiveChange={onActive}
          hasMore={list.hasNextPage}
          onEnd={loadMore}
          total={total ?? -1}
          empty={
            list.data !== undefined && (
              <EmptyState
                icon={<IconAddressBook size={32} stroke={1.4} />}
                title={search.q === undefined ? t("none") : t("noneMatch")}
                action={
                  search.q === undefined ? (
                    <Button variant="default" renderRoot={(props) => <Link to="/prospectos" {...props} />}>
                      {t("newProspect")}
                    </Button>
                  ) : (
                    <Button variant="default" onClick={() => narrow({})}>
                      {t("clear")}
                    </Button>
                  )
                }
              />
            )
          }
        />
      </div>
    </>
  );
}
