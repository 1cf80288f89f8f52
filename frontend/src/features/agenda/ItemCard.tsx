import { Button, Group, Menu } from "@mantine/core";
import { IconCalendarPlus, IconCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { AgendaItem } from "@/shared/api/types";
import { toDay } from "@/shared/lib/dates";
import { Endings } from "@/shared/prospect/Endings";
import { asksHow } from "@/shared/prospect/endings";
import { isMeeting, lengthOf, lengths, lengthWords } from "@/shared/prospect/length";
import { useWord } from "@/shared/prospect/use-word";
import { WhenPicker } from "@/shared/prospect/WhenPicker";
import type { When } from "@/shared/prospect/when-presets";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { showError } from "@/shared/ui/undo-toast";
import { useNow } from "@/shared/ui/use-now";
import { minuteOf, type Slot } from "./agenda-days";
import { exportItem, finish, movedTo, reschedule, resize, resizedTo, useAgendaAct } from "./agenda-queries";
import classes from "./ItemCard.module.css";
import { isResizable } from "./use-moving";

/** Where a chosen moment is in the agenda. */
function slotAt(when: When): Slot {
  if (when.due_at === undefined) return { day: when.due_on, minute: null };
  const at = new Date(when.due_at);
  return { day: toDay(at), minute: minuteOf(at) };
}

/** What something planned is about and what can be done with it: done, moved, kept in another calendar. */
export function ItemCard({ item, onDone }: { item: AgendaItem; onDone: () => void }) {
  const { t } = useTranslation("agenda");
  const word = useWord();
  const isAdmin = useIsAdmin();
  const { mutate } = useAgendaAct();
  const now = useNow();
  const [asking, setAsking] = useState<"done" | "move" | null>(null);
  const toggle = (next: "done" | "move") => setAsking(asking === next ? null : next);
  const kind = word("kind", item.kind);
  const move = (when: When) => {
    onDone();
    const slot = slotAt(when);
    mutate({
      item,
      message: t("moved"),
      send: () => reschedule(item, slot),
      becomes: movedTo(item, slot),
    });
  };
  const done = (result?: string, again?: When) => {
    onDone();
    mutate({
      item,
      message: t("finished", { kind }),
      send: () => finish(item, result, again),
      becomes: { ...item, done_at: new Date().toISOString(), result: result ?? "", remind_at: null },
    });
  };
  return (
    <div className={classes.card}>
      <p className={classes.title}>
        <Link to="/prospectos/$id" params={{ id: item.prospect_id }} className={classes.name}>
          {item.prospect_name === "" ? t("nameless") : item.prospect_name}
        </Link>
      </p>
      <p className={classes.line}>
        {kind}{" "}
        {item.due_on === null ? <RelativeDate at={item.due_at ?? ""} /> : <RelativeDate on={item.due_on} />}
        {item.due_at !== null && isMeeting(item.kind) && ` · ${lengthWords(lengthOf(item))}`}
        {item.result !== "" && ` · ${word("result", item.result)}`}
      </p>
      {isAdmin && item.owner_name !== "" && <p className={classes.line}>{item.owner_name}</p>}
      {item.body !== "" && <p className={classes.body}>{item.body}</p>}
      {item.remind_at !== null && (
        <p className={classes.line}>
          {t(Date.parse(item.remind_at) > now ? "reminds" : "reminded")} <RelativeDate at={item.remind_at} />
        </p>
      )}
      <Group gap={6}>
        {item.done_at === null && (
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconCheck size={14} stroke={2} aria-hidden />}
            aria-expanded={asksHow(item.kind) ? asking === "done" : undefined}
            onClick={() => (asksHow(item.kind) ? toggle("done") : done())}
          >
            {t("finish")}
          </Button>
        )}
        {item.done_at === null && (
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={asking === "move"}
            onClick={() => toggle("move")}
          >
            {t("move")}
          </Button>
        )}
        {isResizable(item) && <Length item={item} onDone={onDone} />}
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconCalendarPlus size={14} stroke={1.6} aria-hidden />}
          title={t("exportHint")}
          onClick={() => exportItem(item).catch(showError)}
        >
          .ics
        </Button>
      </Group>
      {asking === "done" && <Endings kind={item.kind} onPick={done} />}
      {asking === "move" && <WhenPicker nested label={t("moveTo")} onPick={move} />}
    </div>
  );
}

/** How long it takes, from a list: what the edge and the arrows do in the grid. */
function Length({ item, onDone }: { item: AgendaItem; onDone: () => void }) {
  const { t } = useTranslation("agenda");
  const { mutate } = useAgendaAct();
  const set = (minutes: number) => {
    onDone();
    if (minutes === lengthOf(item)) return;
    mutate({
      item,
      message: t("resized"),
      send: () => resize(item, minutes),
      becomes: resizedTo(item, minutes),
    });
  };
  return (
    <Menu position="bottom-start" withinPortal={false}>
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          {t("length")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {lengths.map((minutes) => (
          <Menu.Item
            key={minutes}
            fw={minutes === lengthOf(item) ? 600 : undefined}
            onClick={() => set(minutes)}
          >
            {lengthWords(minutes)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
