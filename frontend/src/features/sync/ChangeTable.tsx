import { Button, Checkbox, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import table from "@/shared/ui/table.module.css";
import { showDone, showError } from "@/shared/ui/undo-toast";
import { type Settle, useSettle } from "./change-queries";
import { useChangeWords } from "./change-words";
import classes from "./Sync.module.css";

/** One line: what somebody wrote, what stands instead, and why. */
export type ChangeLine = {
  id: string;
  prospect_id: string;
  prospect_name: string;
  entity: string;
  field: string;
  mine: unknown;
  theirs: unknown;
  at: string;
  /** Who wrote what stands, or whose the line is in the office's list. */
  by: string;
  by_at?: string | null;
  reason: string;
  can_apply: boolean;
};

type ChangeTableProps = {
  label: string;
  lines: ChangeLine[];
  settle: Settle;
  /** Heading of the column that names a person. */
  byTitle: string;
  withReason: boolean;
};

/** A list of changes that did not stay, with the two things to do about them. */
export function ChangeTable({ label, lines, settle, byTitle, withReason }: ChangeTableProps) {
  const { t } = useTranslation("sync");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const { apply, dismiss } = useSettle(settle);
  const chosen = lines.filter(({ id }) => picked.has(id));
  const toggle = (id: string, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(id);
    else next.delete(id);
    setPicked(next);
  };
  const applyLines = (ids: string[]) =>
    apply.mutate({ ids, message: t("changes.applied", { count: ids.length }) }, { onError: showError });
  const dismissLines = (ids: string[]) =>
    dismiss.mutate(ids, {
      onSuccess: () => showDone(t("changes.dismissed", { count: ids.length })),
      onError: showError,
    });
  const applicable = chosen.filter(({ can_apply }) => can_apply).map(({ id }) => id);
  return (
    <>
      <table className={table.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                size="xs"
                aria-label={t("changes.pickAll")}
                checked={chosen.length === lines.length && lines.length > 0}
                indeterminate={chosen.length > 0 && chosen.length < lines.length}
                onChange={({ currentTarget }) =>
                  setPicked(new Set(currentTarget.checked ? lines.map(({ id }) => id) : []))
                }
              />
            </th>
            <th scope="col">{t("changes.what")}</th>
            <th scope="col">{t("changes.mine")}</th>
            <th scope="col">{t("changes.theirs")}</th>
            <th scope="col">{byTitle}</th>
            <th scope="col">
              <VisuallyHidden>{t("changes.actions")}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Row
              key={line.id}
              line={line}
              picked={picked.has(line.id)}
              onPick={(on) => toggle(line.id, on)}
              onApply={() => applyLines([line.id])}
              onDismiss={() => dismissLines([line.id])}
              withReason={withReason}
            />
          ))}
        </tbody>
      </table>
      {chosen.length > 1 && (
        <div className={classes.bulk}>
          <span>{t("changes.picked", { count: chosen.length })}</span>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => dismissLines(chosen.map(({ id }) => id))}
          >
            {t("changes.dismiss")}
          </Button>
          {applicable.length > 0 && (
            <Button size="compact-sm" onClick={() => applyLines(applicable)}>
              {t("changes.apply")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

type RowProps = {
  line: ChangeLine;
  picked: boolean;
  onPick: (on: boolean) => void;
  onApply: () => void;
  onDismiss: () => void;
  withReason: boolean;
};

function Row({ line, picked, onPick, onApply, onDismiss, withReason }: RowProps) {
  const { t } = useTranslation("sync");
  const { field, value, reason } = useChangeWords();
  const name = line.prospect_name === "" ? t("changes.nobody") : line.prospect_name;
  const what = `${name}, ${field(line)}`;
  const isGone = line.prospect_id === ""; // and its values with it
  const shown = (raw: unknown) => (isGone ? t("value.erased") : value(line.field, raw));
  return (
    <tr>
      <td>
        <Checkbox
          size="xs"
          aria-label={t("changes.pick", { what })}
          checked={picked}
          onChange={({ currentTarget }) => onPick(currentTarget.checked)}
        />
      </td>
      <td>
        {isGone ? (
          <span className={table.quiet}>{name}</span>
        ) : (
          <Link to="/prospectos/$id" params={{ id: line.prospect_id }} className={classes.name}>
            {name}
          </Link>
        )}
        <span className={classes.second}>
          {field(line)} · <RelativeDate at={line.at} />
        </span>
        {withReason && <span className={classes.reason}>{reason(line.reason)}</span>}
      </td>
      <td className={table.strong}>{shown(line.mine)}</td>
      <td>{shown(line.theirs)}</td>
      <td>
        {line.by}
        {line.by_at !== undefined && line.by_at !== null && (
          <span className={classes.second}>
            <RelativeDate at={line.by_at} />
          </span>
        )}
      </td>
      <td className={table.end}>
        <span className={classes.pair}>
          {line.can_apply && (
            <Button
              size="compact-sm"
              variant="light"
              onClick={onApply}
              aria-label={t("changes.applyOf", { what })}
            >
              {t("changes.apply")}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={onDismiss}
            aria-label={t("changes.dismissOf", { what })}
          >
            {t("changes.dismiss")}
          </Button>
        </span>
      </td>
    </tr>
  );
}
