import { Checkbox, Group, Modal, Select, Stack, Textarea } from "@mantine/core";
import { DateInput, TimePicker } from "@mantine/dates";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import type { Prospect } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { parseDay, toDay } from "@/shared/lib/dates";
import { formatPhone } from "@/shared/lib/phones";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { FormFoot } from "@/shared/ui/FormFoot";
import { undoable } from "@/shared/ui/undo-toast";
import { endingsOf } from "./endings";
import { KindIcon } from "./KindIcon";
import { isMeeting, keptLength, lengths, lengthWords } from "./length";
import { refreshProspect } from "./prospect-cache";
import { type RemindName, remindAt, remindOptions } from "./remind-options";
import { useWord } from "./use-word";

/** Where a dialog begins: a day, perhaps a time of it in minutes, perhaps with whom, perhaps something done already. */
export type DialogStart = { day: string; minute: number | null; prospect?: Prospect; done?: boolean };

type ActivityDialogProps = { start: DialogStart | null; onClose: () => void };

/** Plans something with a prospect, or writes down something that was done. */
export function ActivityDialog({ start, onClose }: ActivityDialogProps) {
  const { t } = useTranslation("agenda");
  return (
    <Modal
      opened={start !== null}
      onClose={onClose}
      title={t(start?.done ? "dialog.doneTitle" : "dialog.title")}
      size="md"
    >
      {start !== null && <ActivityForm start={start} onClose={onClose} />}
    </Modal>
  );
}

const pad = (n: number) => String(n).padStart(2, "0");

function ActivityForm({ start, onClose }: { start: DialogStart; onClose: () => void }) {
  const { t } = useTranslation("agenda");
  const { t: prospects } = useTranslation("prospects");
  const word = useWord();
  const client = useQueryClient();
  const kinds = (useVocabulary()?.activity_kinds ?? []).filter((kind) => kind !== "note");
  const [kind, setKind] = useState(start.done ? "visit" : "appointment");
  const [who, setWho] = useState(start.prospect?.id ?? "");
  const [day, setDay] = useState(start.day);
  const [time, setTime] = useState(
    start.minute === null ? "" : `${pad(Math.floor(start.minute / 60))}:${pad(start.minute % 60)}`,
  );
  const [minutes, setMinutes] = useState(60);
  const [body, setBody] = useState("");
  const [result, setResult] = useState("");
  const [remind, setRemind] = useState<RemindName>("at");
  const [missing, setMissing] = useState(false);
  const now = new Date();
  const due = dueOf(day, time);
  const options = remindOptions(due, day, now);
  const chosen = options.includes(remind) ? remind : (options[0] ?? "never");
  const results = endingsOf(kind);
  const takes = due !== null && isMeeting(kind);
  const save = useMutation({
    mutationFn: () => {
      const params = { path: { id: who } };
      const step = start.done
        ? { kind, body, done: true, ...(result === "" ? {} : { result }) }
        : {
            kind,
            body,
            done: false,
            ...(due === null ? { due_on: day } : { due_at: due.toISOString() }),
            ...(takes ? { minutes: keptLength(kind, minutes) } : {}),
            ...remindAt(chosen, due, day),
          };
      return undoable(
        () => answer(api.POST("/api/prospects/{id}/activities", { params, body: step })),
        t(start.done ? "dialog.logged" : "dialog.planned", { kind: word("kind", kind) }),
      );
    },
    onSuccess: () => {
      onClose();
      void client.invalidateQueries({ queryKey: ["agenda"] });
      refreshProspect(client, who);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (who === "") return setMissing(true);
    save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {start.prospect === undefined && (
          <Person
            value={who}
            onChange={setWho}
            error={missing && who === "" ? t("dialog.whoMissing") : null}
          />
        )}
        <Select
          label={t("dialog.kind")}
          data-autofocus={start.prospect !== undefined || undefined}
          openOnFocus={false}
          data={kinds.map((value) => ({ value, label: word("kind", value) }))}
          value={kind}
          onChange={(value) => {
            setKind(value ?? kind);
            setResult("");
          }}
          allowDeselect={false}
          leftSection={<KindIcon kind={kind} />}
        />
        {start.done ? (
          results.length > 0 && (
            <Select
              label={t("dialog.result")}
              data={results.map((value) => ({ value, label: word("result", value) }))}
              value={result === "" ? null : result}
              onChange={(value) => setResult(value ?? "")}
              clearable
            />
          )
        ) : (
          <>
            <Group grow align="flex-start" gap="sm">
              <DateInput
                label={t("dialog.day")}
                value={day}
                onChange={(value) => setDay(value ?? day)}
                valueFormat="ddd D MMM YYYY"
                weekendDays={[]}
              />
              <TimePicker
                label={t("dialog.time")}
                hoursInputLabel={prospects("when.hours")}
                minutesInputLabel={prospects("when.minutes")}
                value={time}
                onChange={setTime}
              />
            </Group>
            <Checkbox
              label={t("dialog.noTime")}
              checked={time === ""}
              onChange={({ currentTarget }) => setTime(currentTarget.checked ? "" : "09:00")}
            />
            {takes && (
              <Select
                label={t("length")}
                data={lengths.map((value) => ({ value: String(value), label: lengthWords(value) }))}
                value={String(minutes)}
                onChange={(value) => setMinutes(Number(value ?? minutes))}
                allowDeselect={false}
              />
            )}
            <Select
              label={t("dialog.remind")}
              data={options.map((value) => ({ value, label: t(`remind.${value}`) }))}
              value={chosen}
              onChange={(value) => setRemind((value as RemindName | null) ?? chosen)}
              allowDeselect={false}
            />
          </>
        )}
        <Textarea
          label={t("dialog.body")}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={10_000}
          value={body}
          onChange={({ currentTarget }) => setBody(currentTarget.value)}
        />
        <ErrorNotice error={save.error} />
        <FormFoot
          onCancel={onClose}
          saving={save.isPending}
          save={t(start.done ? "dialog.log" : "dialog.plan")}
        />
      </Stack>
    </form>
  );
}

/** The instant of a day and a time here; `null` without a time. */
function dueOf(day: string, time: string): Date | null {
  const [hour, minute] = time.split(":").map(Number);
  if (time === "" || hour === undefined || minute === undefined) return null;
  const at = parseDay(day);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate(), hour, minute);
}

/** Finds the prospect by what is typed: a name, or digits of a phone. */
function Person({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (id: string) => void;
  error: string | null;
}) {
  const { t } = useTranslation("agenda");
  const [typed, setTyped] = useState("");
  const found = useQuery({
    queryKey: ["prospects", "person", typed],
    queryFn: () =>
      answer(
        api.GET("/api/prospects", {
          params: { query: { open: "true", limit: 20, ...(typed.trim() === "" ? {} : { q: typed.trim() }) } },
        }),
      ),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const people = found.data?.items ?? [];
  return (
    <Select
      label={t("dialog.who")}
      placeholder={t("dialog.whoHint")}
      searchable
      openOnFocus={false}
      data-autofocus
      data={people.map(({ id, name, phone }) => ({
        value: id,
        label: [name || t("nameless"), phone === "" ? "" : formatPhone(phone)].filter(Boolean).join(" · "),
      }))}
      filter={({ options }) => options}
      nothingFoundMessage={t("dialog.nobody")}
      value={value === "" ? null : value}
      onChange={(id) => onChange(id ?? "")}
      onSearchChange={setTyped}
      error={error}
    />
  );
}

/** Today, for a dialog that begins without a day of its own. */
export const startToday = (prospect: Prospect, done = false): DialogStart => ({
  day: toDay(new Date()),
  minute: null,
  prospect,
  done,
});
