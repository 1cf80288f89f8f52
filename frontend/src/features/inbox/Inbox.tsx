import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconInbox } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { InboxCard, Prospect } from "@/shared/api/types";
import { useShortcuts } from "@/shared/lib/keyboard";
import { RowDeeds } from "@/shared/prospect/RowDeeds";
import { call, openChat } from "@/shared/prospect/reach";
import { prospectNow } from "@/shared/prospect/use-prospect";
import { useReachOut } from "@/shared/prospect/use-reach-out";
import { TrayBanner } from "@/shared/tray/TrayBanner";
import { countWords, mostCounted } from "@/shared/ui/count";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import { showError } from "@/shared/ui/undo-toast";
import { neighbour } from "./gathering";
import classes from "./Inbox.module.css";
import { InboxDetail } from "./InboxDetail";
import { InboxList } from "./InboxList";
import { useInbox } from "./use-inbox";

/** Where list and detail stand side by side. */
const wide = "(min-width: 1100px)";

/** Prospects nobody has tried to reach yet, newest first. */
export function Inbox() {
  const { t } = useTranslation("inbox");
  const client = useQueryClient();
  const navigate = useNavigate();
  const inbox = useInbox();
  const { rows } = inbox;
  const isWide = useMediaQuery(wide, true, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<string | null>(null);
  // The card that just left hands over to its neighbour, which was noted while it was still there.
  const [heir, setHeir] = useState<string | null>(null);
  const present = (id: string | null) => id !== null && rows.some((row) => row.id === id);
  const activeId = [chosen, heir, isWide ? rows[0]?.id : null].find((id) => present(id ?? null)) ?? null;
  const active = rows.find(({ id }) => id === activeId);

  const open = (id: string) => void navigate({ to: "/prospectos/$id", params: { id } });
  const reachOut = useReachOut();
  const reach = async (id: string, by: (prospect: Prospect) => void) => {
    setChosen(id);
    try {
      reachOut(await prospectNow(client, id), by);
    } catch (thrown) {
      showError(thrown);
    }
  };
  const moveOn = (id: string) => setHeir(neighbour(rows, id));
  useShortcuts({
    l: () => activeId !== null && void reach(activeId, call),
    w: () => activeId !== null && void reach(activeId, openChat),
  });

  const note =
    inbox.count === undefined
      ? undefined
      : t("count", { count: inbox.count, n: countWords(inbox.count, mostCounted.rows) });
  return (
    <>
      <PageHeader title={t("title")} note={note} />
      <div className={classes.fault}>
        <ErrorNotice error={inbox.error} onRetry={inbox.retry} />
      </div>
      <TrayBanner />
      <RowDeeds cardNow={() => active} reaches={false} />
      {inbox.count !== undefined && rows.length === 0 && inbox.waiting === 0 ? (
        <Nobody />
      ) : (
        <div className={classes.panes} data-wide={isWide}>
          <InboxList
            inbox={inbox}
            activeId={activeId}
            onActive={(row: InboxCard) => setChosen(row.id)}
            onOpen={open}
            opensOnClick={!isWide}
            onCall={(id) => void reach(id, call)}
            onChat={(id) => void reach(id, openChat)}
          />
          {active !== undefined && (
            <InboxDetail
              card={active}
              office={inbox.office}
              full={isWide}
              onLogged={() => moveOn(active.id)}
            />
          )}
        </div>
      )}
    </>
  );
}

function Nobody() {
  const { t } = useTranslation("inbox");
  return (
    <EmptyState
      icon={<IconInbox size={32} stroke={1.4} />}
      title={t("empty.title")}
      action={
        <Button variant="default" renderRoot={(props) => <Link to="/prospectos" {...props} />}>
          {t("empty.action")}
        </Button>
      }
    />
  );
}
