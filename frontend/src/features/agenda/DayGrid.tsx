import { IconPlus } from "@tabler/icons-react";
import { type CSSProperties, type RefObject, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { AgendaItem } from "@/shared/api/types";
import { fullDate, type Language, parseDay, toDay } from "@/shared/lib/dates";
import { lengthOf, lengthWords } from "@/shared/prospect/length";
import { useNow } from "@/shared/ui/use-now";
import { fold, instantAt, minuteOf, type Part, partsOn, place, type Slot, snap } from "./agenda-days";
import classes from "./DayGrid.module.css";
import { ItemButton } from "./ItemButton";
import { type Hold, heldItem, isResizable, type Moving } from "./use-moving";

/** Height of an hour, in pixels; the style sheet has the same. */
const hour = 48;

/** The hours that are written beside the days. */
const hours = Array.from({ length: 23 }, (_, index) => index + 1);

/** Lanes side by side before the last one says how many more there are. */
const lanes = { day: 10, week: 4 };

/** The hour at the top when the screen opens, and the room its number needs above its line. */
const opens = 8;
const labelRoom = 8;

type DayGridProps = {
  days: readonly string[];
  today: string;
  items: readonly AgendaItem[];
  /** The box that scrolls, which what is moved scrolls along. */
  box: RefObject<HTMLElement | null>;
  moving: Moving;
  /** The id of what describes the keys. */
  hint: string;
  onCreate: (day: string, minute: number | null) => void;
  onDay: (day: string) => void;
};

/** Days side by side, with their hours below and what has only a date above, all in one box that scrolls by itself. */
export function DayGrid({ days, today, items, box, moving, hint, onCreate, onDay }: DayGridProps) {
  const { t, i18n } = useTranslation("agenda");
  const language: Language = i18n.language === "en" ? "en" : "es-MX";
  const now = new Date(useNow());
  const { hold, grip } = moving;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.scrollTop = opens * hour - labelRoom;
    // Where a week is wider than the window, today is what is looked for.
    const column = element.querySelector<HTMLElement>('[data-day][data-today="true"]');
    if (column !== null)
      element.scrollLeft = Math.max(0, column.offsetLeft + column.offsetWidth - element.clientWidth);
  }, [box]);
  // What is overdue since before these days is drawn where it would be put, too.
  const isForeign = hold !== null && !items.some(({ id }) => id === hold.item.id);
  const shown = [
    ...items.map((item) => (hold?.item.id === item.id ? heldItem(hold) : item)),
    ...(isForeign ? [heldItem(hold)] : []),
  ];
  const button = (item: AgendaItem, part?: Part<AgendaItem>) => {
    const held = hold?.item.id === item.id;
    // Beside its original place it is drawn where it would be put; what moves it still knows the original.
    const original = held ? hold.item : item;
    return (
      <ItemButton
        item={item}
        held={held}
        describedBy={hint}
        continues={part !== undefined && part.before > 0}
        goesOn={part?.ends === false}
        resizable={isResizable(original)}
        {...grip(original, part)}
      />
    );
  };
  const word = (day: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, options).format(parseDay(day)).replace(/[.,]/g, "");

  return (
    <>
      <div className={classes.live} role="status" aria-live="assertive">
        {hold === null ? "" : slotWords(hold, language, t("allDay"))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <section ref={box} className={classes.box} aria-label={t("grid")} tabIndex={0}>
        <div className={classes.grid} style={{ "--days": days.length } as CSSProperties}>
          <div className={classes.head}>
            <div className={classes.corner}>{t("allDay")}</div>
            {days.map((day) => (
              <section
                key={day}
                className={classes.top}
                data-today={day === today}
                aria-label={fullDate(parseDay(day), language, false)}
              >
                <div className={classes.name}>
                  <button type="button" className={classes.date} onClick={() => onDay(day)}>
                    <span className={classes.weekday}>{word(day, { weekday: "short" })}</span>{" "}
                    <span className={classes.number}>{parseDay(day).getDate()}</span>
                  </button>
                  <button
                    type="button"
                    className={classes.add}
                    aria-label={t("addOn", { day: fullDate(parseDay(day), language, false) })}
                    onClick={() => onCreate(day, null)}
                  >
                    <IconPlus size={14} aria-hidden />
                  </button>
                </div>
                <div className={classes.dates} data-day={day} data-dates>
                  {shown
                    .filter(({ due_on }) => due_on === day)
                    .map((item) => (
                      <div key={item.id} className={classes.dated}>
                        {button(item)}
                      </div>
                    ))}
                </div>
              </section>
            ))}
          </div>
          <div className={classes.hours}>
            <div className={classes.gutter} aria-hidden>
              {hours.map((n) => (
                <span key={n} className={classes.hour} style={{ top: n * hour }}>
                  {`${n}:00`}
                </span>
              ))}
            </div>
            {days.map((day) => {
              const { shown: placed, folded } = fold(
                place(partsOn(shown, day)),
                days.length === 1 ? lanes.day : lanes.week,
              );
              const style = (minute: number, length: number, lane: number, width: number) => ({
                top: (minute / 60) * hour,
                height: Math.max(22, (Math.min(length, 24 * 60 - minute) / 60) * hour - 1),
                left: `${(lane / width) * 100}%`,
                width: `calc(${100 / width}% - 2px)`,
              });
              return (
                <div key={day} className={classes.day} data-day={day} data-today={day === today}>
                  <button
                    type="button"
                    className={classes.blank}
                    tabIndex={-1}
                    aria-label={t("addOn", { day: fullDate(parseDay(day), language, false) })}
                    onClick={({ clientY, currentTarget }) => {
                      const y = clientY - currentTarget.getBoundingClientRect().top;
                      onCreate(day, snap(Math.floor((y / hour) * 2) * 30));
                    }}
                  />
                  {day === toDay(now) && (
                    <span className={classes.now} style={{ top: (minuteOf(now) / 60) * hour }} aria-hidden />
                  )}
                  {placed.map((part) => (
                    <div
                      key={part.item.id}
                      className={classes.place}
                      style={style(part.minute, part.length, part.lane, part.lanes)}
                    >
                      {button(part.item, part)}
                    </div>
                  ))}
                  {folded.map(({ group, minute, count, lanes: width }) => (
                    <button
                      key={group}
                      type="button"
                      className={classes.folded}
                      style={style(minute, 60, width - 1, width)}
                      aria-label={t("moreOn", { count, day: fullDate(parseDay(day), language, false) })}
                      onClick={() => onDay(day)}
                    >
                      +{count}
                    </button>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </section>
    </>
  );
}

/** Where the thing that is being moved would be put, or how long it would take, to be heard. */
function slotWords({ item, slot, minutes }: Hold, language: Language, allDay: string): string {
  if (minutes !== lengthOf(item)) return lengthWords(minutes);
  const { day, minute }: Slot = slot;
  if (minute === null) return `${fullDate(parseDay(day), language, false)}, ${allDay}`;
  return fullDate(instantAt(day, minute), language, true);
}
