import { Button, SegmentedControl, Select, Switch } from "@mantine/core";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/api/me";
import { host } from "@/shared/host/current";
import { lettersOff, setLettersOff } from "@/shared/lib/keyboard";
import { Section } from "@/shared/ui/Section";
import { usePreferencesChange } from "./account-queries";
import { PasswordSection } from "./PasswordSection";
import classes from "./Settings.module.css";

const lockChoices = [0, 5, 10, 15, 30, 60] as const;

/** What each person sets for themselves; it applies at once. */
export function AccountSettings() {
  const { t } = useTranslation("settings");
  const { preferences, user } = useMe();
  const change = usePreferencesChange();
  const lockMinutes = lockChoices.includes(preferences.lock_minutes as (typeof lockChoices)[number])
    ? lockChoices
    : [...lockChoices, preferences.lock_minutes].sort((a, b) => a - b);
  return (
    <>
      <Section title={user.name} hint={t("account.login", { login: user.login })} />
      <Section title={t("account.look")}>
        <Row title={t("account.language")}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              data={[
                { value: "es-MX", label: "Español" },
                { value: "en", label: "English" },
              ]}
              value={preferences.language}
              onChange={(value) => change.mutate({ language: value === "en" ? "en" : "es-MX" })}
            />
          )}
        </Row>
        <Row title={t("account.theme")}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              data={(["auto", "light", "dark"] as const).map((value) => ({
                value,
                label: t(`account.themes.${value}`),
              }))}
              value={preferences.theme}
              onChange={(value) => change.mutate({ theme: value as typeof preferences.theme })}
            />
          )}
        </Row>
        <Row title={t("account.density")} hint={t("account.densityHint")}>
          {(id) => (
            <SegmentedControl
              aria-labelledby={id}
              data={(["dense", "roomy"] as const).map((value) => ({
                value,
                label: t(`account.densities.${value}`),
              }))}
              value={preferences.density}
              onChange={(value) => change.mutate({ density: value as typeof preferences.density })}
            />
          )}
        </Row>
      </Section>
      <KeySection />
      <NoticeSection />
      <Section title={t("account.privacy")}>
        <Row title={t("account.lock")} hint={t("account.lockHint")}>
          {(id) => (
            <Select
              w={160}
              aria-labelledby={id}
              allowDeselect={false}
              data={lockMinutes.map((minutes) => ({
                value: String(minutes),
                label: minutes === 0 ? t("account.lockNever") : t("account.lockAfter", { minutes }),
              }))}
              value={String(preferences.lock_minutes)}
              onChange={(value) => change.mutate({ lock_minutes: Number(value) })}
            />
          )}
        </Row>
        <Row title={t("account.hideNames")} hint={t("account.hideNamesHint")}>
          {(id) => (
            <Switch
              aria-labelledby={id}
              checked={preferences.hide_names}
              onChange={({ currentTarget }) => change.mutate({ hide_names: currentTarget.checked })}
            />
          )}
        </Row>
      </Section>
      <PasswordSection />
    </>
  );
}

/** Single letters, for whom they get in the way. */
function KeySection() {
  const { t } = useTranslation("act");
  const { t: common } = useTranslation();
  const [off, setOff] = useState(lettersOff);
  return (
    <Section title={common("keys.title")}>
      <Row title={t("keys.toggle")} hint={t("keys.toggleHint")}>
        {(id) => (
          <Switch
            aria-labelledby={id}
            checked={!off}
            onChange={({ currentTarget }) => {
              setLettersOff(!currentTarget.checked);
              setOff(!currentTarget.checked);
            }}
          />
        )}
      </Row>
    </Section>
  );
}

/** System notifications in a browser, which asks the person first; the window has its own. */
function NoticeSection() {
  const { t } = useTranslation("settings");
  const [state, setState] = useState(host.notices);
  if (host.surface === "window" || state === "never") return null;
  const ask = () => void host.askForNotices().then(() => setState(host.notices()));
  return (
    <Section title={t("account.notices")}>
      <Row title={t(`account.noticesState.${state}`)} hint={t(`account.noticesHint.${state}`)}>
        {() =>
          state === "ask" && (
            <Button variant="default" onClick={ask}>
              {t("account.noticesAsk")}
            </Button>
          )
        }
      </Row>
    </Section>
  );
}

type RowProps = { title: string; hint?: string; children: (labelId: string) => ReactNode };

function Row({ title, hint, children }: RowProps) {
  const id = useId();
  return (
    <div className={classes.row}>
      <span className={classes.rowWords}>
        <span id={id} className={classes.rowTitle}>
          {title}
        </span>
        {hint !== undefined && <span className={classes.rowHint}>{hint}</span>}
      </span>
      {children(id)}
    </div>
  );
}
