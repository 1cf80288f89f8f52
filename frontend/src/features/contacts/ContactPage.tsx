import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import { useIsAdmin } from "@/shared/api/me";
import type { Contact, Prospect, TimelineItem } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { ContactFields } from "@/shared/contact/ContactFields";
import { useAsked } from "@/shared/lib/ask";
import { useShortcuts } from "@/shared/lib/keyboard";
import { call, openChat } from "@/shared/prospect/reach";
import { useReachOut } from "@/shared/prospect/use-reach-out";
import { useWord } from "@/shared/prospect/use-word";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { NotHere } from "@/shared/ui/NotHere";
import { PageHeader } from "@/shared/ui/PageHeader";
import { RelativeDate } from "@/shared/ui/RelativeDate";
import { showDone } from "@/shared/ui/undo-toast";
import classes from "./ContactPage.module.css";
import { contactQuery, contactTimelineQuery } from "./contact-queries";
import { MaybeTheSame } from "./MaybeTheSame";
import { ReachPerson } from "./ReachPerson";
import { useContactChange } from "./use-contact-change";
import { useReached } from "./use-reached";

/** One person: how to reach them, all their prospects, and what has happened with any of them. */
export function ContactPage() {
  const { t } = useTranslation("contacts");
  const { id } = useParams({ from: "/contactos/$id" });
  const query = useQuery(contactQuery(id));
  const contact = query.data;
  const isAdmin = useIsAdmin();
  if (query.error !== null && toAppError(query.error).code === "contact.not_found") {
    return (
      <NotHere
        error={query.error}
        action={
          <Button variant="default" renderRoot={(props) => <Link to="/contactos" {...props} />}>
            {t("back")}
          </Button>
        }
      />
    );
  }
  return (
    <>
      <PageHeader
        title={contact === undefined ? t("title") : contact.name === "" ? t("nameless") : contact.name}
        actions={
          <>
            <Button
              size="compact-md"
              variant="default"
              renderRoot={(props) => <Link to="/contactos" {...props} />}
            >
              {t("back")}
            </Button>
            {isAdmin && (
              <Button
                size="compact-md"
                variant="default"
                renderRoot={(props) => <Link to="/contactos/unir" search={{ ids: id }} {...props} />}
              >
                {t("merge.title")}
              </Button>
            )}
          </>
        }
      />
      <div className={classes.page}>
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        {contact !== undefined && <Person key={contact.id} contact={contact} />}
      </div>
    </>
  );
}

function Person({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const { mutate } = useContactChange();
  const reached = useReached(contact);
  const { prospect, prospectId } = reached;
  const nameField = useRef<HTMLButtonElement>(null);
  const edit = () => nameField.current?.click();
  useAsked("edit", edit);
  const reachOut = useReachOut();
  const reach = (by: (prospect: Prospect) => void) => {
    if (prospect !== undefined) reachOut(prospect, by);
    else if (prospectId === "") showDone(t("reach.noProspect"));
  };
  useShortcuts({ e: edit, l: () => reach(call), w: () => reach(openChat) });
  return (
    <>
      <ReachPerson contact={contact} reached={reached} />
      <div className={classes.halves}>
        <div className={classes.half}>
          {contact.opposed_at !== null && <p className={classes.opposed}>{t("detail.opposed")}</p>}
          <MaybeTheSame contact={contact} />
          <ContactFields person={contact} write={mutate} reach={reached.reach} nameField={nameField} />
          <ProspectsOf contact={contact} />
        </div>
        <History id={contact.id} />
      </div>
    </>
  );
}

function ProspectsOf({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const word = useWord();
  const isAdmin = useIsAdmin();
  const stages = useVocabulary()?.stages ?? [];
  return (
    <section aria-label={t("detail.prospects")} className={classes.section}>
      <h2 className={classes.heading}>{t("detail.prospects")}</h2>
      <ul className={classes.prospects}>
        {contact.prospects.map(({ id, stage_id, status, owner_name, form_name, source, lead_at }) => (
          <li key={id}>
            <Link to="/prospectos/$id" params={{ id }} className={classes.prospect}>
              {t("detail.openProspect", {
                stage: stages.find((stage) => stage.id === stage_id)?.name ?? "",
                status: word("status", status),
              })}
            </Link>
            <span className={classes.quiet}>
              {form_name === "" ? word("source", source) : form_name}
              {isAdmin && ` · ${owner_name === "" ? t("detail.noSeller") : owner_name}`}
              {" · "}
              <RelativeDate at={lead_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function History({ id }: { id: string }) {
  const { t } = useTranslation("contacts");
  const { t: common } = useTranslation();
  const query = useInfiniteQuery(contactTimelineQuery(id));
  const text = useHistoryText();
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((item) => text(item) !== null);
  return (
    <section aria-label={t("detail.history")} className={classes.half}>
      <h2 className={classes.heading}>{t("detail.history")}</h2>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      <ol className={classes.history}>
        {items.map((item) => (
          <li key={item.id}>
            <span className={classes.what}>{text(item)}</span>
            <span className={classes.quiet}>
              {item.author_name === "" ? common("program") : item.author_name} · <RelativeDate at={item.at} />
            </span>
            {item.body !== "" && <p className={classes.body}>{item.body}</p>}
          </li>
        ))}
      </ol>
      {query.data !== undefined && items.length === 0 && (
        <p className={classes.quiet}>{t("detail.noHistory")}</p>
      )}
      {query.hasNextPage && (
        <Button
          size="compact-sm"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("detail.more")}
        </Button>
      )}
    </section>
  );
}

/** What is told of a person as a whole: what was done, what they sent, and that they are one. The rest is with each prospect. */
function useHistoryText(): (item: TimelineItem) => string | null {
  const { t } = useTranslation("contacts");
  const word = useWord();
  return (item) => {
    if (item.type === "activity")
      return [word("kind", item.kind), word("result", item.result)].filter(Boolean).join(": ");
    if (item.type === "submission") {
      if (item.kind === "manual") return t("detail.registered");
      const form = item.data.form_name;
      return [t("detail.form"), typeof form === "string" ? form : ""].filter(Boolean).join(": ");
    }
    const count = item.data.contacts;
    if (item.kind === "merged")
      return t("detail.merged", { count: typeof count === "number" ? count - 1 : 1 });
    if (item.kind === "parted") return t("detail.parted");
    return null;
  };
}
