package intake

import (
	"bytes"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/meta"
)

// enquiry makes of a lead what crm.Register takes. Only what the person gave in the form goes in, and what Meta says about
// the form, the ad and the consents.
func (f formRow) enquiry(l meta.Lead, of line) crm.Enquiry {
	e := crm.Enquiry{
		LeadID: of.LeadID, FormID: first(f.ID, string(l.Form), of.FormID), FormName: f.Name, PageID: first(f.PageID, of.PageID),
		AdID: string(l.Ad), AdName: l.AdName, AdsetID: string(l.AdSet), AdsetName: l.AdSetName,
		CampaignID: string(l.Campaign), CampaignName: l.CampaignName, Platform: l.Platform,
		Origin: of.Origin, LeadAt: l.Created, ReceivedAt: parse(of.ReceivedAt), Source: crm.SourceLeads,
	}
	if bytes.Contains(l.Raw, []byte(`"is_organic"`)) && !slices.Contains(l.LeftOut, "is_organic") {
		organic := l.Organic
		e.IsOrganic = &organic
	}
	var g gathering
	for _, a := range f.assign(l.Answers) {
		g.take(a.question, a.target, a.values)
	}
	g.fill(&e)
	for _, c := range l.Consents {
		e.Disclaimers = append(e.Disclaimers, crm.Disclaimer{Key: clip(c.Key, maxLabel), Text: f.Legal.text(c.Key), Checked: c.Checked})
	}
	return e
}

// text is what the person read beside a box.
func (l legal) text(key string) string {
	i := slices.IndexFunc(l.Boxes, func(b legalBox) bool { return b.Key == key })
	if i >= 0 && l.Boxes[i].Text != "" {
		return clip(l.Boxes[i].Text, maxValue)
	}
	return clip(first(l.Title, l.Text), maxValue)
}

// assigned is an answer with the question it belongs to.
type assigned struct {
	question Question
	target   Target
	values   []string
	place    int // in the form; what is not of the form comes behind
}

// assign finds the question of each answer and returns the answers in the form's order, since Meta's own order differs
// from lead to lead.
func (f formRow) assign(answers []meta.Answer) []assigned {
	if len(answers) > maxAnswers {
		answers = answers[:maxAnswers]
	}
	given := map[string]bool{}
	for _, a := range answers {
		given[a.Name] = true
	}
	out := make([]assigned, 0, len(answers))
	answered, tracked := map[string]bool{}, map[string]bool{}
	for _, a := range answers {
		one := assigned{values: a.Values, place: len(f.Questions) + 1}
		i := f.questionOf(a.Name, given, answered)
		switch {
		case !tracked[a.Name] && f.isTracking(a):
			tracked[a.Name] = true
			one.question = Question{Key: a.Name, Label: a.Name, Type: typeTracking}
			one.target = TargetAnswer
		case i >= 0:
			one.question, one.target, one.place = f.Questions[i], f.target(f.Questions[i]), i
			answered[f.Questions[i].Key] = true
		default:
			one.question = Question{Key: a.Name, Label: a.Name}
			one.target = f.targetOfName(a.Name)
			one.place = len(f.Questions)
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b assigned) int { return a.place - b.place })
	return out
}

// questionOf returns the place of the question that an answer of this name belongs to, or −1. The name is the question's
// key; but standard questions have been seen to answer under a key in the form's language, so a name that is no key is
// taken for the one unanswered question that it is another name of.
func (f formRow) questionOf(name string, given, answered map[string]bool) int {
	for i, q := range f.Questions {
		if q.Key == name && !answered[q.Key] {
			return i
		}
	}
	folded := fold(name)
	wanted, isAlias := aliases[folded]
	for i, q := range f.Questions {
		if given[q.Key] || answered[q.Key] {
			continue
		}
		if fold(q.Label) == folded || fold(q.Key) == folded || isAlias && f.target(q) == wanted {
			return i
		}
	}
	return -1
}

// isTracking reports whether the answer is one of the form's fixed parameters. They can share their name with a question;
// then the value tells.
func (f formRow) isTracking(a meta.Answer) bool {
	for _, t := range f.Tracking {
		if t.Key == a.Name && len(a.Values) == 1 && a.Values[0] == t.Value {
			return true
		}
	}
	return false
}

// targetOfName is for names that are no question's. By their name alone they are taken for contact data only when the
// form's questions are not known.
func (f formRow) targetOfName(name string) Target {
	if t, ok := f.Mapping[name]; ok && t.forQuestion() {
		return t
	}
	if len(f.Questions) > 0 {
		return TargetAnswer
	}
	if t, ok := aliases[fold(name)]; ok {
		return t
	}
	return TargetAnswer
}

// gathering collects what the answers say about the person.
type gathering struct {
	names, firsts, lasts, cities []string
	phones, emails               []string
	answers, contact, tracking   []crm.Answer
	maybePhones                  []string // from questions of the author's own that mention one
}

// take adds one answer.
func (g *gathering) take(q Question, t Target, raw []string) {
	if t == TargetIgnore {
		return
	}
	values := clean(raw)
	switch t {
	case TargetName:
		g.names = append(g.names, values...)
	case TargetFirstName:
		g.firsts = append(g.firsts, values...)
	case TargetLastName:
		g.lasts = append(g.lasts, values...)
	case TargetPhone:
		g.phones = append(g.phones, values...)
	case TargetEmail:
		g.emails = append(g.emails, values...)
	case TargetCity:
		g.cities = append(g.cities, values...)
	}
	a := crm.Answer{Name: clip(q.Key, maxLabel), Label: clip(first(q.Label, q.Key), maxLabel), Type: q.Type, Values: values}
	switch {
	case q.Type == typeTracking:
		g.tracking = append(g.tracking, a)
	case t != TargetAnswer:
		g.contact = append(g.contact, a)
	default:
		if len(q.Options) > 0 {
			a.Values, a.Keys = resolve(q.Options, values)
		} else if mentionsPhone(first(q.Label, q.Key)) {
			g.maybePhones = append(g.maybePhones, values...)
		}
		g.answers = append(g.answers, a)
	}
}

// fill writes what was gathered into the enquiry: the author's own questions first, since they are what a seller reads, and
// of those the ones that were answered; then what identifies the person, then the fixed parameters.
func (g *gathering) fill(e *crm.Enquiry) {
	e.Name = strings.Join(g.names, " ")
	if e.Name == "" {
		e.Name = strings.Join(append(g.firsts, g.lasts...), " ")
	}
	if len(g.cities) > 0 {
		e.City = g.cities[0]
	}
	e.Phones, e.Emails = unique(g.phones), unique(g.emails)
	if len(e.Phones) == 0 {
		for _, text := range g.maybePhones {
			if crm.Phone(text).E164 != "" {
				e.Phones = append(e.Phones, text)
			}
		}
	}
	slices.SortStableFunc(g.answers, func(a, b crm.Answer) int { return blanks(a) - blanks(b) })
	e.Answers = slices.Concat(g.answers, g.contact, g.tracking)
}

// blanks is 1 for an answer without values.
func blanks(a crm.Answer) int {
	if len(a.Values) == 0 {
		return 1
	}
	return 0
}

// resolve turns the keys of chosen options into what the person saw, and keeps the keys. Some forms and most files give
// the text itself.
func resolve(options []Option, values []string) (shown, keys []string) {
	shown, keys = make([]string, 0, len(values)), make([]string, 0, len(values))
	for _, v := range values {
		i := slices.IndexFunc(options, func(o Option) bool { return o.Key == v })
		if i < 0 {
			i = slices.IndexFunc(options, func(o Option) bool { return fold(o.Value) == fold(v) || fold(o.Key) == fold(v) })
		}
		if i < 0 {
			shown = append(shown, v)
			continue
		}
		shown, keys = append(shown, first(options[i].Value, v)), append(keys, options[i].Key)
	}
	return shown, keys
}

// clean trims values, drops empty ones and cuts what no form takes.
func clean(raw []string) []string {
	values := make([]string, 0, len(raw))
	for _, v := range raw {
		v = strings.TrimSpace(strings.ReplaceAll(v, "\x00", ""))
		if v != "" && len(values) < maxValues {
			values = append(values, clip(v, maxValue))
		}
	}
	return values
}

func unique(values []string) []string {
	var out []string
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
