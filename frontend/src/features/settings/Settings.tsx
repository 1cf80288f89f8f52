import {
  type Icon,
  IconBrandMeta,
  IconDatabase,
  IconDevices,
  IconLayoutKanban,
  IconRotateClockwise2,
  IconRouteAltRight,
  IconTags,
  IconTemplate,
  IconUserCircle,
  IconUsersGroup,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import { PageHeader } from "@/shared/ui/PageHeader";
import classes from "./Settings.module.css";

/** The settings of the person and, for administrators, of the office. */
export function Settings({ children }: { children: ReactNode }) {
  const { t } = useTranslation("settings");
  const { t: devices } = useTranslation("devices");
  const { t: templates } = useTranslation("templates");
  const { t: turns } = useTranslation("turns");
  const { t: board } = useTranslation("board");
  const { t: act } = useTranslation("act");
  const { t: relay } = useTranslation("relay");
  const isAdmin = useIsAdmin();
  return (
    <>
      <PageHeader title={t("title")} />
      <div className={classes.columns}>
        <nav className={classes.nav} aria-label={t("title")}>
          <Item to="/ajustes/mi-cuenta" icon={IconUserCircle} word={t("account.title")} />
          <Item to="/ajustes/plantillas" icon={IconTemplate} word={templates("title")} />
          {isAdmin && <Item to="/ajustes/usuarios" icon={IconUsersGroup} word={t("users.title")} />}
          {isAdmin && <Item to="/ajustes/turnos" icon={IconRotateClockwise2} word={turns("title")} />}
          {isAdmin && <Item to="/ajustes/embudo" icon={IconLayoutKanban} word={board("settings.title")} />}
          {isAdmin && <Item to="/ajustes/etiquetas" icon={IconTags} word={act("tags.label")} />}
          {isAdmin && <Item to="/ajustes/meta" icon={IconBrandMeta} word={t("meta.title")} />}
          {isAdmin && <Item to="/ajustes/relevo" icon={IconRouteAltRight} word={relay("title")} />}
          {isAdmin && <Item to="/ajustes/equipos" icon={IconDevices} word={devices("title")} />}
          {isAdmin && <Item to="/ajustes/respaldo" icon={IconDatabase} word={devices("backup.tab")} />}
        </nav>
        <div className={classes.content}>{children}</div>
      </div>
    </>
  );
}

type ItemProps = {
  to:
    | "/ajustes/mi-cuenta"
    | "/ajustes/plantillas"
    | "/ajustes/usuarios"
    | "/ajustes/turnos"
    | "/ajustes/embudo"
    | "/ajustes/etiquetas"
    | "/ajustes/meta"
    | "/ajustes/relevo"
    | "/ajustes/equipos"
    | "/ajustes/respaldo";
  icon: Icon;
  word: string;
};

function Item({ to, icon: Mark, word }: ItemProps) {
  return (
    <Link to={to} className={classes.item}>
      <Mark size={18} stroke={1.6} aria-hidden />
      {word}
    </Link>
  );
}
