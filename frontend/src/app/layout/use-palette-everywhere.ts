import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCalendarPlus,
  IconFileExport,
  IconKeyboard,
  IconLineHeight,
  IconLock,
  IconLogout,
  IconMoon,
  IconPlus,
  IconSun,
  IconTable,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { searchOf, viewsQuery } from "@/features/prospects/view-queries";
import { usePreferencesChange } from "@/features/settings/account-queries";
import { lockScreen, signOut } from "@/shared/api/leave-desk";
import { useMe } from "@/shared/api/me";
import { ask, canAsk } from "@/shared/lib/ask";
import { redoLast, undoLast } from "@/shared/ui/undo-toast";
import type { PaletteAction } from "./use-palette-actions";

const noKeys: PaletteAction["keys"] = [];

/** What can be done from every screen; the export where what is on screen can be taken away. */
export function usePaletteEverywhere(onHelp: () => void): PaletteAction[] {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const { preferences } = useMe();
  const change = usePreferencesChange();
  const views = useQuery(viewsQuery).data?.items ?? [];
  const otherDensity = preferences.density === "dense" ? "roomy" : "dense";
  const themes = (["light", "dark"] as const).filter((theme) => theme !== preferences.theme);
  return [
    {
      id: "new",
      word: t("palette.newProspect"),
      icon: IconPlus,
      keys: [["N"]],
      run: () => {
        ask("new-prospect");
        void navigate({ to: "/prospectos" });
      },
    },
    {
      id: "new-activity",
      word: t("palette.newActivity"),
      icon: IconCalendarPlus,
      keys: noKeys,
      run: () => {
        ask("new-activity");
        void navigate({ to: "/agenda" });
      },
    },
    { id: "undo", word: t("palette.undo"), icon: IconArrowBackUp, keys: [["Mod", "Z"]], run: undoLast },
    {
      id: "redo",
      word: t("palette.redo"),
      icon: IconArrowForwardUp,
      keys: [["Mod", "Shift", "Z"]],
      run: redoLast,
    },
    { id: "help", word: t("palette.help"), icon: IconKeyboard, keys: [["?"]], run: onHelp },
    ...(canAsk("export")
      ? [
          {
            id: "export",
            word: t("palette.export"),
            icon: IconFileExport,
            keys: noKeys,
            run: () => ask("export"),
          },
        ]
      : []),
    ...views.map((view) => ({
      id: `view-${view.id}`,
      word: t("palette.view", { name: view.name }),
      icon: IconTable,
      keys: noKeys,
      run: () => void navigate({ to: "/prospectos", search: searchOf(view.query) }),
    })),
    ...themes.map((theme) => ({
      id: `theme-${theme}`,
      word: t(`palette.theme.${theme}`),
      icon: theme === "dark" ? IconMoon : IconSun,
      keys: noKeys,
      run: () => change.mutate({ theme }),
    })),
    {
      id: "density",
      word: common(`account.${otherDensity}`),
      icon: IconLineHeight,
      keys: noKeys,
      run: () => change.mutate({ density: otherDensity }),
    },
    { id: "lock", word: common("account.lock"), icon: IconLock, keys: noKeys, run: lockScreen },
    {
      id: "sign-out",
      word: common("account.signOut"),
      icon: IconLogout,
      keys: noKeys,
      run: () => void signOut(),
    },
  ];
}
