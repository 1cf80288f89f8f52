package crm

// Vocabulary is every word a screen needs to offer choices.
type Vocabulary struct {
	Stages        []Stage  `json:"stages"`
	Statuses      []string `json:"statuses"`
	Temperatures  []string `json:"temperatures"`
	Reasons       []Reason `json:"reasons"`
	ActivityKinds []string `json:"activity_kinds"`
	CallResults   []string `json:"call_results"`
	Sources       []string `json:"sources"`
}

// Stage is one commercial step of the office.
type Stage struct {
	ID       string `json:"id" db:"id"`
	Name     string `json:"name" db:"name"`
	Position int    `json:"position" db:"position"`
}

// Reason is why a prospect was discarded.
type Reason struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
	// Opposition marks "asked not to be contacted", which is more than a reason.
	Opposition bool `json:"opposition" db:"opposition"`
}
