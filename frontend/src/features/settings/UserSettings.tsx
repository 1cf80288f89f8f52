import { ActionIcon, Badge, Button, Menu, VisuallyHidden } from "@mantine/core";
import {
  IconDots,
  IconFileExport,
  IconKey,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconShield,
  IconUserCheck,
  IconUserOff,
  IconUserShare,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import type { User } from "@/shared/api/types";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { Section } from "@/shared/ui/Section";
import table from "@/shared/ui/table.module.css";
import { showError } from "@/shared/ui/undo-toast";
import { NewUserDialog } from "./NewUserDialog";
import { PassOnDialog } from "./PassOnDialog";
import { ResetPasswordDialog } from "./ResetPasswordDialog";
import { openProspectsQuery, type UserChange, usersQuery, useUserChange } from "./user-queries";

/** The people of the office: who may enter, as what, and who takes turns. */
export function UserSettings() {
  const { t } = useTranslation("settings");
  const users = useQuery(usersQuery);
  const [adding, setAdding] = useState(false);
  const [resetting, setResetting] = useState<User | null>(null);
  const [passing, setPassing] = useState<User | null>(null);
  return (
    <Section
      title={t("users.title")}
      hint={t("users.hint")}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t("users.add")}
        </Button>
      }
    >
      <ErrorNotice error={users.error} onRetry={() => void users.refetch()} />
      {users.data !== undefined && (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("users.name")}</th>
              <th scope="col">{t("users.login")}</th>
              <th scope="col">{t("users.role")}</th>
              <th scope="col">{t("users.state")}</th>
              <th scope="col">
                <VisuallyHidden>{t("users.actions")}</VisuallyHidden>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.data.map((user) => (
              <UserRow
                key={user.id}
                user={user}
                onReset={() => setResetting(user)}
                onPassOn={(isInactive) => setPassing({ ...user, active: user.active && !isInactive })}
              />
            ))}
          </tbody>
        </table>
      )}
      <NewUserDialog opened={adding} onClose={() => setAdding(false)} />
      <ResetPasswordDialog user={resetting} onClose={() => setResetting(null)} />
      <PassOnDialog user={passing} onClose={() => setPassing(null)} />
    </Section>
  );
}

type UserRowProps = {
  user: User;
  onReset: () => void;
  /** Offers to give their open prospects away; true says that they have just been deactivated. */
  onPassOn: (isInactive: boolean) => void;
};

function UserRow({ user, onReset, onPassOn }: UserRowProps) {
  const { t } = useTranslation("settings");
  const { t: words } = useTranslation("words");
  const isMe = useMe().user.id === user.id;
  return (
    <tr>
      <td className={table.strong}>
        {user.name} {isMe && <span className={table.quiet}>{t("users.you")}</span>}
      </td>
      <td className={table.quiet}>{user.login}</td>
      <td>
        {words(`role.${user.role}`)}
        {user.role === "seller" && user.can_export && (
          <span className={table.quiet}> · {t("users.exports")}</span>
        )}
      </td>
      <td>
        <StateBadge user={user} />
      </td>
      <td className={table.end}>
        <UserMenu user={user} isMe={isMe} onReset={onReset} onPassOn={onPassOn} />
      </td>
    </tr>
  );
}

function StateBadge({ user }: { user: User }) {
  const { t } = useTranslation("settings");
  if (!user.active) {
    return (
      <Badge variant="outline" color="gray" tt="none">
        {t("users.inactive")}
      </Badge>
    );
  }
  if (user.paused) {
    return (
      <Badge variant="light" color="yellow" tt="none" c="var(--sg-soon)">
        {t("users.paused")}
      </Badge>
    );
  }
  return <span>{t(user.role === "seller" ? "users.inTurns" : "users.active")}</span>;
}

type UserMenuProps = UserRowProps & { isMe: boolean };

function UserMenu({ user, isMe, onReset, onPassOn }: UserMenuProps) {
  const { t } = useTranslation("settings");
  const change = useUserChange();
  const client = useQueryClient();
  const apply = (patch: UserChange, message: string) =>
    change.mutate({ id: user.id, change: patch, message }, { onError: showError });
  const { name } = user;
  const deactivate = () =>
    change.mutate(
      { id: user.id, change: { active: false }, message: t("users.deactivatedToast", { name }) },
      {
        onSuccess: async () => {
          const { open } = await client.fetchQuery(openProspectsQuery(user.id));
          if (open > 0) onPassOn(true);
        },
        onError: showError,
      },
    );
  const otherRole = user.role === "admin" ? "seller" : "admin";
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("users.actionsOf", { name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user.active && user.role === "seller" && (
          <Menu.Item
            leftSection={user.paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
            onClick={() =>
              apply(
                { paused: !user.paused },
                t(user.paused ? "users.resumedToast" : "users.pausedToast", { name }),
              )
            }
          >
            {t(user.paused ? "users.resume" : "users.pause")}
          </Menu.Item>
        )}
        {user.active && user.role === "seller" && (
          <Menu.Item
            leftSection={<IconFileExport size={16} />}
            onClick={() =>
              apply(
                { can_export: !user.can_export },
                t(user.can_export ? "users.deniedExport" : "users.allowedExport", { name }),
              )
            }
          >
            {t(user.can_export ? "users.denyExport" : "users.allowExport")}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconUserShare size={16} />} onClick={() => onPassOn(false)}>
          {t("passOn.action")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKey size={16} />} onClick={onReset} disabled={isMe}>
          {t("users.reset")}
        </Menu.Item>
        {user.active && !isMe && (
          <Menu.Item
            leftSection={<IconShield size={16} />}
            onClick={() => apply({ role: otherRole }, t(`users.made.${otherRole}`, { name }))}
          >
            {t(`users.make.${otherRole}`)}
          </Menu.Item>
        )}
        <Menu.Divider />
        {user.active ? (
          <Menu.Item leftSection={<IconUserOff size={16} />} disabled={isMe} onClick={deactivate}>
            {t("users.deactivate")}
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconUserCheck size={16} />}
            onClick={() => apply({ active: true }, t("users.reactivatedToast", { name }))}
          >
            {t("users.reactivate")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
