import { type KeyboardEvent, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Prospect } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { useAsked } from "@/shared/lib/ask";
import { ReasonDialog } from "@/shared/prospect/ReasonDialog";
import { usePatch } from "@/shared/prospect/use-patch";
import classes from "./StageStepper.module.css";

type StageStepperProps = { prospect: Prospect; list: Ref<HTMLOListElement> };

/** Moves the focus along the steps with the arrow keys. */
function onArrow(event: KeyboardEvent<HTMLOListElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const index = buttons.findIndex((button) => button.matches(":focus"));
  buttons[Math.min(buttons.length - 1, Math.max(0, index + step))]?.focus();
  event.preventDefault();
}

/** The commercial stages in a row. Forward is one press; back asks why. */
export function StageStepper({ prospect, list }: StageStepperProps) {
  const { t } = useTranslation("prospects");
  const patch = usePatch(prospect);
  const stages = useVocabulary()?.stages ?? [];
  const [back, setBack] = useState<string | null>(null);
  const present = stages.findIndex(({ id }) => id === prospect.stage_id);
  const nameOf = (id: string | null) => stages.find((stage) => stage.id === id)?.name ?? "";
  const choose = (id: string, index: number) => {
    if (index === present) return;
    if (index < present) return setBack(id);
    patch(t("stage.moved", { name: nameOf(id) }), { stage_id: id });
  };
  useAsked("stage", (id) => {
    const index = stages.findIndex((stage) => stage.id === id);
    if (index >= 0) choose(id, index);
  });
  return (
    <>
      <ol ref={list} className={classes.stages} aria-label={t("column.stage")} onKeyDown={onArrow}>
        {stages.map(({ id, name }, index) => (
          <li key={id} className={classes.item}>
            <button
              type="button"
              className={classes.stage}
              data-state={index < present ? "passed" : index === present ? "present" : "ahead"}
              aria-current={index === present ? "step" : undefined}
              tabIndex={index === Math.max(0, present) ? 0 : -1}
              title={name}
              aria-label={name}
              onClick={() => choose(id, index)}
            >
              <span className={classes.name}>{name.replaceAll("/", "/\u200b")}</span>
            </button>
          </li>
        ))}
      </ol>
      <ReasonDialog
        opened={back !== null}
        title={t("stage.back", { name: nameOf(back) })}
        label={t("stage.why")}
        confirm={t("stage.confirm")}
        onClose={() => setBack(null)}
        onReason={(stage_reason) => {
          if (back !== null)
            patch(t("stage.moved", { name: nameOf(back) }), { stage_id: back }, { stage_reason });
          setBack(null);
        }}
      />
    </>
  );
}
