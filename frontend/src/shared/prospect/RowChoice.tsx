import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/shared/api/types";
import { usersQuery } from "@/shared/api/users";
import { useVocabulary } from "@/shared/api/vocabulary";
import { Kbd } from "@/shared/ui/Kbd";
import { GoneNotice } from "./GoneNotice";
import { ReasonForm } from "./ReasonDialog";
import { ReassignForm } from "./ReassignDialog";
import classes from "./RowChoice.module.css";
import { usePatch } from "./use-patch";
import { isGone, useProspect } from "./use-prospect";

/** What of a row is chosen. */
export type Axis = "stage" | "temperature" | "seller";

type RowChoiceProps = { choice: { axis: Axis; card: Card } | null; onClose: () => void };

/** Offers the stages, temperatures or sellers of one row of the list, by arrows or by their digit. */
export function RowChoice({ choice, onClose }: RowChoiceProps) {
  const { t } = useTranslation("prospects");
  const { error } = useProspect(choice?.card.id ?? "");
  const gone = isGone(error);
  const name = choice === null || choice.card.name === "" || gone ? t("nameless") : choice.card.name;
  return (
    <Modal
      opened={choice !== null}
      onClose={onClose}
      title={choice === null ? "" : t(`row.${choice.axis}`, { name })}
      size="sm"
    >
      {gone && <GoneNotice error={error} onClose={onClose} />}
      {!gone && choice?.axis === "stage" && <StageOf card={choice.card} onClose={onClose} />}
      {!gone && choice?.axis === "temperature" && <TemperatureOf card={choice.card} onClose={onClose} />}
      {!gone && choice?.axis === "seller" && <SellerOf card={choice.card} onClose={onClose} />}
    </Modal>
  );
}

type OfProps = { card: Card; onClose: () => void };

/** Forward is one press; back asks why, as on the prospect's page. */
function StageOf({ card, onClose }: OfProps) {
  const { t } = useTranslation("prospects");
  const patch = usePatch(card);
  const stages = useVocabulary()?.stages ?? [];
  const [back, setBack] = useState("");
  const at = (id: string) => stages.findIndex((stage) => stage.id === id);
  const move = (id: string, reason?: string) => {
    onClose();
    const message = t("stage.moved", { name: stages[at(id)]?.name ?? "" });
    patch(message, { stage_id: id }, reason === undefined ? {} : { stage_reason: reason });
  };
  if (back !== "")
    return (
      <ReasonForm
        label={t("stage.why")}
        confirm={t("stage.confirm")}
        onClose={onClose}
        onReason={(reason) => move(back, reason)}
      />
    );
  return (
    <Options
      options={stages.map(({ id, name }) => ({ value: id, name }))}
      present={card.stage_id}
      onClose={onClose}
      onChoose={(id) => (at(id) < at(card.stage_id) ? setBack(id) : move(id))}
    />
  );
}

function TemperatureOf({ card, onClose }: OfProps) {
  const { t } = useTranslation("prospects");
  const { t: common } = useTranslation();
  const patch = usePatch(card);
  const options = [
    ...(["cold", "warm", "hot"] as const).map((value) => ({ value, name: common(`temperature.${value}`) })),
    { value: "", name: common("temperature.none") },
  ];
  return (
    <Options
      options={options}
      present={card.temperature}
      onClose={onClose}
      onChoose={(temperature) => {
        onClose();
        const name = options.find(({ value }) => value === temperature)?.name ?? "";
        patch(t("temperature.changed", { name }), { temperature });
      }}
    />
  );
}

/** Who has it from now on, and why: the history keeps the reason. */
function SellerOf({ card, onClose }: OfProps) {
  const { t } = useTranslation("prospects");
  const patch = usePatch(card);
  const users = useQuery(usersQuery).data?.items ?? [];
  const [to, setTo] = useState<{ value: string; name: string } | null>(null);
  const options = [
    ...users
      .filter(({ role, active }) => role === "seller" && active)
      .map(({ id, name }) => ({ value: id, name })),
    { value: "", name: t("seller.tray") },
  ];
  if (to !== null)
    return (
      <ReassignForm
        onClose={onClose}
        onReason={(owner_reason) => {
          onClose();
          const owner_name = to.value === "" ? "" : to.name;
          const message = to.value === "" ? t("seller.inTray") : t("seller.changed", { name: to.name });
          patch(message, { owner_id: to.value, owner_name }, { owner_reason });
        }}
      />
    );
  return (
    <Options
      options={options}
      present={card.owner_id}
      onClose={onClose}
      onChoose={(id) => setTo(options.find(({ value }) => value === id) ?? null)}
    />
  );
}

type OptionsProps = {
  options: readonly { value: string; name: string }[];
  present: string;
  onChoose: (value: string) => void;
  onClose: () => void;
};

/** As many as have a digit. */
const digits = 9;

function Options({ options, present, onChoose, onClose }: OptionsProps) {
  const choose = (value: string) => (value === present ? onClose() : onChoose(value));
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const option = /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1] : undefined;
    if (step === undefined && option === undefined) return;
    event.preventDefault();
    if (option !== undefined) return choose(option.value);
    const index = buttons.findIndex((button) => button.matches(":focus")) + (step ?? 0);
    buttons[Math.min(buttons.length - 1, Math.max(0, index))]?.focus();
  };
  const focused = Math.max(
    0,
    options.findIndex(({ value }) => value === present),
  );
  return (
    <ul className={classes.options} onKeyDown={onKeyDown}>
      {options.map(({ value, name }, index) => (
        <li key={value}>
          <button
            type="button"
            className={classes.option}
            aria-current={value === present || undefined}
            data-autofocus={index === focused || undefined}
            onClick={() => choose(value)}
          >
            <span className={classes.word}>{name}</span>
            {index < digits && <Kbd keys={[String(index + 1)]} />}
          </button>
        </li>
      ))}
    </ul>
  );
}
