import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { useSession } from "@/shared/api/session";
import type { UserNotice } from "@/shared/api/types";
import { showError, undoable } from "@/shared/ui/undo-toast";

const queryKey = ["notices"] as const;

type Notices = { items: UserNotice[]; unread: number };

/** What this person was told: prospects that came or went, and whom nobody attends. */
const noticesQuery = queryOptions({ queryKey, queryFn: () => answer(api.GET("/api/notices")) });

const none: Notices = { items: [], unread: 0 };

/** The latest, newest first, and how many of all were not seen; nothing behind the lock. */
export function useUserNotices(): Notices {
  const { locked } = useSession();
  return useQuery({ ...noticesQuery, enabled: !locked }).data ?? none;
}

/** Marks notices as seen at once, those given or all, with a toast to undo; a refusal puts them back and says why. */
export function useSeen() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ notices, message }: { notices: readonly UserNotice[] | "all"; message: string }) => {
      const body = { ids: notices === "all" ? [] : notices.flatMap(({ ids }) => ids) };
      return undoable(() => answer(api.POST("/api/notices/read", { body })), message);
    },
    onMutate: async ({ notices }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<Notices>(queryKey);
      const isSeen = ({ id }: UserNotice) => notices === "all" || notices.some((seen) => seen.id === id);
      client.setQueryData<Notices>(queryKey, (known) => {
        if (known === undefined) return known;
        const items = known.items.map((notice) => (isSeen(notice) ? { ...notice, is_read: true } : notice));
        const seen = known.items.filter((notice) => !notice.is_read && isSeen(notice));
        const unread = notices === "all" ? 0 : known.unread - seen.flatMap(({ ids }) => ids).length;
        return { items, unread };
      });
      return { before };
    },
    onError: (thrown, _, context) => {
      client.setQueryData(queryKey, context?.before);
      showError(thrown);
    },
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
}
