import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIsAdmin } from "@/shared/api/me";
import type { Contact } from "@/shared/api/types";
import { comparison, useTwins } from "@/shared/contact/duplicates";
import { AskMerge } from "./AskMerge";
import classes from "./ContactPage.module.css";

/** Says with whom a person may be one, and what to do about it: an administrator compares, a seller asks. */
export function MaybeTheSame({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const isAdmin = useIsAdmin();
  const [asking, setAsking] = useState(false);
  const others = useTwins(contact.id);
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
              <Link to="/contactos/unir" search={comparison(contact.id, others)} {...props} />
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
