package intake

// Connection is what an administrator types in to connect the office to Meta.
type Connection struct {
	// AppID is the id of the office's own app at Meta.
	AppID string `json:"app_id"`
	// AppSecret and Token may be empty when the same app is connected: the stored ones are used again.
	AppSecret string `json:"app_secret"`
	Token     string `json:"token"`
	// BaseURL and Version default to Meta's own; the demo and tests name others.
	BaseURL string `json:"base_url,omitempty"`
	Version string `json:"version,omitempty"`
}

// Status is everything the connection page shows. It holds no secret.
type Status struct {
	Configured bool   `json:"configured"`
	AppID      string `json:"app_id"`
	Version    string `json:"version"`
	BaseURL    string `json:"base_url"`
	CheckedAt  string `json:"checked_at"`
	Problem    string `json:"problem"` // code of what has broken the connection; "" when it works
	// ProblemArgs fill the problem's sentence.
	ProblemArgs map[string]any `json:"problem_args"`
	Checks      []Check        `json:"checks"`
	Token       TokenStatus    `json:"token"`
	TokenState  string         `json:"token_state"` // one of the states of a HealthToken
	Pages       []Page         `json:"pages"`
	Forms       []Form         `json:"forms"`
}

// Check is one line of the list of what Meta needs before leads arrive.
type Check struct {
	Code  string         `json:"code"`
	State string         `json:"state"` // one of the check states
	Args  map[string]any `json:"args"`
}

// States of a Check.
const (
	CheckOK      = "ok"
	CheckMissing = "missing"
	CheckUnknown = "unknown"
	CheckWarn    = "warn"
)

// TokenStatus is what Meta says about the token. Nil instants are never; in a Status they are what they are in a
// HealthToken.
type TokenStatus struct {
	Type                string   `json:"type"` // USER, SYSTEM_USER, PAGE
	ExpiresAt           *string  `json:"expires_at"`
	DataAccessExpiresAt *string  `json:"data_access_expires_at"`
	Scopes              []string `json:"scopes"`
}

// Page is a Facebook page that the token reaches.
type Page struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Active    bool     `json:"active"`
	Tasks     []string `json:"tasks"`
	Problem   string   `json:"problem"`
	CheckedAt string   `json:"checked_at"`
	// ProblemArgs fill the problem's sentence.
	ProblemArgs map[string]any `json:"problem_args"`
}

// PagePatch changes a page; nil leaves it.
type PagePatch struct {
	Active *bool `json:"active,omitempty"`
}

// Form is an instant form of a page.
type Form struct {
	ID            string            `json:"id"`
	PageID        string            `json:"page_id"`
	PageName      string            `json:"page_name"`
	Name          string            `json:"name"`
	Status        string            `json:"status"` // ACTIVE, ARCHIVED, DELETED, DRAFT
	Locale        string            `json:"locale"`
	Active        bool              `json:"active"`
	LeadsCount    int               `json:"leads_count"` // what Meta says, expired ones included
	InheritedFrom *string           `json:"inherited_from"`
	InheritedName string            `json:"inherited_name"`
	PulledAt      *string           `json:"pulled_at"`
	Problem       string            `json:"problem"`
	ProblemArgs   map[string]any    `json:"problem_args"`
	Questions     []Question        `json:"questions"`
	Mapping       map[string]Target `json:"mapping"` // question key to target, for every question
}

// FormPatch changes a form; nil leaves it. Mapping names the questions to change: "" goes back to what the program
// makes of the question.
type FormPatch struct {
	Active  *bool             `json:"active,omitempty"`
	Mapping map[string]Target `json:"mapping,omitempty"`
}

// Pull is what reading a form's leads brought.
type Pull struct {
	Received   int `json:"received"` // leads that were new
	Registered int `json:"registered"`
	Linked     int `json:"linked"`
	Test       int `json:"test"`
	Held       int `json:"held"`
	Failed     int `json:"failed"`
	Known      int `json:"known"` // leads that were in the ledger already
}
