package intake

// Target says what an answer means.
type Target string

// The targets of a question, and those that only the columns of a file have.
const (
	TargetName      Target = "name"
	TargetFirstName Target = "first_name"
	TargetLastName  Target = "last_name"
	TargetPhone     Target = "phone"
	TargetEmail     Target = "email"
	TargetCity      Target = "city"
	TargetAnswer    Target = "answer"
	TargetIgnore    Target = "ignore"

	TargetLeadID       Target = "lead_id"
	TargetCreatedTime  Target = "created_time"
	TargetFormID       Target = "form_id"
	TargetFormName     Target = "form_name"
	TargetCampaignID   Target = "campaign_id"
	TargetCampaignName Target = "campaign_name"
	TargetAdsetID      Target = "adset_id"
	TargetAdsetName    Target = "adset_name"
	TargetAdID         Target = "ad_id"
	TargetAdName       Target = "ad_name"
	TargetPlatform     Target = "platform"
	TargetIsOrganic    Target = "is_organic"
)

// Question is a field of a form.
type Question struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Type    string   `json:"type"` // FULL_NAME, EMAIL, PHONE, CUSTOM … (Meta, Page leadgen_forms)
	Options []Option `json:"options"`
}

// Option is a choice of a question: answers carry the key, people see the value.
type Option struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
