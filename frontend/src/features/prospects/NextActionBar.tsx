import { Button, Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { NextAction, Prospect } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { endingsOf } from "@/shared/prospect/endings";
import { KindIcon } from "@/shared/prospect/KindIcon";
import { useProspectChange } from "@/shared/prospect/use-prospect-change";
import { useWord } from "@/shared/prospect/use-word";
import { WhenPicker } from "@/shared/prospect/WhenPicker";
import { dueFields, type When } from "@/shared/prospect/when-presets";
import { Kbd } from "@/shared/ui/Kbd";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { useNow } from "@/shared/ui/use-now";
import { ChoiceMenu } from "./ChoiceMenu";
import classes from "./NextActionBar.module.css";
import { isOverdue } from "./NextStep";

type NextActionBarProps = {
  prospect: Prospect;
  /** Digits choose when. */
  digits: boolean;
  onDone: () => void;
};

/** The next step, always in view: what and when, done or moved; or the moments to plan one. */
export function NextActionBar({ prospect, digits, onDone }: NextActionBarProps) {
  const { t } = useTranslation("prospects");
  const { next, status } = prospect;
  if (next === null && (status === "discarded" || status === "closed")) return null;
  return (
    <section className={classes.bar} aria-label={t("next.title")}>
      {next === null ? (
        <Plan prospect={prospect} digits={digits} onDone={onDone} />
      ) : (
        <Planned key={next.id} prospect={prospect} next={next} digits={digits} onDone={onDone} />
      )}
    </section>
  );
}

/** The result of a call that asks for when to call again. */
const callLater = "call_later";

/** Kinds of steps one plans; a note is written, not planned. */
const isPlannable = (kind: string) => kind !== "note";

function Plan({ prospect, digits, onDone }: NextActionBarProps) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const { mutate } = useProspectChange(prospect.id);
  const kinds = (useVocabulary()?.activity_kinds ?? []).filter(isPlannable);
  const [kind, setKind] = useState("call");
  const plan = (when: When) => {
    onDone();
    const shown: NextAction = {
      id: "draft-next",
      kind,
      at: when.due_at ?? null,
      on: when.due_on ?? null,
    };
    mutate({
      message: t("next.planned", { kind: word("kind", kind) }),
      send: () =>
        answer(
          api.POST("/api/prospects/{id}/activities", {
            params: { path: { id: prospect.id } },
            body: { kind, done: false, ...dueFields(when) },
          }),
        ),
      prospect: (known) => ({ ...known, next: shown }),
      card: (card) => ({ ...card, next: shown }),
    });
  };
  return (
    <>
      <div className={classes.planned}>
        <span className={classes.none}>
          {t("next.none")} <Kbd keys={["R"]} />
        </span>
        <ChoiceMenu
          label={`${t("next.kind")}: ${word("kind", kind)}`}
          value={kind}
          choices={kinds.map((code) => ({
            value: code,
            name: word("kind", code),
            mark: <KindIcon kind={code} />,
          }))}
          onChoose={setKind}
        >
          <KindIcon kind={kind} />
          {word("kind", kind)}
        </ChoiceMenu>
      </div>
      <WhenPicker active={digits} label={t("next.when")} onPick={plan} />
    </>
  );
}

function Planned({ prospect, next, digits, onDone }: NextActionBarProps & { next: NextAction }) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const { mutate, isPending } = useProspectChange(prospect.id);
  const [moving, setMoving] = useState(false);
  const [callingLater, setCallingLater] = useState(false);
  const overdue = isOverdue(next, new Date(useNow()));
  const kind = word("kind", next.kind);
  const path = { id: next.id };
  // A step that only exists on screen yet has no name to be called by.
  const isDraft = next.id.startsWith("draft-");
  const move = (when: When) => {
    setMoving(false);
    onDone();
    const shown: NextAction = { ...next, at: when.due_at ?? null, on: when.due_on ?? null };
    mutate({
      message: t("next.moved"),
      send: () => answer(api.PATCH("/api/activities/{id}", { params: { path }, body: dueFields(when) })),
      prospect: (known) => ({ ...known, next: shown }),
      card: (card) => ({ ...card, next: shown }),
    });
  };
  const finish = (result?: string, again?: When) => {
    if (result === callLater && again === undefined) return setCallingLater(true);
    setCallingLater(false);
    const following: NextAction | null =
      again === undefined
        ? null
        : { id: "draft-next", kind: next.kind, at: again.due_at ?? null, on: again.due_on ?? null };
    mutate({
      message: t("next.finished", { kind }),
      send: () =>
        answer(
          api.POST("/api/activities/{id}/done", {
            params: { path },
            body: {
              ...(result === undefined ? {} : { result }),
              ...(again === undefined ? {} : { next: { kind: next.kind, ...dueFields(again) } }),
            },
          }),
        ),
      prospect: (known) => ({ ...known, next: following }),
      card: (card) => ({ ...card, next: following }),
    });
  };
  return (
    <>
      <div className={classes.planned}>
        <span className={classes.step} data-overdue={overdue}>
          <KindIcon kind={next.kind} />
          <span className={classes.kind}>{kind}</span>
          {next.at !== null ? (
            <RelativeDate at={next.at} />
          ) : (
            next.on !== null && <RelativeDate on={next.on} />
          )}
          {overdue && <span className={classes.overdue}>{t("next.late")}</span>}
        </span>
        <span className={classes.actions}>
          <Finish kind={next.kind} disabled={isDraft || isPending} onFinish={finish} />
          <Button
            size="compact-sm"
            variant="default"
            disabled={isDraft}
            aria-expanded={moving || digits}
            onClick={() => setMoving(!moving)}
          >
            {t("next.move")}
          </Button>
        </span>
      </div>
      {callingLater && (
        <WhenPicker active label={t("call.when")} onPick={(when) => finish(callLater, when)} />
      )}
      {(moving || digits) && !callingLater && (
        <WhenPicker active={digits || moving} label={t("next.when")} onPick={move} />
      )}
    </>
  );
}

type FinishProps = { kind: string; disabled: boolean; onFinish: (result?: string) => void };

function Finish({ kind, disabled, onFinish }: FinishProps) {
  const { t } = useTranslation("prospects");
  const word = useWord();
  const results = kind === "call" ? [...endingsOf(kind), callLater] : endingsOf(kind);
  const mark = <IconCheck size={14} stroke={2} aria-hidden />;
  if (results.length === 0) {
    return (
      <Button
        size="compact-sm"
        variant="light"
        leftSection={mark}
        disabled={disabled}
        onClick={() => onFinish()}
      >
        {t("next.finish")}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="light" leftSection={mark} disabled={disabled}>
          {t("next.finish")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {results.map((result) => (
          <Menu.Item key={result} onClick={() => onFinish(result)}>
            {word("result", result)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
