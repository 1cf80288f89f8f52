import { ActionIcon, Button, Checkbox, Group, Popover } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Card } from "@/shared/api/types";
import type { Column } from "@/shared/ui/data-table/columns";
import classes from "./ViewBar.module.css";

type ColumnChoiceProps = {
  all: readonly Column<Card>[];
  /** The columns chosen, in their order; empty for the usual ones. */
  columns: readonly string[];
  onColumns: (columns: string[]) => void;
};

/** Which columns the list has, and in which order. */
export function ColumnChoice({ all, columns, onColumns }: ColumnChoiceProps) {
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
                    size={24}
                    variant="subtle"
                    disabled={index === 0}
                    aria-label={t("views.left", { name: word(id) })}
                    onClick={() => move(id, -1)}
                  >
                    <IconArrowUp size={14} stroke={1.6} />
                  </ActionIcon>
                  <ActionIcon
                    size={24}
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
