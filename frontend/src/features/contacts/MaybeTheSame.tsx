import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Contact } from "@/shared/api/types";
import { AskMerge } from "./AskMerge";
import classes from "./ContactPage.module.css";
import { duplicatesOfQuery } from "./contact-queries";

/** Says with whom a person may be one, and what to do about it: an administrator compares, a seller asks. */
export function MaybeTheSame({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const isAdmin = useIsAdmin();
  const [asking, setAsking] = useState(false);
  const pairs = useQuery(duplicatesOfQuery(contact.id)).data ?? [];
  const others = pairs.flatMap(({ contacts }) => contacts.filter(({ id }) => id !== contact.id)).slice(0, 2);
  const first = others[0];
  if (first === undefined && isAdmin) return null;
  return (
    <>
      <div className={classes.notice} data-quiet={first === undefined}>
        <p>
          {first === undefined
            ? t("maybe.title")
            : t("maybe.with", { name: first.name === "" ? t("nameless") : first.name })}
        </p>
        {isAdmin ? (
          <Button
            size="compact-sm"
            renderRoot={(props) => (
              <Link
                to="/contactos/unir"
                search={{ ids: [contact.id, ...others.map(({ id }) => id)].join(",") }}
                {...props}
              />
            )}
          >
            {t("maybe.compare")}
          </Button>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
            {t("maybe.ask")}
          </Button>
        )}
      </div>
      <AskMerge
        opened={asking}
        onClose={() => setAsking(false)}
        contacts={[contact.id, ...others.map(({ id }) => id)]}
      />
    </>
  );
}
