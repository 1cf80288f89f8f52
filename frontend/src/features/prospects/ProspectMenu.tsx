import { ActionIcon, Menu } from "@mantine/core";
import { IconAddressBook, IconDots, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Prospect } from "@/shared/api/types";
import { useDeleteProspect } from "@/shared/prospect/use-delete-prospect";

/** What is seldom done to a prospect: its person's own page and, for administrators, the bin. */
export function ProspectMenu({ prospect }: { prospect: Prospect }) {
  const { t } = useTranslation("prospects");
  const { t: act } = useTranslation("act");
  const isAdmin = useIsAdmin();
  const remove = useDeleteProspect();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t("menu.open")} title={t("menu.open")}>
          <IconDots size={18} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconAddressBook size={16} stroke={1.6} aria-hidden />}
          renderRoot={(props) => <Link to="/contactos/$id" params={{ id: prospect.contact.id }} {...props} />}
        >
          {t("menu.contact")}
        </Menu.Item>
        {isAdmin && (
          <Menu.Item
            leftSection={<IconTrash size={16} stroke={1.6} aria-hidden />}
            onClick={() => void remove(prospect.id)}
          >
            {act("bulk.delete")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
