import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Popover, Stack, TextInput } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconBookmark,
  IconChevronDown,
  IconColumns3,
  IconDots,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/shared/api/client";
import { useIsAdmin, useMe } from "@/shared/api/me";
import type { Card, View } from "@/shared/api/types";
import type { Column } from "@/shared/ui/data-table/columns";
import { showError, showUndo } from "@/shared/ui/undo-toast";
import { isNarrowed, type ProspectSearch } from "./prospect-search";
import classes from "./ViewBar.module.css";
import { isView, searchOf, viewOf, viewsQuery } from "./view-queries";

type ViewBarProps = {
  search: ProspectSearch;
  onChange: (search: ProspectSearch) => void;
  all: readonly Column<Card>[];
  /** The columns chosen, in their order; empty for the usual ones. */
  columns: readonly string[];
  onColumns: (columns: string[]) => void;
};

/** The views that somebody keeps: pinned ones side by side, the others in a menu; and the columns. */
export function ViewBar({ search, onChange, all, columns, onColumns }: ViewBarProps) {
  const { t } = useTranslation("act");
  const me = useMe().user;
  const isAdmin = useIsAdmin();
  const client = useQueryClient();
  const views = useQuery(viewsQuery).data?.items ?? [];
  const [saving, setSaving] = useState(false);
  const active = views.find(({ query }) => isView(search, query));
  const others = views.filter(({ pinned }) => !pinned);

  const show = (view: View) => {
    onColumns(view.columns);
    onChange(searchOf(view.query));
  };
  const write = async (message: string, send: () => Promise<{ tx_id: string }>) => {
    try {
      showUndo(message, (await send()).tx_id);
    } catch (thrown) {
      showError(thrown);
    }
    await client.invalidateQueries({ queryKey: ["views"] });
  };
  const patch = (view: View, message: string, body: { pinned?: boolean; columns?: string[] }) =>
    void write(message, () =>
      answer(api.PATCH("/api/views/{id}", { params: { path: { id: view.id } }, body })),
    );
  const mine = active !== undefined && (active.user_id === me.id || (active.shared && isAdmin));
  return (
    <nav className={classes.bar} aria-label={t("views.label")}>
      <button
        type="button"
        className={classes.view}
        aria-pressed={!isNarrowed(search)}
        onClick={() => onChange({})}
      >
        {t("views.all")}
      </button>
      {views
        .filter(({ pinned }) => pinned)
        .map((view) => (
          <button
            key={view.id}
            type="button"
            className={classes.view}
            aria-pressed={view === active}
            title={view.shared ? t("views.ofOffice") : undefined}
            onClick={() => show(view)}
          >
            {view.name}
          </button>
        ))}
      {others.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              rightSection={<IconChevronDown size={14} stroke={1.6} aria-hidden />}
            >
              {t("views.more")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((view) => (
              <Menu.Item key={view.id} onClick={() => show(view)}>
                {view.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {active !== undefined && mine && (
        <Menu position="bottom-start">
          <Menu.Target>
            <ActionIcon variant="subtle" aria-label={`${t("views.label")}: ${active.name}`}>
              <IconDots size={16} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => patch(active, t("views.updated"), { columns: [...columns] })}>
              {t("views.update")}
            </Menu.Item>
            <Menu.Item onClick={() => patch(active, t("views.updated"), { pinned: !active.pinned })}>
              {active.pinned ? t("views.unpin") : t("views.pin")}
            </Menu.Item>
            <Menu.Item
              onClick={() =>
                void write(t("views.deleted"), () =>
                  answer(api.DELETE("/api/views/{id}", { params: { path: { id: active.id } } })),
                )
              }
            >
              {t("views.delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconBookmark size={14} stroke={1.6} aria-hidden />}
        onClick={() => setSaving(true)}
      >
        {t("views.save")}
      </Button>
      <ColumnChoice all={all} columns={columns} onColumns={onColumns} />
      <Modal opened={saving} onClose={() => setSaving(false)} title={t("views.saveTitle")} size="sm">
        <SaveForm
          onClose={() => setSaving(false)}
          onSave={(name, pinned, shared) => {
            setSaving(false);
            void write(t("views.saved"), () =>
              answer(
                api.POST("/api/views", {
                  body: { name, pinned, shared, query: viewOf(search), columns: [...columns] },
                }),
              ),
            );
          }}
        />
      </Modal>
    </nav>
  );
}

type SaveFormProps = {
  onClose: () => void;
  onSave: (name: string, pinned: boolean, shared: boolean) => void;
};

function SaveForm({ onClose, onSave }: SaveFormProps) {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const { t: prospects } = useTranslation("prospects");
  const isAdmin = useIsAdmin();
  const [name, setName] = useState("");
  const [pinned, setPinned] = useState(true);
  const [shared, setShared] = useState(false);
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return setMissing(true);
    onSave(name.trim(), pinned, shared);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <p style={{ margin: 0 }}>{t("views.hint")}</p>
        <TextInput
          label={t("views.name")}
          data-autofocus
          autoComplete="off"
          maxLength={60}
          value={name}
          error={missing && prospects("reasonMissing")}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setMissing(false);
          }}
        />
        <Checkbox
          label={t("views.pinned")}
          checked={pinned}
          onChange={(event) => setPinned(event.currentTarget.checked)}
        />
        {isAdmin && (
          <Checkbox
            label={t("views.shared")}
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {common("action.cancel")}
          </Button>
          <Button type="submit">{common("action.save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

type ColumnChoiceProps = Pick<ViewBarProps, "all" | "columns" | "onColumns">;

/** Which columns the list has, and in which order. */
function ColumnChoice({ all, columns, onColumns }: ColumnChoiceProps) {
  const { t } = useTranslation("act");
  const isAdmin = useIsAdmin();
  const usual = all.filter(({ hidden = false }) => !hidden).map(({ id }) => id);
  const chosen = columns.length === 0 ? usual : [...columns];
  const offered = all.filter(({ id }) => id !== "seller" || isAdmin).map(({ id }) => id);
  const rest = offered.filter((id) => !chosen.includes(id));
  const word = (id: string) => all.find((column) => column.id === id)?.header ?? id;
  const move = (id: string, by: number) => {
    const next = chosen.filter((name) => name !== id);
    next.splice(Math.max(0, chosen.indexOf(id) + by), 0, id);
    onColumns(next);
  };
  const toggle = (id: string) =>
    onColumns(chosen.includes(id) ? chosen.filter((name) => name !== id) : [...chosen, id]);
  return (
    <Popover position="bottom-start" trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconColumns3 size={14} stroke={1.6} aria-hidden />}
        >
          {t("views.columns")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflowY: "auto" }}>
        <div className={classes.columns}>
          {[...chosen, ...rest].map((id, index) => (
            <div key={id} className={classes.column}>
              <Checkbox
                size="xs"
                label={word(id)}
                checked={chosen.includes(id)}
                disabled={id === "name"}
                onChange={() => toggle(id)}
              />
              {chosen.includes(id) && (
                <Group gap={2}>
                  <ActionIcon
                    size="sm"
                    variant="subtle"
                    disabled={index === 0}
                    aria-label={t("views.left", { name: word(id) })}
                    onClick={() => move(id, -1)}
                  >
                    <IconArrowUp size={14} stroke={1.6} />
                  </ActionIcon>
                  <ActionIcon
                    size="sm"
                    variant="subtle"
                    disabled={index === chosen.length - 1}
                    aria-label={t("views.right", { name: word(id) })}
                    onClick={() => move(id, 1)}
                  >
                    <IconArrowDown size={14} stroke={1.6} />
                  </ActionIcon>
                </Group>
              )}
            </div>
          ))}
          <Button size="compact-sm" variant="subtle" onClick={() => onColumns([])}>
            {t("views.usual")}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
