import { Anchor, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { MetaCheck } from "@/shared/api/types";
import list from "@/shared/ui/checks.module.css";
import { Section } from "@/shared/ui/Section";
import { Signal } from "@/shared/ui/Signal";
import classes from "./Meta.module.css";
import { checkLevel, knownCheck, sortChecks } from "./meta-checks";

/** What the connection needs, what is missing, and how each thing is mended. */
export function MetaChecklist({ checks }: { checks: readonly MetaCheck[] }) {
  const { t } = useTranslation("settings");
  const [opened, { toggle }] = useDisclosure(false);
  const { toFix, unknown, inOrder } = sortChecks(checks);
  if (checks.length === 0) return null;
  return (
    <Section
      title={t("meta.check.title")}
      hint={
        toFix.length > 0
          ? t("meta.check.toFix", { count: toFix.length })
          : t(unknown.length > 0 ? "meta.check.nothingMissing" : "meta.check.allWell")
      }
    >
      <ul className={list.checks}>
        {toFix.map((check) => (
          <Check key={check.code} check={check} />
        ))}
        {unknown.map((check) => (
          <Check key={check.code} check={check} />
        ))}
      </ul>
      {inOrder.length > 0 && (
        <>
          <Anchor
            component="button"
            type="button"
            size="sm"
            className={classes.inOrder}
            onClick={toggle}
            aria-expanded={opened}
          >
            <Signal level="ok" />
            {t("meta.check.inOrder", { count: inOrder.length })}
          </Anchor>
          <Collapse expanded={opened}>
            <ul className={list.checks}>
              {inOrder.map((check) => (
                <Check key={check.code} check={check} />
              ))}
            </ul>
          </Collapse>
        </>
      )}
    </Section>
  );
}

function Check({ check }: { check: MetaCheck }) {
  const { t } = useTranslation("settings");
  const code = knownCheck(check.code);
  const title = code === undefined ? t("meta.check.other") : t(`meta.check.${code}.title`);
  const where = typeof check.args.page === "string" ? check.args.page : undefined;
  const fix = () => {
    if (code === undefined) return undefined;
    const elsewhere = code.startsWith("scope.") && where !== undefined;
    return elsewhere ? t("meta.check.notForPage") : t(`meta.check.${code}.fix`);
  };
  const words = {
    ok: undefined,
    unknown: t(check.args.reached === false ? "meta.check.notReached" : "meta.check.cannotTell"),
    missing: fix(),
    warn: fix(),
  }[check.state];
  return (
    <li className={list.check}>
      <Signal level={checkLevel(check)} />
      <span>
        <span className={list.title}>
          {title}
          {where !== undefined && <span className={list.quiet}> · {where}</span>}
        </span>
        {words !== undefined && <span className={list.fix}>{words}</span>}
      </span>
    </li>
  );
}
