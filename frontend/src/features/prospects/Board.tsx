import {
  type Announcements,
  DndContext,
  DragOverlay,
  PointerSensor,
  pointerWithin,
  type UniqueIdentifier,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { Button, VisuallyHidden } from "@mantine/core";
import { IconLayoutList, IconTrashX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toAppError } from "@/shared/api/app-error";
import type { Card } from "@/shared/api/types";
import { useVocabulary } from "@/shared/api/vocabulary";
import { formatCount } from "@/shared/lib/text";
import { ReasonDialog } from "@/shared/prospect/ReasonDialog";
import { RowDeeds } from "@/shared/prospect/RowDeeds";
import { mostCounted } from "@/shared/ui/count";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorNotice } from "@/shared/ui/ErrorNotice";
import { PageHeader } from "@/shared/ui/PageHeader";
import classes from "./Board.module.css";
import { BoardCard } from "./BoardCard";
import { BoardColumn } from "./BoardColumn";
import { BoardFilters } from "./BoardFilters";
import { type BoardSearch, boardQuery, boardSearch, columnQuery } from "./board-queries";
import { DiscardDialog } from "./DiscardDialog";
import { parseProspectSearch } from "./prospect-search";
import { type Lacking, RequirementDialog } from "./RequirementDialog";
import { type Lift, useCardKeys } from "./use-card-keys";
import { useKeptFocus } from "./use-kept-focus";
import { type Move, useMoveCard } from "./use-move-card";

/** Where a card is put to discard it. */
const discard = "discard";

/** What a move still wants to know. */
type Question = { kind: "back" | "discard"; card: Card; to: string };

/** The stages side by side; prospects go from one to the next by mouse or by key. */
export function Board() {
  const { t } = useTranslation("board");
  const client = useQueryClient();
  const navigate = useNavigate();
  const address = useSearch({ from: "/embudo" });
  const search = useMemo(() => boardSearch(address), [address]);
  const query = useQuery(boardQuery(search));
  const vocabulary = useVocabulary();
  const columns = query.data?.columns ?? [];
  const [question, setQuestion] = useState<Question | null>(null);
  const [lacking, setLacking] = useState<Lacking | null>(null);
  const [dragged, setDragged] = useState<Card | null>(null);
  const [aim, setAim] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }));

  const nameOf = (id: string | null) => {
    const column = columns.find(({ stage_id }) => stage_id === id);
    if (id === discard) return t("discard.place");
    return column === undefined || column.name === "" ? t("column.unknown") : column.name;
  };
  const cardsOf = (stage: string) =>
    (client.getQueryData(columnQuery(stage, search).queryKey)?.pages ?? []).flatMap(({ items }) => items);
  // Where a card stands on the screen, which may be where it was a moment ago.
  const placeOf = (id: string) =>
    columns.find(({ stage_id }) => cardsOf(stage_id).some((card) => card.id === id));
  const cardOf = (id: string) => cardsOf(placeOf(id)?.stage_id ?? "").find((card) => card.id === id);
  const focus = useKeptFocus(box, (id) => placeOf(id)?.stage_id);
  const onRefused = (move: Move, thrown: unknown) => {
    const { code, args } = toAppError(thrown);
    if (code !== "stage.requirement" || move.to === null) return false;
    const missing = Array.isArray(args.missing) ? args.missing.map(String) : [];
    setLacking({ card: move.card, to: move.to, stage: nameOf(move.to), missing });
    return true;
  };
  const { mutate } = useMoveCard(search, onRefused);
  const move = (card: Card, to: string, more: Move["fields"] = {}) => {
    focus.follow(card.id, to);
    mutate({
      card,
      to,
      fields: { stage_id: to, ...more },
      message: t("moved", { name: card.name, stage: nameOf(to) }),
      undoable: true,
    });
  };

  const put = (card: Card, to: string) => {
    if (to === card.stage_id) return;
    if (to === discard) return setQuestion({ kind: "discard", card, to });
    const at = (id: string) => columns.findIndex(({ stage_id }) => stage_id === id);
    if (at(to) < at(card.stage_id)) return setQuestion({ kind: "back", card, to });
    move(card, to);
  };
  const onDiscard = ({ card }: Question, reason_id: string) => {
    focus.follow(card.id);
    const opposes = vocabulary?.reasons.some(({ id, opposition }) => opposition && id === reason_id) === true;
    mutate({
      card,
      to: null,
      fields: { status: "discarded", reason_id },
      message: opposes ? t("opposed") : t("discarded", { name: card.name }),
      undoable: !opposes,
    });
  };

  const open = useCallback(
    (card: Card) => void navigate({ to: "/prospectos/$id", params: { id: card.id } }),
    [navigate],
  );
  const narrow = useCallback(
    (next: BoardSearch) => void navigate({ to: "/embudo", search: parseProspectSearch(next), replace: true }),
    [navigate],
  );
  const places = [...columns.filter(({ archived }) => !archived).map(({ stage_id }) => stage_id), discard];
  const say = (what: "lifted" | "over" | "dropped" | "cancelled", lift: Lift) =>
    setSaid(t(`say.${what}`, { name: lift.card.name, stage: nameOf(lift.over) }));
  const keys = useCardKeys({ board: box, places, cardOf, onOpen: open, onDrop: put, say });
  const aimed = keys.lift?.over ?? aim;
  const inHand = dragged ?? keys.lift?.card ?? null;

  const announcements = useAnnouncements(cardOf, (id) => nameOf(String(id)));
  const stop = () => {
    setDragged(null);
    setAim(null);
  };
  const narrowed = Object.keys(search).length > 0;
  const total = columns.reduce((sum, column) => sum + Math.max(0, column.total), 0);
  const isMore = columns.some((column) => column.total < 0);
  return (
    <>
      <PageHeader
        title={t("title")}
        note={
          query.data !== undefined && (
            <span role="status">
              {t("total", {
                count: isMore ? mostCounted.rows : total,
                n: isMore ? t("column.many") : formatCount(total),
              })}
            </span>
          )
        }
        actions={
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconLayoutList size={16} stroke={1.6} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/prospectos" search={search} />}
          >
            {t("asList")}
          </Button>
        }
      />
      <BoardFilters search={search} forms={query.data?.forms ?? []} onChange={narrow} />
      <div className={classes.fault}>
        <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      </div>
      <RowDeeds cardNow={() => cardOf(focusedCard())} enabled={keys.lift === null} />
      <VisuallyHidden id="board-keys">{t("keys")}</VisuallyHidden>
      <VisuallyHidden role="status" aria-live="assertive">
        {said}
      </VisuallyHidden>
      {query.data !== undefined && total === 0 && !isMore ? (
        <EmptyState
          title={t(narrowed ? "empty.narrowed" : "empty.title")}
          action={
            narrowed ? (
              <Button variant="default" onClick={() => narrow({})}>
                {t("empty.clear")}
              </Button>
            ) : (
              <Button renderRoot={(props) => <Link {...props} to="/prospectos" />}>
                {t("empty.action")}
              </Button>
            )
          }
        />
      ) : (
        <DndContext
          sensors={sensors}
          collisionDetection={pointerWithin}
          accessibility={{
            announcements,
            screenReaderInstructions: { draggable: t("keys") },
          }}
          onDragStart={({ active }) => setDragged((active.data.current?.card as Card | undefined) ?? null)}
          onDragOver={({ over }) => setAim(over === null ? null : String(over.id))}
          onDragCancel={stop}
          onDragEnd={({ over }) => {
            if (dragged !== null && over !== null) put(dragged, String(over.id));
            stop();
          }}
        >
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the cards in it */}
          <div ref={box} className={classes.board} onKeyDown={keys.onKeyDown}>
            {columns.map((column) => (
              <BoardColumn
                key={column.stage_id}
                column={column}
                name={nameOf(column.stage_id)}
                search={search}
                aimed={aimed === column.stage_id}
                liftedId={keys.lift?.card.id ?? null}
                onOpen={open}
                onLost={focus.onLost}
              />
            ))}
            {inHand !== null && <DiscardPlace aimed={aimed === discard} />}
          </div>
          <DragOverlay dropAnimation={null}>
            {dragged !== null && (
              <div className={classes.held}>
                <BoardCard card={dragged} />
              </div>
            )}
          </DragOverlay>
        </DndContext>
      )}
      <ReasonDialog
        opened={question?.kind === "back"}
        title={t("back.title", { stage: nameOf(question?.to ?? null) })}
        label={t("back.why")}
        confirm={t("back.confirm")}
        onClose={() => setQuestion(null)}
        onReason={(stage_reason) => {
          if (question !== null) move(question.card, question.to, { stage_reason });
          setQuestion(null);
        }}
      />
      <DiscardDialog
        opened={question?.kind === "discard"}
        onClose={() => setQuestion(null)}
        onReason={(reason) => {
          if (question !== null) onDiscard(question, reason);
          setQuestion(null);
        }}
      />
      <RequirementDialog
        lacking={lacking}
        onClose={() => setLacking(null)}
        onTemperature={(temperature) => {
          if (lacking !== null) move(lacking.card, lacking.to, { temperature });
          setLacking(null);
        }}
      />
    </>
  );
}

/** The id of the card that has the focus; "" for none. */
function focusedCard(): string {
  return document.activeElement?.closest<HTMLElement>("[data-card]")?.dataset.card ?? "";
}

/** What dragging with the mouse says to who listens. */
function useAnnouncements(
  cardOf: (id: string) => Card | undefined,
  nameOf: (id: UniqueIdentifier) => string,
): Announcements {
  const { t } = useTranslation("board");
  const name = (id: UniqueIdentifier) => cardOf(String(id))?.name ?? "";
  return {
    onDragStart: ({ active }) => t("say.lifted", { name: name(active.id), stage: "" }),
    onDragOver: ({ active, over }) =>
      over === null ? undefined : t("say.over", { name: name(active.id), stage: nameOf(over.id) }),
    onDragEnd: ({ active, over }) =>
      over === null
        ? t("say.cancelled", { name: name(active.id), stage: "" })
        : t("say.dropped", { name: name(active.id), stage: nameOf(over.id) }),
    onDragCancel: ({ active }) => t("say.cancelled", { name: name(active.id), stage: "" }),
  };
}

/** Appears while a card is in the hand. */
function DiscardPlace({ aimed }: { aimed: boolean }) {
  const { t } = useTranslation("board");
  const { setNodeRef } = useDroppable({ id: discard });
  return (
    <div ref={setNodeRef} className={classes.discard} data-aimed={aimed} data-place={discard}>
      <IconTrashX size={20} stroke={1.6} aria-hidden />
      {t("discard.place")}
    </div>
  );
}
