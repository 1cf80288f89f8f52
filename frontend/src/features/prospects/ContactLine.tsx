import { ActionIcon } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./ContactData.module.css";

type ContactLineProps = { children: ReactNode; actions: ReactNode; remove: string; onRemove: () => void };

/** A text with small buttons at its end; the first takes it away. */
export function ContactLine({ children, actions, remove, onRemove }: ContactLineProps) {
  return (
    <div className={classes.line}>
      <div className={classes.value}>{children}</div>
      <div className={classes.actions}>
        <SmallAction label={remove} onClick={onRemove} quiet>
          <IconTrash size={16} stroke={1.6} aria-hidden />
        </SmallAction>
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
