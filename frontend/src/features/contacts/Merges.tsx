import { Button, VisuallyHidden } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import type { MergeItem } from "@/shared/api/types";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { faultSentence } from "@/shared/ui/fault-sentence";
import { PageHeader } from "@/shared/ui/PageHeader";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import table from "@/shared/ui/table.module.css";
import { mergesQuery } from "./contact-queries";
import classes from "./Merges.module.css";
import { useContactChange } from "./use-contact-change";
import { useMergeResult } from "./use-merge-result";

/** What was merged in the last thirty days and can be taken back, and what sellers ask for. */
export function Merges() {
  const { t } = useTranslation("contacts");
  const isAdmin = useIsAdmin();
  const query = useQuery(mergesQuery);
  const items = query.data ?? [];
  const title = t(isAdmin ? "recent.title" : "recent.sellerTitle");
  return (
    <>
      <PageHeader
        title={title}
        actions={
          <Button
            size="compact-md"
            variant="default"
            renderRoot={(props) => <Link to="/contactos" {...props} />}
          >
            {t("back")}
          </Button>
        }
      />
      <div className={classes.page}>
        <p className={classes.hint}>{t(isAdmin ? "recent.hint" : "recent.sellerHint")}</p>
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        {items.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
          <section className={classes.box} aria-label={title} tabIndex={0}>
            <table className={table.table} aria-label={title}>
              <thead>
                <tr>
                  <th scope="col">{t("recent.what")}</th>
                  <th scope="col">{t("recent.who")}</th>
                  <th scope="col">{t("recent.state")}</th>
                  <th scope="col">{t("recent.kept")}</th>
                  <th scope="col">
                    <VisuallyHidden>{t("recent.actions")}</VisuallyHidden>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <Row key={item.id} item={item} />
                ))}
              </tbody>
            </table>
          </section>
        )}
        {query.data !== undefined && items.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.4} />}
            title={t(isAdmin ? "recent.none" : "recent.noneSeller")}
            action={
              <Button
                variant="default"
                renderRoot={(props) => <Link to="/contactos/duplicados" {...props} />}
              >
                {t("toDuplicates")}
              </Button>
            }
          />
        )}
      </div>
    </>
  );
}

const states = ["asked", "waiting", "merged", "undone", "failed", "declined"] as const;

function Row({ item }: { item: MergeItem }) {
  const { t } = useTranslation("contacts");
  const result = useMergeResult();
  const survivor = item.contacts[0];
  const name =
    survivor === undefined ? t("recent.gone") : survivor.name === "" ? t("nameless") : survivor.name;
  const others = [...item.merged, ...item.contacts.slice(1).map((contact) => contact.name)].map((other) =>
    other === "" ? t("nameless") : other,
  );
  const state = states.find((known) => known === item.state);
  return (
    <tr>
      <td>
        {survivor === undefined ? (
          name
        ) : (
          <Link to="/contactos/$id" params={{ id: survivor.id }} className={classes.name}>
            {name}
          </Link>
        )}
        {others.length > 0 && (
          <span className={classes.second}>{t("recent.with", { names: others.join(", ") })}</span>
        )}
        {item.note !== "" && <span className={classes.second}>{t("recent.note", { note: item.note })}</span>}
        {item.reach !== "" && (
          <span className={classes.second}>{t("recent.reach", { reach: item.reach })}</span>
        )}
      </td>
      <td>
        {item.author_name}
        <span className={classes.second}>
          <RelativeDate at={item.at} />
        </span>
      </td>
      <td>
        {state !== undefined && t(`recent.stateOf.${state}`)}
        {item.problem !== "" && <span className={classes.second}>{faultSentence(item.problem)}</span>}
        {item.undo_until !== "" && (
          <span className={classes.second}>
            {t("recent.until")} <RelativeDate at={item.undo_until} />
          </span>
        )}
      </td>
      <td>{item.state === "merged" && result(item.counts)}</td>
      <td className={table.end}>
        <Actions item={item} name={name} />
      </td>
    </tr>
  );
}

/** What an administrator can do about it; a seller reads. */
function Actions({ item, name }: { item: MergeItem; name: string }) {
  const { t } = useTranslation("contacts");
  const isAdmin = useIsAdmin();
  const { mutate, isPending } = useContactChange();
  const params = { path: { id: item.id } };
  if (!isAdmin) return null;
  if (item.state === "asked") {
    const ids = [...item.contacts, ...item.others].map(({ id }) => id).slice(0, 3);
    return (
      <span className={classes.pair}>
        <Button
          size="compact-sm"
          variant="light"
          aria-label={t("recent.decideOf", { name })}
          renderRoot={(props) => (
            <Link to="/contactos/unir" search={{ ids: ids.join(","), peticion: item.id }} {...props} />
          )}
        >
          {t("recent.decide")}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          loading={isPending}
          aria-label={t("recent.declineOf", { name })}
          onClick={() =>
            mutate({
              message: t("recent.declined"),
              send: () => answer(api.POST("/api/merges/{id}/decline", { params })),
            })
          }
        >
          {t("recent.decline")}
        </Button>
      </span>
    );
  }
  if (item.undo_until === "") return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={isPending}
      aria-label={t("recent.undoOf", { name })}
      onClick={() =>
        mutate({
          message: t("recent.undone"),
          waiting: t("recent.undoWaiting"),
          send: async () => {
            const { state } = await answer(api.POST("/api/merges/{id}/undo", { params }));
            return { tx_id: "", state }; // merged anew it is on its own screen
          },
        })
      }
    >
      {t("recent.undo")}
    </Button>
  );
}
