import { Button } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import type { DuplicatePair } from "@/shared/api/types";
import { ExportButton } from "@/shared/export/ExportButton";
import { useShortcuts } from "@/shared/lib/keyboard";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { Phone } from "@/shared/ui/Phone";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { AskMerge } from "./AskMerge";
import { duplicatesQuery } from "./contact-queries";
import classes from "./Duplicates.module.css";
import { useContactChange } from "./use-contact-change";

const idsOf = ({ contacts }: DuplicatePair) => contacts.map(({ id }) => id);

/** Pairs who may be one person, with the reason, one decision each. */
export function Duplicates() {
  const { t } = useTranslation("contacts");
  const navigate = useNavigate();
  const isAdmin = useIsAdmin();
  const query = useInfiniteQuery(duplicatesQuery);
  const pairs = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [at, setAt] = useState(0);
  const [asking, setAsking] = useState<string[]>([]);
  const active = Math.min(at, pairs.length - 1);
  const { mutate } = useContactChange();
  const apart = (pair: DuplicatePair) =>
    mutate({
      message: t("queue.apartDone"),
      send: () => answer(api.POST("/api/duplicates/dismiss", { body: { contacts: idsOf(pair) } })),
    });
  const compare = (pair: DuplicatePair) => {
    if (isAdmin) void navigate({ to: "/contactos/unir", search: { ids: idsOf(pair).join(",") } });
    else setAsking(idsOf(pair));
  };
  const current = pairs[active];
  const open = () => current !== undefined && compare(current);
  useShortcuts({
    j: () => setAt(Math.min(active + 1, pairs.length - 1)),
    k: () => setAt(Math.max(active - 1, 0)),
    Enter: open,
    x: () => current !== undefined && apart(current),
  });
  return (
    <>
      <PageHeader
        title={t("queue.title")}
        actions={
          <>
            <Button
              size="compact-md"
              variant="default"
              renderRoot={(props) => <Link to="/contactos" {...props} />}
            >
              {t("back")}
            </Button>
            <ExportButton list="duplicates" filter={{}} />
          </>
        }
      />
      <div className={classes.page}>
        <p className={classes.hint}>{t("queue.hint")}</p>
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        {pairs.length > 0 && <p className={classes.hint}>{t("queue.keys")}</p>}
        <ul className={classes.pairs} aria-label={t("queue.label")}>
          {pairs.map((pair, index) => (
            <Pair
              key={idsOf(pair).join()}
              pair={pair}
              active={index === active}
              ask={!isAdmin}
              onActive={() => setAt(index)}
              onCompare={() => compare(pair)}
              onApart={() => apart(pair)}
            />
          ))}
        </ul>
        {query.hasNextPage && (
          <Button
            size="compact-sm"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("queue.more")}
          </Button>
        )}
        {query.data !== undefined && pairs.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.4} />}
            title={t("queue.none")}
            action={
              <Button variant="default" renderRoot={(props) => <Link to="/contactos" {...props} />}>
                {t("queue.toContacts")}
              </Button>
            }
          />
        )}
      </div>
      <AskMerge opened={asking.length > 0} onClose={() => setAsking([])} contacts={asking} />
    </>
  );
}

type PairProps = {
  pair: DuplicatePair;
  active: boolean;
  ask: boolean;
  onActive: () => void;
  onCompare: () => void;
  onApart: () => void;
};

const reasons = ["phone", "email", "weak_email", "digit", "city", "conflict"] as const;

function Pair({ pair, active, ask, onActive, onCompare, onApart }: PairProps) {
  const { t } = useTranslation("contacts");
  const name = (index: number) => pair.contacts[index]?.name || t("nameless");
  const names = { one: name(0), other: name(1) };
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li ref={row} className={classes.pair} data-active={active} onFocus={onActive}>
      <p className={classes.reason}>
        {reasons
          .filter((reason) => pair.reasons.includes(reason))
          .map((reason) => t(`queue.reason.${reason}`))
          .join(" · ")}
      </p>
      <div className={classes.two}>
        {pair.contacts.map((contact, index) => (
          <div key={contact.id} className={classes.person}>
            <Link to="/contactos/$id" params={{ id: contact.id }} className={classes.name}>
              {name(index)}
            </Link>
            <span className={classes.quiet}>
              {contact.phone !== "" && <Phone e164={contact.phone} />}
              {contact.email !== "" && <span>{contact.email}</span>}
              {contact.city !== "" && <span>{contact.city}</span>}
              {contact.sellers !== "" && <span>{contact.sellers.replaceAll(",", ", ")}</span>}
              <span>
                {t("queue.since")} <RelativeDate at={contact.created_at} />
              </span>
            </span>
          </div>
        ))}
      </div>
      <div className={classes.actions}>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          onClick={onApart}
          aria-label={t("queue.apartOf", names)}
        >
          {t("queue.apart")}
        </Button>
        <Button
          size="compact-sm"
          onClick={onCompare}
          aria-label={ask ? undefined : t("queue.compareOf", names)}
        >
          {t(ask ? "maybe.ask" : "queue.compare")}
        </Button>
      </div>
    </li>
  );
}
