import { Popover, VisuallyHidden } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgendaItem } from "@/shared/api/types";
import { fullDate, type Language, parseDay, relativeDate } from "@/shared/lib/dates";
import { KindIcon } from "@/shared/prospect/KindIcon";
import { isMeeting, lengthOf, lengthWords } from "@/shared/prospect/length";
import { useWord } from "@/shared/prospect/use-word";
import { useNow } from "@/shared/ui/use-now";
import { isLate } from "./agenda-days";
import classes from "./ItemButton.module.css";
import { ItemCard } from "./ItemCard";

type ItemButtonProps = {
  item: AgendaItem;
  /** Says the day too, where the column does not. */
  withDate?: boolean;
  /** It hangs from the pointer or from the keys. */
  held?: boolean;
  /** This is the rest of it, of the day after. */
  continues?: boolean;
  /** The rest of it is on the day after. */
  goesOn?: boolean;
  /** How long it takes can be changed: where it ends, by dragging its edge. */
  resizable?: boolean;
  button?: Ref<HTMLButtonElement>;
  onPointerDown?: (event: PointerEvent<HTMLButtonElement>) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLButtonElement>) => void;
  /** False swallows the click that ends a drag. */
  mayOpen?: () => boolean;
  /** Describes the keys that move it. */
  describedBy?: string;
};

/** Something planned: with whom, what, when. Pressing it shows what can be done about it. */
export function ItemButton({
  item,
  withDate = false,
  held = false,
  continues = false,
  goesOn = false,
  resizable = false,
  button,
  onPointerDown,
  onKeyDown,
  mayOpen = () => true,
  describedBy,
}: ItemButtonProps) {
  const { t } = useTranslation("agenda");
  const word = useWord();
  const [open, setOpen] = useState(false);
  const now = new Date(useNow());
  const { when, full, end } = useWhen(item, withDate, now);
  const shown = continues ? t("until", { time: end }) : when;
  const name = item.prospect_name === "" ? t("nameless") : item.prospect_name;
  const kind = word("kind", item.kind);
  const late = isLate(item, now);
  const state = item.done_at !== null ? t("isDone") : late ? t("isLate") : "";
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      width={320}
      trapFocus
      returnFocus
      withinPortal
      shadow="md"
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button
          ref={button}
          type="button"
          className={classes.item}
          data-item={item.id}
          title={[kind, name, when, item.body].filter(Boolean).join(" · ")}
          data-meeting={isMeeting(item.kind)}
          data-done={item.done_at !== null}
          data-late={late}
          data-held={held}
          data-continues={continues}
          data-goes-on={goesOn}
          aria-describedby={describedBy}
          aria-haspopup="dialog"
          aria-expanded={open}
          onPointerDown={onPointerDown}
          onKeyDown={onKeyDown}
          onClick={() => mayOpen() && setOpen(!open)}
        >
          <span className={classes.first}>
            <KindIcon kind={item.kind} />
            <VisuallyHidden>{kind}, </VisuallyHidden>
            <span className={classes.name}>{name}</span>
            <VisuallyHidden>
              {[full, continues && t("continues"), item.body, state].filter(Boolean).join(", ")}
            </VisuallyHidden>
            {item.remind_at !== null && <IconBell size={12} stroke={1.6} aria-hidden />}
          </span>
          <span className={classes.second} aria-hidden>
            {[shown, item.body].filter(Boolean).join(" · ") || kind}
          </span>
          {resizable && !goesOn && <span className={classes.edge} data-edge aria-hidden />}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${kind}: ${name}`}>
        <ItemCard item={item} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** When, short and in full, and by the clock when it is over. */
function useWhen(
  item: AgendaItem,
  withDate: boolean,
  now: Date,
): { when: string; full: string; end: string } {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const at = item.due_on === null ? new Date(item.due_at ?? "") : parseDay(item.due_on);
  const hasTime = item.due_on === null;
  const words = { today: t("day.today"), tomorrow: t("day.tomorrow"), yesterday: t("day.yesterday") };
  const takes = hasTime && isMeeting(item.kind) ? lengthOf(item) : 0;
  const full = [fullDate(at, language, hasTime), takes > 0 ? lengthWords(takes) : ""]
    .filter(Boolean)
    .join(", ");
  const pad = (n: number) => String(n).padStart(2, "0");
  const clock = (time: Date) => `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  const end = hasTime ? clock(new Date(at.getTime() + takes * 60_000)) : "";
  if (withDate) return { when: relativeDate(at, now, words, language, hasTime), full, end };
  if (!hasTime) return { when: "", full, end };
  return { when: takes > 0 ? `${clock(at)}–${end}` : clock(at), full, end };
}
