import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { LeadNotices } from "@/features/inbox/LeadNotices";
import { ReminderNotices } from "@/features/reminders/ReminderNotices";
import { UserNotices } from "@/features/reminders/UserNotices";
import { useIsAdmin, useMe } from "@/shared/api/me";
import { ask } from "@/shared/lib/ask";
import { isFocusLost, isTypingField, useShortcuts } from "@/shared/lib/keyboard";
import { useSaveKeys } from "@/shared/lib/save-keys";
import { redoLast, undoLast } from "@/shared/ui/undo-toast";
import { AdminOnly, isAdminScreen } from "./AdminOnly";
import { DemoBanner } from "./DemoBanner";
import { KeyHelp } from "./KeyHelp";
import { openPalette, Palette } from "./Palette";
import { Rail } from "./Rail";
import classes from "./Shell.module.css";
import { TopBar } from "./TopBar";

/** The frame around every screen: rail, search, demo banner, help. */
export function Shell() {
  const { t } = useTranslation();
  const { demo } = useMe();
  const navigate = useNavigate();
  const isAdmin = useIsAdmin();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [folded, setFolded] = useLocalStorage({
    key: "sitegroup.rail-folded",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  // At 200 % zoom or in a narrow window the screen itself needs the room.
  const isNarrow = useMediaQuery("(max-width: 900px)") ?? false;
  const isFolded = folded || isNarrow;
  const [helpOpen, setHelpOpen] = useState(false);

  useShortcuts({
    "/": openPalette,
    "?": () => setHelpOpen(true),
    "g b": () => void navigate({ to: "/bandeja" }),
    "g t": () => void navigate({ to: "/tablero" }),
    "g r": () => void navigate({ to: "/respuesta" }),
    "g p": () => void navigate({ to: "/prospectos" }),
    "g a": () => void navigate({ to: "/agenda" }),
    "g c": () => void navigate({ to: "/contactos" }),
    "g e": () => void navigate({ to: "/embudo" }),
    "g s": () => void navigate({ to: "/ajustes/mi-cuenta" }),
    ...(isAdmin ? { "g h": () => void navigate({ to: "/historial" }) } : {}),
  });
  const create = () => {
    ask("new-prospect");
    void navigate({ to: "/prospectos" });
  };
  // Some screens have something else that is new: a note, an activity.
  useShortcuts({ n: create }, true, true);
  useUndoKey();
  useSaveKeys();
  useFocusOnScreen(path);

  return (
    <div className={classes.shell} data-folded={isFolded}>
      <button type="button" className={classes.skip} onClick={focusContent}>
        {t("nav.skip")}
      </button>
      <Rail
        folded={isFolded}
        canUnfold={!isNarrow}
        onFold={() => setFolded(!folded)}
        onHelp={() => setHelpOpen(true)}
      />
      <div className={classes.column}>
        {demo && <DemoBanner />}
        <TopBar />
        <main id="contenido" className={classes.main} tabIndex={-1}>
          {isAdmin || !isAdminScreen(path) ? <Outlet /> : <AdminOnly />}
        </main>
      </div>
      <Palette onHelp={() => setHelpOpen(true)} />
      <LeadNotices />
      <ReminderNotices />
      <UserNotices />
      <KeyHelp path={path} opened={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

/** A button and not a link: the address's hash names the screen, so it cannot name a place in it. */
function focusContent(): void {
  document.getElementById("contenido")?.focus();
}

/** Another screen takes the focus when it is nowhere, so that Tab starts in it and screen readers begin to read there. */
function useFocusOnScreen(path: string): void {
  const first = useRef(path);
  useEffect(() => {
    if (path === first.current) return;
    first.current = "";
    // A screen that gives the focus to one of its fields has done so by then.
    const timer = setTimeout(() => isFocusLost() && focusContent(), 100);
    return () => clearTimeout(timer);
  }, [path]);
}

/** Ctrl+Z or ⌘Z takes back the last action, unless a field would undo its own typing. */
function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      const isUndo = (event.ctrlKey || event.metaKey) && (key === "z" || key === "y");
      if (!isUndo || isTypingField(event.target)) return;
      event.preventDefault();
      if (event.shiftKey || key === "y") redoLast();
      else undoLast();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
