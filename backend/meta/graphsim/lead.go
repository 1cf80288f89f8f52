package graphsim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// LeadSpec describes a submission to be made. Only Form is compulsory.
type LeadSpec struct {
	Form meta.ID `json:"form"`
	// ID fixes the id; Wide asks for one of 17 digits, beyond what a float64 can tell apart.
	ID   meta.ID `json:"id"`
	Wide bool    `json:"wide"`
	// Answers are by question key. Questions without one get an invented answer, unless they are in Skip or Blank.
	Answers map[string][]string `json:"answers"`
	// Skip questions come without values, Blank ones with none. "*" means all.
	Skip  []string `json:"skip"`
	Blank []string `json:"blank"`
	// Created defaults to now.
	Created time.Time `json:"created"`
	// Organic leads have no ad. Test leads are organic, without a platform, and filled with dummy data for what Answers
	// leaves out.
	Organic bool `json:"organic"`
	Test    bool `json:"test"`
	// Platform defaults to "fb".
	Platform string `json:"platform"`
	// Campaign, AdSet and Ad are names; their ids follow from them.
	Campaign string `json:"campaign"`
	AdSet    string `json:"ad_set"`
	Ad       string `json:"ad"`
	// LocalisedKeys writes the keys of standard questions in Spanish.
	LocalisedKeys bool `json:"localised_keys"`
	// Consents are checkbox keys and what was ticked; missing ones are not ticked.
	Consents map[string]bool `json:"consents"`
	// Broken gives field_data a shape it should not have; Padding makes the first answer that many bytes long.
	Broken  bool `json:"broken"`
	Padding int  `json:"padding"`
	// Quiet leads are not announced.
	Quiet bool `json:"quiet"`
}

type lead struct {
	id      meta.ID
	form    *form
	created time.Time
	spec    LeadSpec
	answers []answer
}

type answer struct {
	name    string
	values  []string
	skipped bool
}

func (a answer) object() object {
	if a.skipped {
		return object{{"name", a.name}}
	}
	return object{{"name", a.name}, {"values", a.values}}
}

// InjectLead makes a submission, as if a person had sent the form, and announces it unless told not to.
func (s *Sim) InjectLead(spec LeadSpec) (meta.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.forms[spec.Form]
	if f == nil {
		return "", notFound("form", spec.Form)
	}
	return s.addLead(f, spec).id, nil
}

func (s *Sim) addLead(f *form, spec LeadSpec) *lead {
	spec = s.completeLead(spec)
	l := &lead{id: spec.ID, form: f, created: spec.Created, spec: spec}
	// Answers are invented from the lead's own numbers, so that they do not depend on what else happens.
	h := fnv.New64a()
	_, _ = h.Write([]byte(l.id))
	random := rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // repeatable on purpose
	for i, q := range f.Questions {
		l.answers = append(l.answers, l.answer(q, i, random))
	}
	random.Shuffle(len(l.answers), func(i, j int) { l.answers[i], l.answers[j] = l.answers[j], l.answers[i] })
	var tracking []answer
	for _, t := range f.Tracking {
		tracking = append(tracking, answer{name: t.Key, values: []string{t.Value}})
	}
	l.answers = append(tracking, l.answers...)
	s.leads[l.id] = l
	f.leads = append(f.leads, l.id)
	if !spec.Quiet {
		s.announce(l)
	}
	return l
}

func (s *Sim) completeLead(spec LeadSpec) LeadSpec {
	if spec.ID == "" {
		base := uint64(1234567890000000)
		if spec.Wide {
			base = 29178540000000000
		}
		spec.ID = s.newID(base)
	}
	if spec.Created.IsZero() {
		spec.Created = s.clock.Now()
	}
	spec.Created = spec.Created.UTC().Truncate(time.Second)
	if spec.Test {
		spec.Organic = true
	} else if spec.Platform == "" {
		spec.Platform = "fb"
	}
	if spec.Campaign == "" {
		spec.Campaign, spec.AdSet, spec.Ad = sampleCampaign, "Conjunto de ejemplo", "Anuncio de ejemplo"
	}
	return spec
}

// answer makes the answer to question i of the form.
func (l *lead) answer(q Question, i int, random *rand.Rand) answer {
	a := answer{name: q.Key}
	if l.spec.LocalisedKeys {
		if key, ok := spanishKeys[q.Key]; ok {
			a.name = key
		}
	}
	given, ok := l.spec.Answers[q.Key]
	switch {
	case slices.Contains(l.spec.Skip, q.Key) || slices.Contains(l.spec.Skip, "*"):
		a.skipped = true
	case slices.Contains(l.spec.Blank, q.Key) || slices.Contains(l.spec.Blank, "*"):
		a.values = []string{}
	case ok:
		a.values = slices.Clone(given)
	case l.spec.Test && q.Type == "EMAIL":
		a.values = []string{"test@meta.com"}
	case l.spec.Test:
		a.values = []string{"<test lead: dummy data for " + a.name + ">"}
	default:
		a.values = []string{inventAnswer(q, random)}
	}
	if i == 0 && l.spec.Padding > 0 {
		a.values, a.skipped = []string{strings.Repeat("x", l.spec.Padding)}, false
	}
	return a
}

// inventAnswer fills in a question nobody answered.
func inventAnswer(q Question, random *rand.Rand) string {
	if len(q.Options) > 0 {
		return q.Options[random.IntN(len(q.Options))].Key
	}
	n := random.IntN(100)
	switch q.Type {
	case "EMAIL", "WORK_EMAIL":
		return "persona." + strconv.Itoa(n) + "@example.com"
	case "PHONE", "WHATSAPP_NUMBER", "WORK_PHONE_NUMBER":
		return "+5255555501" + strconv.Itoa(100 + n)[1:]
	case "FULL_NAME":
		return "Persona Ejemplo " + strconv.Itoa(n)
	}
	return "Respuesta " + strconv.Itoa(n)
}

// sampleCampaign is that of leads of which nobody says one.
const sampleCampaign = "Campaña de ejemplo"

// adIDs are the ids of a lead's ad, ad set and campaign. They follow from the names, so that a campaign has one name whatever forms
// it leads to; those of the campaign that nobody named follow from the form.
func (l *lead) adIDs() (ad, set, campaign meta.ID) {
	const first = uint64(120210000000000000)
	number := func(n uint64) meta.ID { return meta.ID(strconv.FormatUint(first+n, 10)) }
	if l.spec.Campaign == "" || l.spec.Campaign == sampleCampaign {
		base := uint64(l.form.ordinal) * 1000 //nolint:gosec // a small count
		return number(base + 101), number(base + 102), number(base + 103)
	}
	named := func(names ...string) meta.ID {
		sum := fnv.New32a()
		for _, name := range names {
			fmt.Fprintf(sum, "%q", name)
		}
		return number(1_000_000_000 + uint64(sum.Sum32()))
	}
	return named(l.spec.Campaign, l.spec.AdSet, l.spec.Ad), named(l.spec.Campaign, l.spec.AdSet), named(l.spec.Campaign)
}

func (l *lead) expired(now time.Time) bool { return l.created.Before(meta.Retained(now)) }

// leadNodeFields are all fields of the node; asking for another is an error.
var leadNodeFields = []string{
	"id", "created_time", "field_data", "custom_disclaimer_responses", "form_id", "ad_id", "ad_name", "adset_id", "adset_name",
	"campaign_id", "campaign_name", "is_organic", "platform", "partner_name", "retailer_item_id", "home_listing", "vehicle",
	"post", "post_submission_check_result",
}

// node returns the lead with the fields asked for. Ad fields are absent, not null, where there is no ad or no right.
func (l *lead) node(names []string, t *token) (object, *apiError) {
	if names == nil {
		names = []string{"created_time", "id", "field_data"}
	}
	out := object{}
	for _, name := range names {
		if !slices.Contains(leadNodeFields, name) {
			return nil, noField(name, "LeadGenData")
		}
		if value, ok := l.field(name, t); ok {
			out = append(out, pair{name, value})
		}
	}
	if !slices.Contains(names, "id") {
		out = append(out, pair{"id", l.id})
	}
	return out, nil
}

func (l *lead) field(name string, t *token) (any, bool) {
	ad, set, campaign := l.adIDs()
	hasAd := !l.spec.Organic && t.canSeeAds()
	switch name {
	case "id":
		return l.id, true
	case "created_time":
		return l.created.Format(meta.TimeLayout), true
	case "field_data":
		return l.fieldData(), true
	case "custom_disclaimer_responses":
		return l.consents(), len(l.form.Checkboxes) > 0
	case "form_id":
		return l.form.ID, true
	case "is_organic":
		return l.spec.Organic, true
	case "platform":
		return l.spec.Platform, l.spec.Platform != ""
	case "ad_id":
		return ad, hasAd
	case "ad_name":
		return l.spec.Ad, hasAd
	case "adset_id":
		return set, hasAd
	case "adset_name":
		return l.spec.AdSet, hasAd
	case "campaign_id":
		return campaign, hasAd
	case "campaign_name":
		return l.spec.Campaign, hasAd
	}
	return nil, false
}

func (l *lead) fieldData() any {
	if l.spec.Broken {
		return object{{"unexpected", l.answers[0].name}}
	}
	list := make([]object, 0, len(l.answers))
	for _, a := range l.answers {
		list = append(list, a.object())
	}
	return list
}

func (l *lead) consents() []object {
	list := make([]object, 0, len(l.form.Checkboxes))
	for _, box := range l.form.Checkboxes {
		checked := ""
		if l.spec.Consents[box.Key] {
			checked = "1"
		}
		list = append(list, object{{"checkbox_key", box.Key}, {"is_checked", checked}})
	}
	return list
}
