import { ActionIcon, Button, Group, TextInput, VisuallyHidden } from "@mantine/core";
import { IconArchive, IconArrowDown, IconArrowUp, IconPlus } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import table from "@/shared/ui/table.module.css";
import classes from "./Pipeline.module.css";
import { usePipelineChange, wordCalls } from "./pipeline-queries";

type Word = { id: string; name: string; archived: boolean };

type WordListProps<W extends Word> = {
  kind: "stages" | "reasons";
  words: readonly W[];
  columns: readonly { id: string; header: string; cell: (word: W) => ReactNode }[];
  onArchive: (word: W) => void;
};

/** The office's words of one kind: renamed in place, moved by a step, archived and used again. */
export function WordList<W extends Word>({ kind, words, columns, onArchive }: WordListProps<W>) {
  const { t } = useTranslation("board");
  const { mutate } = usePipelineChange();
  const used = words.filter(({ archived }) => !archived);
  const retired = words.filter(({ archived }) => archived);
  const swap = (index: number, step: number) => {
    const ids = used.map(({ id }) => id);
    const [moved] = ids.splice(index, 1);
    if (moved === undefined) return;
    ids.splice(index + step, 0, moved);
    mutate({ send: () => wordCalls[kind].order(ids), message: t("settings.ordered") });
  };
  return (
    <>
      <div className={classes.scroll}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("settings.name")}</th>
              {columns.map(({ id, header }) => (
                <th key={id} scope="col">
                  {header === "" ? <VisuallyHidden>{t("settings.stops")}</VisuallyHidden> : header}
                </th>
              ))}
              <th scope="col">
                <VisuallyHidden>{t("settings.actions")}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {used.map((word, index) => (
              <tr key={word.id}>
                <td>
                  <NameField key={word.name} kind={kind} word={word} />
                </td>
                {columns.map(({ id, cell }) => (
                  <td key={id}>{cell(word)}</td>
                ))}
                <td className={table.end}>
                  <Group gap={2} justify="flex-end" wrap="nowrap">
                    <Step
                      label={t("settings.up", { name: word.name })}
                      disabled={index === 0}
                      onClick={() => swap(index, -1)}
                    >
                      <IconArrowUp size={16} stroke={1.6} />
                    </Step>
                    <Step
                      label={t("settings.down", { name: word.name })}
                      disabled={index === used.length - 1}
                      onClick={() => swap(index, 1)}
                    >
                      <IconArrowDown size={16} stroke={1.6} />
                    </Step>
                    <Step label={t("settings.archive", { name: word.name })} onClick={() => onArchive(word)}>
                      <IconArchive size={16} stroke={1.6} />
                    </Step>
                  </Group>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <AddWord kind={kind} />
      {retired.length > 0 && (
        <>
          <h3 className={classes.retired}>
            {t(kind === "stages" ? "settings.archivedStages" : "settings.archivedReasons")}
          </h3>
          <ul className={classes.list}>
            {retired.map(({ id, name }) => (
              <li key={id} className={classes.row}>
                <span>{name}</span>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() =>
                    mutate({
                      send: () => wordCalls[kind].restore(id),
                      message: t("settings.restored", { name }),
                    })
                  }
                >
                  {t("settings.restore")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

type StepProps = { label: string; disabled?: boolean; onClick: () => void; children: ReactNode };

function Step({ label, disabled = false, onClick, children }: StepProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}

/** The name, written where it stands: Enter or leaving the field keeps it, Escape does not. */
function NameField({ kind, word }: { kind: "stages" | "reasons"; word: Word }) {
  const { t } = useTranslation("board");
  const { mutate } = usePipelineChange();
  const [name, setName] = useState(word.name);
  const keep = () => {
    const next = name.trim();
    if (next === "" || next === word.name) return setName(word.name);
    mutate(
      { send: () => wordCalls[kind].rename(word.id, next), message: t("settings.renamed", { name: next }) },
      { onError: () => setName(word.name) },
    );
  };
  return (
    <TextInput
      size="xs"
      variant="unstyled"
      className={classes.name}
      aria-label={t("settings.rename", { name: word.name })}
      maxLength={60}
      value={name}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setName(word.name);
      }}
    />
  );
}

function AddWord({ kind }: { kind: "stages" | "reasons" }) {
  const { t } = useTranslation("board");
  const { mutate } = usePipelineChange();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    mutate(
      { send: () => wordCalls[kind].add(name), message: t("settings.added", { name: name.trim() }) },
      { onSuccess: () => setName("") },
    );
  };
  return (
    <form className={classes.add} onSubmit={submit}>
      <TextInput
        size="xs"
        aria-label={t(kind === "stages" ? "settings.newStage" : "settings.newReason")}
        placeholder={t(kind === "stages" ? "settings.newStage" : "settings.newReason")}
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button
        type="submit"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} stroke={1.8} aria-hidden />}
      >
        {t("settings.add")}
      </Button>
    </form>
  );
}
