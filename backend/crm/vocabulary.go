package crm

import (
	"context"
	"fmt"
	"slices"

	"sitegroup.mx/crm/store"
)

// Statuses of a prospect: what is happening with it now.
const (
	StatusNew       = "new"
	StatusTrying    = "trying"
	StatusContacted = "contacted"
	StatusFollowing = "following"
	StatusPaused    = "paused"
	StatusDiscarded = "discarded"
	StatusClosed    = "closed"
)

// Temperatures: how soon somebody wants to buy. "" is nobody has said yet.
const (
	TemperatureCold = "cold" // more than three months
	TemperatureWarm = "warm" // one to three months
	TemperatureHot  = "hot"  // less than thirty days
)

// Kinds of activities.
const (
	KindCall        = "call"
	KindWhatsApp    = "whatsapp"
	KindEmail       = "email"
	KindAppointment = "appointment"
	KindVisit       = "visit"
	KindVideo       = "video"
	KindTask        = "task"
	KindNote        = "note"
)

// Results of activities.
const (
	ResultAnswered    = "answered"
	ResultNoAnswer    = "no_answer"
	ResultVoicemail   = "voicemail"
	ResultBusy        = "busy"
	ResultWrongNumber = "wrong_number"
	ResultCallLater   = "call_later" // needs a next action
	ResultSent        = "sent"
	ResultHeld        = "held"
	ResultNotHeld     = "not_held"
)

var (
	statuses      = []string{StatusNew, StatusTrying, StatusContacted, StatusFollowing, StatusPaused, StatusDiscarded, StatusClosed}
	temperatures  = []string{TemperatureCold, TemperatureWarm, TemperatureHot}
	activityKinds = []string{KindCall, KindWhatsApp, KindEmail, KindAppointment, KindVisit, KindVideo, KindTask, KindNote}
	callResults   = []string{ResultAnswered, ResultNoAnswer, ResultVoicemail, ResultBusy, ResultWrongNumber, ResultCallLater}
	sources       = []string{SourceLeads, SourceFile, SourceManual}

	writtenResults = []string{ResultSent, ResultAnswered, ResultNoAnswer}
	metResults     = []string{ResultHeld, ResultNotHeld}
	// kindResults are the results each kind may have; "" is always allowed.
	kindResults = map[string][]string{
		KindCall: callResults, KindWhatsApp: writtenResults, KindEmail: writtenResults,
		KindAppointment: metResults, KindVisit: metResults, KindVideo: metResults,
	}
)

// isOpen reports whether a status means that somebody still works on the prospect.
func isOpen(status string) bool { return status != StatusDiscarded && status != StatusClosed }

// Vocabulary is every word a screen needs to offer choices.
type Vocabulary struct {
	Stages       []Stage  `json:"stages"`
	Statuses     []string `json:"statuses"`
	Temperatures []string `json:"temperatures"`
	Reasons      []Reason `json:"reasons"`
	// Retired are archived and removed stages and reasons: what histories name and nobody chooses any more.
	Retired       []Retired `json:"retired"`
	ActivityKinds []string  `json:"activity_kinds"`
	CallResults   []string  `json:"call_results"`
	Sources       []string  `json:"sources"`
}

// Stage is one commercial step of the office.
type Stage struct {
	ID       string `json:"id" db:"id"`
	Name     string `json:"name" db:"name"`
	Position int    `json:"position" db:"position"`
	// Requires is what a prospect must have before it moves on to here.
	Requires []string `json:"requires" db:"-"`
}

// Retired is a word of the office that is no longer in use.
type Retired struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

type stageRow struct {
	Stage
	RequiresText string `db:"requires"`
}

// Reason is why a prospect was discarded.
type Reason struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
	// Opposition marks "asked not to be contacted", which is more than a reason.
	Opposition bool `json:"opposition" db:"opposition"`
}

// The words an office starts with. They are data: the office may rename and reorder them.
var (
	defaultStages = []string{
		"Prospecto", "Perfilado", "Cita agendada", "Visita realizada", "Cotización/propuesta", "Crédito en trámite",
		"Apartado", "Contrato/enganche", "Escrituración", "Entregado",
	}
	defaultReasons = []string{
		"No contesta", "Número equivocado", "Sin presupuesto", "No califica a crédito", "Zona/producto no disponible",
		"Compró con otro", "Sólo información", "Duplicado", reasonOpposition, "Prueba/spam",
	}
)

const reasonOpposition = "Pidió no ser contactado"

// SeedVocabulary writes the stages and discard reasons of a new office. It is called once, when the office is made.
func (s *Service) SeedVocabulary(tx *store.Tx) error {
	for i, name := range defaultStages {
		if err := tx.Create("stage", tx.NewID(), store.Row{"name": name, "position": i + 1}); err != nil {
			return fmt.Errorf("seed stages: %w", err)
		}
	}
	for i, name := range defaultReasons {
		row := store.Row{"name": name, "position": i + 1, "opposition": name == reasonOpposition}
		if err := tx.Create("discard_reason", tx.NewID(), row); err != nil {
			return fmt.Errorf("seed reasons: %w", err)
		}
	}
	return nil
}

// Vocabulary returns the office's words in their order, without the archived ones.
func (s *Service) Vocabulary(ctx context.Context) (Vocabulary, error) {
	words := Vocabulary{
		Stages: []Stage{}, Reasons: []Reason{}, Retired: []Retired{},
		Statuses: slices.Clone(statuses), Temperatures: slices.Clone(temperatures), Sources: slices.Clone(sources),
		ActivityKinds: slices.Clone(activityKinds), CallResults: slices.Clone(callResults),
	}
	var stages []stageRow
	err := s.store.Read().NewQuery(`
		SELECT id, name, position, requires
		FROM stage
		WHERE deleted = 0
		AND archived = 0
		ORDER BY position, id`).WithContext(ctx).All(&stages)
	if err != nil {
		return Vocabulary{}, fmt.Errorf("read stages: %w", err)
	}
	for _, row := range stages {
		if row.Requires, err = readRequirements(row.RequiresText); err != nil {
			return Vocabulary{}, err
		}
		words.Stages = append(words.Stages, row.Stage)
	}
	err = s.store.Read().NewQuery(`
		SELECT id, name, opposition
		FROM discard_reason
		WHERE deleted = 0
		AND archived = 0
		ORDER BY position, id`).WithContext(ctx).All(&words.Reasons)
	if err != nil {
		return Vocabulary{}, fmt.Errorf("read reasons: %w", err)
	}
	err = s.store.Read().NewQuery(`
		SELECT id, name
		FROM stage
		WHERE deleted = 1
		OR archived = 1
		UNION ALL
		SELECT id, name
		FROM discard_reason
		WHERE deleted = 1
		OR archived = 1
		ORDER BY name, id`).WithContext(ctx).All(&words.Retired)
	if err != nil {
		return Vocabulary{}, fmt.Errorf("read retired words: %w", err)
	}
	return words, nil
}
