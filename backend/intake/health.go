package intake

// Health is the state of the machinery: what needs a person, and figures.
type Health struct {
	Level    string         `json:"level"` // the worst of the items
	Items    []HealthItem   `json:"items"`
	Forms    []HealthForm   `json:"forms"`
	Database HealthDatabase `json:"database"`
	Version  string         `json:"version"`
}

// Levels of a HealthItem.
const (
	LevelOK   = "ok"
	LevelWarn = "warn"
	LevelBad  = "bad"
)

// HealthItem is one thing to know.
type HealthItem struct {
	Code   string         `json:"code"`
	Level  string         `json:"level"`
	Args   map[string]any `json:"args"`
	Action string         `json:"action"` // "", retry, reconnect, open_leads, open_meta
}

// HealthForm is a form and when it was last read in full.
type HealthForm struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	PageName    string         `json:"page_name"`
	Active      bool           `json:"active"`
	PulledAt    *string        `json:"pulled_at"`
	Problem     string         `json:"problem"`
	ProblemArgs map[string]any `json:"problem_args"`
}

// HealthDatabase is figures of the office's file.
type HealthDatabase struct {
	Bytes         int64  `json:"bytes"`
	Rev           int64  `json:"rev"`
	PathBytesFree int64  `json:"path_bytes_free"` // on the disk that holds it; −1 when the system does not say
	Encrypted     bool   `json:"encrypted"`
	Cipher        string `json:"cipher"`
}
