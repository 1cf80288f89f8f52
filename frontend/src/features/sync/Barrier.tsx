import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TakeOverDialog } from "@/shared/take-over/TakeOverDialog";
import { Brand } from "@/shared/ui/Brand";
import { CentredCard } from "@/shared/ui/CentredCard";
import classes from "./Barrier.module.css";

type BarrierProps = {
  /** Why nothing of the office is shown on this computer. */
  why: "locked" | "superseded" | "wiped";
  /** What the one button does: look again, or begin again. */
  onAct: () => void;
  /** Joins the office again from a computer that was its host. */
  onRejoin?: () => void;
};

/** Stands before the program where the office is not to be seen on this computer. */
export function Barrier({ why, onAct, onRejoin }: BarrierProps) {
  const { t } = useTranslation("sync");
  const { t: host } = useTranslation("host");
  const [losing, setLosing] = useState(false);
  return (
    <CentredCard alert>
      <Brand />
      <IconLock size={32} stroke={1.6} className={classes.mark} aria-hidden />
      <h1 className={classes.title}>{t(`barrier.${why}Title`)}</h1>
      <p className={classes.body}>{t(`barrier.${why}Body`)}</p>
      <Button variant="default" onClick={onAct} autoFocus>
        {t(why === "wiped" ? "barrier.again" : "barrier.retry")}
      </Button>
      {onRejoin !== undefined && (
        <Button variant="subtle" onClick={onRejoin}>
          {host("rejoin")}
        </Button>
      )}
      {why === "locked" && (
        <>
          <Button variant="subtle" onClick={() => setLosing(true)}>
            {host("become.lost")}
          </Button>
          <TakeOverDialog opened={losing} onClose={() => setLosing(false)} />
        </>
      )}
    </CentredCard>
  );
}
