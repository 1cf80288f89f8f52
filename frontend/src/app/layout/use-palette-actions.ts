import {
  type Icon,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrandWhatsapp,
  IconClock,
  IconFlag,
  IconKeyboard,
  IconPhone,
  IconPlus,
  IconTemperature,
  IconTrash,
  IconUserShare,
  IconUserX,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin } from "@/shared/api/me";
import { useVocabulary } from "@/shared/api/vocabulary";
import { ask } from "@/shared/lib/ask";
import { isOpposed } from "@/shared/prospect/opposed";
import { refreshProspect } from "@/shared/prospect/prospect-cache";
import { prospectQuery } from "@/shared/prospect/prospect-queries";
import { call, openChat } from "@/shared/prospect/reach";
import { useDeleteProspect } from "@/shared/prospect/use-delete-prospect";
import { redoLast, showError, showUndo, undoLast } from "@/shared/ui/undo-toast";
import { noteRecent } from "./recent";

/** Something that the palette can do. */
export type PaletteAction = {
  id: string;
  word: string;
  icon: Icon;
  /** Keys that do the same, pressed one after the other. */
  keys: readonly (readonly string[])[];
  run: () => void;
};

type Patch = {
  stage_id?: string;
  temperature?: string;
  status?: string;
  reason_id?: string;
};

const noKeys: PaletteAction["keys"] = [];

/** What can be done from where the person is: everywhere, and on the prospect in view. */
export function usePaletteActions(onHelp: () => void): PaletteAction[] {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const vocabulary = useVocabulary();
  const { id = "" } = useParams({ strict: false });
  const prospect = useQuery({ ...prospectQuery(id), enabled: id !== "" }).data;
  const users = useQuery({
    queryKey: ["users"],
    queryFn: () => answer(api.GET("/api/users")),
    enabled: isAdmin,
  }).data;
  const name = prospect?.contact.name ?? "";
  useEffect(() => {
    if (id !== "" && name !== "") noteRecent({ id, name });
  }, [id, name]);

  const remove = useDeleteProspect();
  const write = async (message: string, send: () => Promise<{ tx_id: string }>) => {
    try {
      showUndo(message, (await send()).tx_id);
    } catch (thrown) {
      showError(thrown);
    }
    refreshProspect(client, id);
  };
  const patch = (message: string, body: Patch) => () =>
    void write(message, () => answer(api.PATCH("/api/prospects/{id}", { params: { path: { id } }, body })));
  const everywhere: PaletteAction[] = [
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
    { id: "undo", word: t("palette.undo"), icon: IconArrowBackUp, keys: [["Mod", "Z"]], run: undoLast },
    {
      id: "redo",
      word: t("palette.redo"),
      icon: IconArrowForwardUp,
      keys: [["Mod", "Shift", "Z"]],
      run: redoLast,
    },
    { id: "help", word: t("palette.help"), icon: IconKeyboard, keys: [["?"]], run: onHelp },
  ];
  if (prospect === undefined || vocabulary === undefined) return everywhere;

  const reach: PaletteAction[] = isOpposed(prospect.contact)
    ? []
    : [
        {
          id: "call",
          word: t("palette.call", { name }),
          icon: IconPhone,
          keys: noKeys,
          run: () => call(prospect),
        },
        {
          id: "whatsapp",
          word: t("palette.whatsapp", { name }),
          icon: IconBrandWhatsapp,
          keys: [["W"]],
          run: () => openChat(prospect),
        },
      ];
  const sellers = (users?.items ?? []).filter(({ role, active }) => role === "seller" && active);
  return [
    ...reach,
    {
      id: "next",
      word: t("palette.reminder"),
      icon: IconClock,
      keys: [["R"]],
      run: () => ask("next-action"),
    },
    ...vocabulary.stages
      .filter((stage) => stage.id !== prospect.stage_id)
      .map((stage) => ({
        id: `stage-${stage.id}`,
        word: t("palette.stageTo", { name: stage.name }),
        icon: IconFlag,
        keys: [["S"]],
        run: patch(t("palette.stageChanged"), { stage_id: stage.id }),
      })),
    ...(["hot", "warm", "cold"] as const)
      .filter((value) => value !== prospect.temperature)
      .map((value) => ({
        id: `temperature-${value}`,
        word: t("palette.temperatureTo", { name: common(`temperature.${value}`) }),
        icon: IconTemperature,
        keys: [["T"]],
        run: patch(t("palette.temperatureChanged"), { temperature: value }),
      })),
    ...(isAdmin ? sellers : [])
      .filter((seller) => seller.id !== prospect.owner_id)
      .map((seller) => ({
        id: `assign-${seller.id}`,
        word: t("palette.assignTo", { name: seller.name }),
        icon: IconUserShare,
        keys: [["A"]],
        run: () => ask("assign", seller.id), // the page asks why
      })),
    ...vocabulary.reasons
      .filter(({ opposition }) => !opposition) // more than a reason: the page explains what it does
      .map((reason) => ({
        id: `discard-${reason.id}`,
        word: t("palette.discard", { name: reason.name }),
        icon: IconUserX,
        keys: noKeys,
        run: patch(t("palette.discarded"), { status: "discarded", reason_id: reason.id }),
      })),
    ...(isAdmin
      ? [
          {
            id: "delete",
            word: t("palette.delete"),
            icon: IconTrash,
            keys: noKeys,
            run: () => void remove(id),
          },
        ]
      : []),
    ...everywhere,
  ];
}
