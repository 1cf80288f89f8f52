import { Tooltip, VisuallyHidden } from "@mantine/core";
import {
  type Icon,
  IconAddressBook,
  IconCalendar,
  IconChartBar,
  IconFileImport,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconLayoutKanban,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconSettings,
  IconStopwatch,
  IconTrash,
  IconUsers,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { SyncLine } from "@/features/sync/SyncLine";
import { healthQuery, inboxCountQuery } from "@/shared/api/counters";
import { useIsAdmin, useMe } from "@/shared/api/me";
import { countMark, countWords, mostCounted } from "@/shared/ui/count";
import { AccountMenu } from "./AccountMenu";
import classes from "./Rail.module.css";

type RailProps = { folded: boolean; canUnfold: boolean; onFold: () => void; onHelp: () => void };

/** The screens at the left: daily ones on top, keeping the house at the foot. */
export function Rail({ folded, canUnfold, onFold, onHelp }: RailProps) {
  const { t } = useTranslation();
  const { t: act } = useTranslation("act");
  const isAdmin = useIsAdmin();
  const { office } = useMe();
  const count = useQuery(inboxCountQuery).data?.count ?? 0;
  const FoldIcon = folded ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const foldLabel = t(folded ? "nav.expand" : "nav.collapse");
  return (
    <nav className={classes.rail} aria-label={t("nav.main")} data-folded={folded}>
      <div className={classes.top}>
        {!folded && <span className={classes.office}>{office.name}</span>}
        {canUnfold && (
          <Tooltip label={foldLabel} position="right">
            <button type="button" className={classes.fold} onClick={onFold} aria-label={foldLabel}>
              <FoldIcon size={18} stroke={1.6} aria-hidden />
            </button>
          </Tooltip>
        )}
      </div>
      <RailLink to="/bandeja" icon={IconInbox} label={t("nav.inbox")} folded={folded}>
        {count > 0 && (
          <>
            <span className={classes.count} aria-hidden>
              {countMark(count, mostCounted.rows)}
            </span>
            <VisuallyHidden>
              {`, ${t("nav.waiting", { count, n: countWords(count, mostCounted.rows) })}`}
            </VisuallyHidden>
          </>
        )}
      </RailLink>
      <RailLink to="/prospectos" icon={IconUsers} label={t("nav.prospects")} folded={folded} />
      <RailLink to="/embudo" icon={IconLayoutKanban} label={t("nav.board")} folded={folded} />
      <RailLink to="/agenda" icon={IconCalendar} label={t("nav.agenda")} folded={folded} />
      <RailLink to="/contactos" icon={IconAddressBook} label={t("nav.contacts")} folded={folded} />
      <RailLink to="/tablero" icon={IconChartBar} label={t("nav.dashboard")} folded={folded} />
      <RailLink to="/respuesta" icon={IconStopwatch} label={t("nav.response")} folded={folded} />
      <div className={classes.foot}>
        {isAdmin && <RailLink to="/historial" icon={IconHistory} label={t("nav.history")} folded={folded} />}
        {isAdmin && <RailLink to="/importar" icon={IconFileImport} label={t("nav.import")} folded={folded} />}
        {isAdmin && <RailLink to="/papelera" icon={IconTrash} label={act("bin.title")} folded={folded} />}
        <RailLink to="/ajustes" icon={IconSettings} label={t("nav.settings")} folded={folded} />
        {isAdmin && <HealthLink folded={folded} />}
        <SyncLine folded={folded} />
        <AccountMenu folded={folded} onHelp={onHelp} />
      </div>
    </nav>
  );
}

/** Quiet while all is well; takes colour and a mark when something needs a person. */
function HealthLink({ folded }: { folded: boolean }) {
  const { t } = useTranslation();
  const level = useQuery(healthQuery).data?.level ?? "ok";
  return (
    <RailLink
      to="/salud"
      icon={IconHeartbeat}
      label={level === "ok" ? t("nav.health") : t("nav.healthNeedsYou")}
      word={t("nav.health")}
      folded={folded}
      level={level}
    >
      {level !== "ok" && <span className={classes.dot} />}
    </RailLink>
  );
}

type RailLinkProps = {
  to: NonNullable<LinkProps["to"]>;
  icon: Icon;
  /** What a screen reader says; also the word on screen unless `word` is given. */
  label: string;
  word?: string;
  folded: boolean;
  level?: string;
  children?: ReactNode;
};

function RailLink({ to, icon: Mark, label, word = label, folded, level, children }: RailLinkProps) {
  return (
    <Tooltip label={label} position="right" disabled={!folded}>
      <Link
        to={to}
        className={classes.link}
        activeOptions={{ exact: false }}
        data-level={level}
        aria-label={!folded && word !== label ? label : undefined}
      >
        <Mark size={18} stroke={1.6} aria-hidden />
        {folded ? <VisuallyHidden>{label}</VisuallyHidden> : <span className={classes.word}>{word}</span>}
        {children}
      </Link>
    </Tooltip>
  );
}
