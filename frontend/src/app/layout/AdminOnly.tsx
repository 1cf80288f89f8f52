import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/shared/ui/EmptyState";

/** Screens of administrators. The API refuses everybody else; here they are told so before they have filled anything in. */
const screens = new Set([
  "/historial",
  "/importar",
  "/papelera",
  "/salud",
  "/ajustes/usuarios",
  "/ajustes/turnos",
  "/ajustes/embudo",
  "/ajustes/etiquetas",
  "/ajustes/meta",
  "/ajustes/relevo",
  "/ajustes/equipos",
  "/ajustes/respaldo",
]);

/** Whether only administrators have use for the screen at this address. */
export function isAdminScreen(path: string): boolean {
  return screens.has(path.replace(/\/$/, ""));
}

/** What a seller sees at an administrator's address. */
export function AdminOnly() {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t("error.adminOnly")}
      action={
        <Button component={Link} to="/bandeja">
          {t("error.goHome")}
        </Button>
      }
    />
  );
}
