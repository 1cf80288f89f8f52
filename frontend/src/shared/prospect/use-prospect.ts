import { type QueryClient, useQuery } from "@tanstack/react-query";
import { toAppError } from "@/shared/api/app-error";
import type { Prospect } from "@/shared/api/types";
import { prospectQuery } from "./prospect-queries";

/** True once the program says that a prospect is not there, or is somebody else's: nothing of it may be shown or called any more. */
export function isGone(error: unknown): boolean {
  return error !== null && error !== undefined && toAppError(error).code === "prospect.not_found";
}

type Read = { data: Prospect | undefined; error: unknown };

/** What may be shown of what was read: what was known stays beside a fault of the road, and not once the prospect is gone. */
export function inSight({ data, error }: Read): Prospect | undefined {
  return isGone(error) ? undefined : data;
}

/** One prospect while it may be seen; `undefined` before it is read, without an id, and once it is gone. */
export function useProspect(id: string) {
  const { data, error, refetch } = useQuery({ ...prospectQuery(id), enabled: id !== "" });
  return { prospect: inSight({ data, error }), error, refetch };
}

/**
 * One prospect for a deed at this moment: as it is known, read first where that may be out of date. What was known serves while
 * the program cannot be reached; fault prospect.not_found where it is gone.
 */
export async function prospectNow(client: QueryClient, id: string): Promise<Prospect> {
  const query = prospectQuery(id);
  try {
    return await client.fetchQuery(query);
  } catch (error) {
    const known = inSight({ data: client.getQueryData(query.queryKey), error });
    if (known === undefined) throw error;
    return known;
  }
}
