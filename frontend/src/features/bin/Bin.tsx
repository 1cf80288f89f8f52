import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Deleted } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { Phone } from "@/shared/ui/Phone";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { showError, undoable } from "@/shared/ui/undo-toast";
import classes from "./Bin.module.css";

const binQuery = queryOptions({ queryKey: ["bin"], queryFn: () => answer(api.GET("/api/bin")) });

/** What administrators have deleted and can still restore. */
export function Bin() {
  const { t } = useTranslation("act");
  const { t: prospects } = useTranslation("prospects");
  const navigate = useNavigate();
  const client = useQueryClient();
  const bin = useQuery(binQuery);
  const items = bin.data?.items ?? [];
  const restore = async ({ id }: Deleted) => {
    try {
      await undoable(
        () => answer(api.POST("/api/bin/{id}/restore", { params: { path: { id } } })),
        ({ left }) => (left === "" ? t("bin.restored") : t("bin.restoredToTray", { name: left })),
      );
    } catch (thrown) {
      showError(thrown);
    }
    for (const queryKey of [["bin"], ["prospects"], ["inbox"]]) void client.invalidateQueries({ queryKey });
  };
  return (
    <>
      <PageHeader
        title={t("bin.title")}
        actions={items.length > 0 && <ExportButton list="bin" filter={{}} />}
      />
      <p className={classes.hint}>{t("bin.hint")}</p>
      <ErrorNotice error={bin.error} onRetry={() => void bin.refetch()} />
      {bin.data !== undefined && items.length === 0 && (
        <EmptyState
          icon={<IconTrash size={32} stroke={1.4} />}
          title={t("bin.empty")}
          action={
            <Button variant="default" onClick={() => void navigate({ to: "/prospectos" })}>
              {t("bin.toProspects")}
            </Button>
          }
        />
      )}
      {items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by keyboard
        <section className={classes.box} tabIndex={0} aria-label={t("bin.title")}>
          <table>
            <thead>
              <tr>
                <th>{t("bin.name")}</th>
                <th>{t("bin.phone")}</th>
                <th>{t("bin.seller")}</th>
                <th>{t("bin.deleted")}</th>
                <th>{t("bin.by")}</th>
                <th>{t("bin.until")}</th>
                <th>{t("bin.restore")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => {
                const name = item.name === "" ? prospects("nameless") : item.name;
                return (
                  <tr key={item.id}>
                    <td>{name}</td>
                    <td>
                      <Phone e164={item.phone} />
                    </td>
                    <td>{item.owner_name}</td>
                    <td>
                      <RelativeDate at={item.deleted_at} />
                    </td>
                    <td>{item.deleted_by}</td>
                    <td>
                      <RelativeDate at={item.purged_at} dayOnly />
                    </td>
                    <td>
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={t("bin.restoreOf", { name })}
                        onClick={() => void restore(item)}
                      >
                        {t("bin.restore")}
                      </Button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
