import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { View } from "@/shared/api/types";
import { useViewChange } from "./view-queries";

type ViewMenuProps = {
  view: View;
  /** The list has been narrowed or laid out otherwise since the view was opened. */
  changed: boolean;
  /** What the list shows now. */
  shown: Pick<View, "query" | "columns">;
  onEdit: () => void;
};

/** What may be done to the view that is open: brought up to date, named, pinned, shared, dropped. */
export function ViewMenu({ view, changed, shown, onEdit }: ViewMenuProps) {
  const { t } = useTranslation("act");
  const write = useViewChange();
  const { name } = view;
  const label = t(changed ? "views.menuChanged" : "views.menu", { name });
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon variant="subtle" aria-label={label} title={label}>
          <IconDots size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {changed && (
          <Menu.Item onClick={() => void write.update(view, shown, t("views.updated"))}>
            {t("views.updateOf", { name })}
          </Menu.Item>
        )}
        <Menu.Item onClick={onEdit}>{t("views.edit")}</Menu.Item>
        <Menu.Item onClick={() => void write.update(view, { pinned: !view.pinned }, t("views.updated"))}>
          {t(view.pinned ? "views.unpin" : "views.pin")}
        </Menu.Item>
        <Menu.Item onClick={() => void write.remove(view, t("views.deleted"))}>{t("views.delete")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
