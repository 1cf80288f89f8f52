import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sellersQuery } from "./dashboard-queries";
import type { DashboardSearch } from "./dashboard-search";

type SellerChoiceProps = { search: DashboardSearch; onChange: (search: DashboardSearch) => void };

/** Whose prospects the numbers are about. */
export function SellerChoice({ search, onChange }: SellerChoiceProps) {
  const { t } = useTranslation("dashboard");
  const users = useQuery(sellersQuery).data?.items ?? [];
  const sellers = users.filter(
    ({ role, active, id }) => role === "seller" && (active || id === search.seller),
  );
  return (
    <Select
      size="xs"
      w={180}
      aria-label={t("seller.label")}
      allowDeselect={false}
      value={search.seller ?? ""}
      onChange={(seller) => onChange({ ...search, seller: seller ?? "" })}
      data={[
        { value: "", label: t("seller.all") },
        ...sellers.map(({ id, name }) => ({ value: id, label: name })),
        { value: "none", label: t("seller.none") },
      ]}
    />
  );
}
