import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Card, Prospect } from "@/shared/api/types";
import { ask } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { showError } from "@/shared/ui/undo-toast";
import { ActivityDialog, type DialogStart, startToday } from "./ActivityDialog";
import { ReturnPrompt } from "./ReturnPrompt";
import { type Axis, RowChoice } from "./RowChoice";
import classes from "./RowDeeds.module.css";
import { call, openChat } from "./reach";
import { prospectNow, useProspect } from "./use-prospect";
import { useReachOut } from "./use-reach-out";

type RowDeedsProps = {
  /** The active row of the list, or the card of the board that has the focus, at the moment of a key. */
  cardNow: () => Card | undefined;
  /** Off while rows are picked: then the same keys open what is done to all of them. */
  enabled?: boolean;
  /** False where the screen itself calls and opens the chat. */
  reaches?: boolean;
};

/**
 * What letters do to one prospect of many, without leaving them: E edits, A assigns, S stage, T temperature, L calls,
 * W opens the chat, R plans. After a call or a chat it asks here how it went.
 */
export function RowDeeds({ cardNow, enabled = true, reaches = true }: RowDeedsProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const isAdmin = useIsAdmin();
  const [choice, setChoice] = useState<{ axis: Axis; card: Card } | null>(null);
  const [planned, setPlanned] = useState<DialogStart | null>(null);
  const [approached, setApproached] = useState("");

  const withProspect = async (deed: (prospect: Prospect) => void) => {
    const card = cardNow();
    if (card === undefined) return;
    try {
      deed(await prospectNow(client, card.id));
    } catch (thrown) {
      showError(thrown);
    }
  };
  const reachOut = useReachOut();
  const reach = (by: (prospect: Prospect) => void) =>
    void withProspect((prospect) => {
      if (reachOut(prospect, by)) setApproached(prospect.id);
    });
  const choose = (axis: Axis) => () => {
    const card = cardNow();
    if (card !== undefined) setChoice({ axis, card });
  };
  useShortcuts(
    {
      s: choose("stage"),
      t: choose("temperature"),
      ...(isAdmin ? { a: choose("seller") } : {}),
      ...(reaches ? { l: () => reach(call), w: () => reach(openChat) } : {}),
      r: () => void withProspect((prospect) => setPlanned(startToday(prospect))),
      e: () => {
        const card = cardNow();
        if (card === undefined) return;
        ask("edit");
        void navigate({ to: "/prospectos/$id", params: { id: card.id } });
      },
    },
    enabled,
  );
  return (
    <>
      {approached !== "" && <HowItWent id={approached} />}
      <RowChoice choice={choice} onClose={() => setChoice(null)} />
      <ActivityDialog start={planned} onClose={() => setPlanned(null)} />
    </>
  );
}

/** Asks about the person who was approached from the list, by name: the row may be out of sight by now. */
function HowItWent({ id }: { id: string }) {
  const { t } = useTranslation("prospects");
  const { prospect } = useProspect(id);
  if (prospect === undefined) return null;
  const { name } = prospect.contact;
  return (
    <div className={classes.asked}>
      <span className={classes.who}>{name === "" ? t("nameless") : name}</span>
      <div className={classes.question}>
        <ReturnPrompt prospect={prospect} />
      </div>
    </div>
  );
}
