import { ActionIcon } from "@mantine/core";
import { IconStar, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ContactFields.module.css";

/** Where a phone or an address stands among the others. */
export type Standing = "alone" | "first" | "later";

/** Where the one at this index stands. */
export function standingOf(index: number, count: number): Standing {
  if (count === 1) return "alone";
  return index === 0 ? "first" : "later";
}

type ContactLineProps = {
  children: ReactNode;
  /** Ways to reach the person by it. */
  actions: ReactNode;
  what: string;
  standing: Standing;
  onFirst: () => void;
  onRemove: () => void;
};

/** A phone or an address with small buttons at its end: taken away, put first, used. */
export function ContactLine({ children, actions, what, standing, onFirst, onRemove }: ContactLineProps) {
  const { t } = useTranslation("prospects");
  return (
    <div className={classes.line}>
      <div className={classes.value}>{children}</div>
      {standing === "first" && <span className={classes.first}>{t("data.first")}</span>}
      <div className={classes.actions}>
        <SmallAction label={t("data.remove", { what })} onClick={onRemove} quiet>
          <IconTrash size={16} stroke={1.6} aria-hidden />
        </SmallAction>
        {standing === "later" && (
          <SmallAction label={t("data.makeFirst", { what })} onClick={onFirst} quiet>
            <IconStar size={16} stroke={1.6} aria-hidden />
          </SmallAction>
        )}
        {actions}
      </div>
    </div>
  );
}

type SmallActionProps = {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  /** Shown only with the pointer or the focus near it. */
  quiet?: boolean;
  children: ReactNode;
};

/** A button of one drawing. */
export function SmallAction({ label, onClick, disabled = false, quiet = false, children }: SmallActionProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      className={classes.small ?? ""}
      data-quiet={quiet}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
