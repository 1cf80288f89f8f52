import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Agenda } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { ItemButton } from "./ItemButton";
import classes from "./OverdueLane.module.css";

/** How many are drawn at once; the rest come as these are dealt with. */
const most = 60;

/** What should have been done, the oldest first, in one line that scrolls sideways in its own box. */
export function OverdueLane({ agenda }: { agenda: Agenda | undefined }) {
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
              <ItemButton item={item} withDate />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
