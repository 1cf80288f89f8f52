import { Button } from "@mantine/core";
import { IconCheck, IconChecks } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { UserNotice } from "@/shared/api/types";
import { formatCount } from "@/shared/lib/text";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import classes from "./ReminderBell.module.css";
import { useSeen, useUserNotices } from "./user-notice-queries";
import { useUserNoticeText } from "./user-notice-text";

/** What one was told: those not seen yet, and on request the others. */
export function UserNoticeList({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("reminders");
  const { items, unread } = useUserNotices();
  const { mutate } = useSeen();
  const [all, setAll] = useState(false);
  const title = useId();
  if (items.length === 0) return null;
  const shown = items.filter(({ is_read }) => all || !is_read);
  const hasSeen = items.some(({ is_read }) => is_read);
  return (
    <>
      <div className={classes.groupLine}>
        <h3 className={classes.group} id={title}>
          {t("told.title")}
        </h3>
        {unread > 1 && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconChecks size={14} stroke={1.6} aria-hidden />}
            onClick={() => mutate({ notices: "all", message: t("told.allDone") })}
          >
            {t("told.all")}
          </Button>
        )}
        {hasSeen && (
          <Button size="compact-xs" variant="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
            {t(all ? "told.less" : "told.more")}
          </Button>
        )}
      </div>
      {shown.length > 0 ? (
        <ul className={classes.items} aria-labelledby={title}>
          {shown.map((notice) => (
            <Item
              key={notice.id}
              notice={notice}
              onOpen={onOpen}
              onSeen={() => mutate({ notices: [notice], message: t("told.done") })}
            />
          ))}
        </ul>
      ) : (
        <p className={classes.quiet}>{t("told.nothingNew")}</p>
      )}
    </>
  );
}

type ItemProps = { notice: UserNotice; onOpen: () => void; onSeen: () => void };

function Item({ notice, onOpen, onSeen }: ItemProps) {
  const { t } = useTranslation("reminders");
  const { title, sentence, detail } = useUserNoticeText()(notice);
  return (
    <li className={classes.item} data-seen={notice.is_read}>
      <div className={classes.line}>
        {notice.prospect_id === "" ? (
          <span className={classes.name}>{title}</span>
        ) : (
          <Link
            to="/prospectos/$id"
            params={{ id: notice.prospect_id }}
            className={classes.name}
            onClick={onOpen}
          >
            {title}
          </Link>
        )}
        <span className={classes.when}>
          <RelativeDate at={notice.at} />
        </span>
      </div>
      <p className={classes.what}>
        {sentence}
        {detail !== "" && ` «${detail}»`}
      </p>
      {!notice.is_read && (
        <div className={classes.actions}>
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconCheck size={14} stroke={2} aria-hidden />}
            aria-label={t("told.seenOf", { what: sentence })}
            onClick={({ currentTarget }) => {
              const item = currentTarget.closest("li");
              const heir = item?.nextElementSibling ?? item?.previousElementSibling;
              (heir?.querySelector("button") ?? item?.closest<HTMLElement>('[role="dialog"]'))?.focus();
              onSeen();
            }}
          >
            {notice.ids.length > 1
              ? t("told.seenMany", { n: formatCount(notice.ids.length) })
              : t("told.seen")}
          </Button>
        </div>
      )}
    </li>
  );
}
