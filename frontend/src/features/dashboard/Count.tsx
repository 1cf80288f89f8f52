import { Link, type RegisteredRouter, type RouteById } from "@tanstack/react-router";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import { formatCount } from "@/shared/lib/text";
import classes from "./Dashboard.module.css";

/** The filters of a list of prospects. */
export type ListSearch = RouteById<RegisteredRouter["routeTree"], "/prospectos">["types"]["fullSearchSchema"];

/** The seller whose numbers are shown: their lists are narrowed to the same one. */
export const SellerContext = createContext<string | undefined>(undefined);

type CountProps = {
  n: number;
  /** What is counted, for who hears the link alone. */
  what: string;
  /** The filters of the list that has exactly so many. */
  list: ListSearch;
  large?: boolean;
  /** Stands in place of the number: a median of what the list holds. */
  text?: string;
};

/** A number that opens what it counts. */
export function Count({ n, what, list, large = false, text = formatCount(n) }: CountProps) {
  const { t } = useTranslation("dashboard");
  const seller = useContext(SellerContext);
  return (
    <Link
      to="/prospectos"
      search={{ ...(seller === undefined ? {} : { seller }), ...list }}
      className={classes.count}
      data-large={large}
      data-zero={n === 0}
      aria-label={t("open", { what, n: text })}
    >
      {text}
    </Link>
  );
}
