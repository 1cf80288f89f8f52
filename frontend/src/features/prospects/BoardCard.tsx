import { IconPhoneOff } from "@tabler/icons-react";
import type { CSSProperties, HTMLAttributes, Ref } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Card } from "@/shared/api/types";
import { useWord } from "@/shared/prospect/use-word";
import { Temperature } from "@/shared/ui/Temperature";
import classes from "./Board.module.css";
import { NextStep } from "./NextStep";
import { LeadAge } from "./use-prospect-columns";

type BoardCardProps = HTMLAttributes<HTMLDivElement> & {
  card: Card;
  ref?: Ref<HTMLDivElement>;
  style?: CSSProperties;
  /** In the hand, by mouse or by key. */
  lifted?: boolean;
};

/** One prospect on the board: who, how soon, what comes next, since when, whose. */
export function BoardCard({ card, ref, lifted = false, ...rest }: BoardCardProps) {
  const { t } = useTranslation("prospects");
  const { t: board } = useTranslation("board");
  const word = useWord();
  const isAdmin = useIsAdmin();
  const ended = card.status === "discarded" || card.status === "closed";
  return (
    <div ref={ref} className={classes.card} data-lifted={lifted} {...rest}>
      <div className={classes.line}>
        <span className={classes.name}>{card.name === "" ? t("nameless") : card.name}</span>
        {card.opposed && (
          <span
            className={classes.opposed}
            role="img"
            aria-label={board("card.opposed")}
            title={board("card.opposed")}
          >
            <IconPhoneOff size={14} stroke={1.9} aria-hidden />
          </span>
        )}
        <Temperature value={card.temperature} />
      </div>
      <div className={classes.line}>
        {ended ? (
          <span className={classes.quiet}>{word("status", card.status)}</span>
        ) : (
          <NextStep next={card.next} />
        )}
      </div>
      <div className={classes.line}>
        <LeadAge card={card} />
        {isAdmin && (
          <span className={classes.seller}>{card.owner_id === "" ? t("seller.none") : card.owner_name}</span>
        )}
      </div>
    </div>
  );
}
