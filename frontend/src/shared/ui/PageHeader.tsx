import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./PageHeader.module.css";

type PageHeaderProps = {
  title: string;
  /** A quiet word beside the title: a count, a state. */
  note?: ReactNode;
  /** Buttons at the right end. */
  actions?: ReactNode;
};

/** The first line of a screen: its name, a note and what can be done. */
export function PageHeader({ title, note, actions }: PageHeaderProps) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t("product")}`);
  return (
    <header className={classes.header}>
      <h1 className={classes.title}>{title}</h1>
      {note !== undefined && <span className={classes.note}>{note}</span>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
