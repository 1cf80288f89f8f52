import { Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MergePreview } from "@/shared/api/types";
import { type MergeDraft, sellersKeep } from "./merge-draft";

type MergeSellersProps = {
  sellers: MergePreview["sellers"];
  draft: MergeDraft;
  onChange: (draft: MergeDraft) => void;
};

/** Who follows up on what is open: one of the sellers who have it now, or each. Nothing is chosen beforehand. */
export function MergeSellers({ sellers, draft, onChange }: MergeSellersProps) {
  const { t } = useTranslation("contacts");
  return (
    <Radio.Group
      mt="md"
      label={t("merge.seller")}
      value={draft.seller}
      onChange={(seller) => onChange({ ...draft, seller })}
    >
      <Stack gap={6} mt={6}>
        {sellers
          .filter(({ id }) => id !== "")
          .map(({ id, name }) => (
            <Radio key={id} value={id} label={t("merge.sellerAll", { name })} />
          ))}
        <Radio value={sellersKeep} label={t("merge.sellerEach")} />
      </Stack>
    </Radio.Group>
  );
}
