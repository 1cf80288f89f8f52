import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Agenda, AgendaItem } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ItemButton } from "./ItemButton";
import classes from "./OverdueLane.module.css";
import type { Moving } from "./use-moving";

/** How many are drawn at once; the rest come as these are dealt with. */
const most = 60;

type OverdueLaneProps = {
  agenda: Agenda | undefined;
  lift: Moving["lift"];
  /** What is in the hand. */
  held: AgendaItem | undefined;
  /** The id of what describes the keys. */
  hint: string;
};

/** What should have been done, the oldest first, in one line that scrolls sideways in its own box; from there it goes to a day. */
export function OverdueLane({ agenda, lift, held, hint }: OverdueLaneProps) {
  const { t } = useTranslation("agenda");
  const title = useId();
  const [open, setOpen] = useState(true);
  if (agenda === undefined || agenda.total === 0) return null;
  return (
    <section className={classes.lane} aria-labelledby={title}>
      <h2 className={classes.title} id={title}>
        <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
          {t("overdue", { count: agenda.total, n: formatCount(agenda.total) })}
        </button>
      </h2>
      {open && (
        <ul className={classes.items}>
          {agenda.items.slice(0, most).map((item) => (
            <li key={item.id} className={classes.item}>
              <ItemButton
                item={item}
                withDate
                held={held?.id === item.id}
                describedBy={hint}
                {...lift(item)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
