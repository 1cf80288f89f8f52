import { useTranslation } from "react-i18next";
import type { Import } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import classes from "./Import.module.css";

const always = ["registered", "linked", "known"] as const;
const whenAny = ["test", "held", "failed"] as const;

/** Rows by what became of them; those that need a look only when there are some. */
export function Counts({ progress }: { progress: Import["progress"] }) {
  const { t } = useTranslation("import");
  const shown = [...always, ...whenAny.filter((name) => progress[name] > 0)];
  return (
    <dl className={classes.counts}>
      {shown.map((name) => (
        <div key={name} data-name={name}>
          <dd>{formatCount(progress[name])}</dd>
          <dt>{t(`count.${name}`)}</dt>
        </div>
      ))}
    </dl>
  );
}
