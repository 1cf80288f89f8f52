import { Menu } from "@mantine/core";
import { IconKeyboard, IconLineHeight, IconLock, IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePreferencesChange } from "@/features/settings/account-queries";
import { lockScreen, signOut } from "@/shared/api/leave-desk";
import { useMe } from "@/shared/api/me";
import { initials } from "@/shared/lib/text";
import classes from "./AccountMenu.module.css";

type AccountMenuProps = { folded: boolean; onHelp: () => void };

/** The person at the foot of the rail: own settings, help, lock, sign out. */
export function AccountMenu({ folded, onHelp }: AccountMenuProps) {
  const { t } = useTranslation();
  const { user, preferences } = useMe();
  const change = usePreferencesChange();
  const otherDensity = preferences.density === "dense" ? "roomy" : "dense";
  const navigate = useNavigate();
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <button
          type="button"
          className={classes.account}
          title={t("nav.account")}
          aria-label={folded ? `${t("nav.account")}: ${user.name}` : undefined}
        >
          <span className={classes.avatar} data-initials={initials(user.name)} aria-hidden />
          {!folded && (
            <span className={classes.who}>
              <span className={classes.name}>{user.name}</span>
              <span className={classes.role}>
                {t(user.role === "admin" ? "account.admin" : "account.seller")}
              </span>
            </span>
          )}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconUserCircle size={16} />}
          onClick={() => void navigate({ to: "/ajustes/mi-cuenta" })}
        >
          {t("account.settings")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={onHelp}>
          {t("account.keys")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLineHeight size={16} />}
          onClick={() => change.mutate({ density: otherDensity })}
        >
          {t(`account.${otherDensity}`)}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLock size={16} />} onClick={lockScreen}>
          {t("account.lock")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
