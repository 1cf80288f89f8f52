import {
  type Icon,
  IconAddressBook,
  IconBrandWhatsapp,
  IconClock,
  IconFlag,
  IconMail,
  IconNote,
  IconPencil,
  IconPhone,
  IconPhoneCheck,
  IconProgress,
  IconTag,
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
import { call, openChat, writeMail } from "@/shared/prospect/reach";
import { useDeleteProspect } from "@/shared/prospect/use-delete-prospect";
import { isGone, useProspect } from "@/shared/prospect/use-prospect";
import { useReachOut } from "@/shared/prospect/use-reach-out";
import { useTags } from "@/shared/tags/tag-queries";
import { showError, undoable } from "@/shared/ui/undo-toast";
import { forgetRecent, noteRecent } from "./recent";
import { usePaletteEverywhere } from "./use-palette-everywhere";

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
  temperature?: string;
  status?: string;
  reason_id?: string;
};

const noKeys: PaletteAction["keys"] = [];

/** Until the palette has faded away and given the focus back, in milliseconds. */
const afterPalette = 250;

/** What can be done from where the person is: everywhere, and on the prospect in view. */
export function usePaletteActions(onHelp: () => void): PaletteAction[] {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const { t: words } = useTranslation("words");
  const navigate = useNavigate();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const vocabulary = useVocabulary();
  // Of a prospect's page alone: a contact's has an id too, which is nobody's here.
  const id = useParams({ from: "/prospectos/$id", shouldThrow: false })?.id ?? "";
  const { prospect, error } = useProspect(id);
  const gone = isGone(error);
  const users = useQuery({
    queryKey: ["users"],
    queryFn: () => answer(api.GET("/api/users")),
    enabled: isAdmin,
  }).data;
  const name = prospect?.contact.name ?? "";
  useEffect(() => {
    if (gone) forgetRecent(id);
    else if (id !== "" && name !== "") noteRecent({ id, name });
  }, [id, name, gone]);

  const everywhere = usePaletteEverywhere(onHelp);
  const tags = useTags();
  const remove = useDeleteProspect();
  const reachOut = useReachOut();
  const write = async (message: string, send: () => Promise<{ tx_id: string }>) => {
    try {
      await undoable(send, message);
    } catch (thrown) {
      showError(thrown);
    }
    refreshProspect(client, id);
  };
  const patch = (message: string, body: Patch) => () =>
    void write(message, () => answer(api.PATCH("/api/prospects/{id}", { params: { path: { id } }, body })));
  if (prospect === undefined || vocabulary === undefined) return everywhere;

  const reach: PaletteAction[] = isOpposed(prospect.contact)
    ? []
    : [
        {
          id: "call",
          word: t("palette.call", { name }),
          icon: IconPhone,
          keys: noKeys,
          run: () => reachOut(prospect, call),
        },
        ...(prospect.contact.emails.length === 0
          ? []
          : [
              {
                id: "mail",
                word: t("palette.mail", { name }),
                icon: IconMail,
                keys: noKeys,
                run: () => writeMail(prospect),
              },
            ]),
        {
          id: "whatsapp",
          word: t("palette.whatsapp", { name }),
          icon: IconBrandWhatsapp,
          keys: [["W"]],
          run: () => reachOut(prospect, openChat),
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
    {
      id: "log-call",
      word: common("keys.call"),
      icon: IconPhoneCheck,
      keys: [["L"]],
      run: () => ask("log-call"),
    },
    {
      id: "note",
      word: common("keys.note"),
      icon: IconNote,
      keys: [["N"]],
      // The palette gives the focus back to where it was; what is to be typed in takes it after that.
      run: () => setTimeout(() => ask("note"), afterPalette),
    },
    {
      id: "edit",
      word: t("palette.edit"),
      icon: IconPencil,
      keys: [["E"]],
      run: () => setTimeout(() => ask("edit"), afterPalette),
    },
    {
      id: "contact",
      word: t("palette.contact"),
      icon: IconAddressBook,
      keys: noKeys,
      run: () => void navigate({ to: "/contactos/$id", params: { id: prospect.contact.id } }),
    },
    ...vocabulary.statuses
      .filter((status) => status !== prospect.status && status !== "discarded" && status !== "new")
      .map((status) => ({
        id: `status-${status}`,
        word: t("palette.statusTo", { name: words(`status.${status}` as never) }),
        icon: IconProgress,
        keys: noKeys,
        run: patch(t("palette.statusChanged"), { status }),
      })),
    ...vocabulary.stages
      .filter((stage) => stage.id !== prospect.stage_id)
      .map((stage) => ({
        id: `stage-${stage.id}`,
        word: t("palette.stageTo", { name: stage.name }),
        icon: IconFlag,
        keys: [["S"]],
        run: () => ask("stage", stage.id), // the page asks why, where it is a step back
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
    ...tags.map((tag) => {
      const isOn = prospect.tags.includes(tag.id);
      const body = { add: isOn ? [] : [tag.id], remove: isOn ? [tag.id] : [] };
      return {
        id: `tag-${tag.id}`,
        word: t(isOn ? "palette.untag" : "palette.tag", { name: tag.name }),
        icon: IconTag,
        keys: noKeys,
        run: () =>
          void write(t("tags.done"), () =>
            answer(api.POST("/api/prospects/{id}/tags", { params: { path: { id } }, body })),
          ),
      };
    }),
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
