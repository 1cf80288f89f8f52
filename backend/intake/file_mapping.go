package intake

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake/sheet"
)

// lookAt is how many rows are looked at to tell what a column holds.
const lookAt = 50

// targetOfPrefix is what Meta's prefixes mean, whatever the header says.
var targetOfPrefix = map[string]Target{
	"l": TargetLeadID, "ag": TargetAdID, "as": TargetAdsetID, "c": TargetCampaignID, "f": TargetFormID,
}

// repeated are the targets that several columns can have.
func (t Target) repeated() bool {
	switch t {
	case TargetPhone, TargetEmail, TargetLastName, TargetAnswer, TargetIgnore:
		return true
	}
	return false
}

// suggest says what each column may be: by Meta's prefixes, by the header, by what is known of the form, and by what the
// cells look like.
func suggest(t *sheet.Table, forms []formRow) []Target {
	targets := make([]Target, len(t.Header))
	taken := map[Target]bool{}
	samples := make([][]string, len(t.Header))
	for i := range t.Header {
		for _, row := range t.Rows[:min(len(t.Rows), lookAt)] {
			if row[i] != "" {
				samples[i] = append(samples[i], row[i])
			}
		}
	}
	form := formOfFile(samples, forms)
	for i, header := range t.Header {
		target := suggestColumn(header, samples[i], form)
		if taken[target] && !target.repeated() {
			target = TargetAnswer
		}
		taken[target] = true
		targets[i] = target
	}
	return targets
}

// formOfFile is the form that the cells name, when it is known.
func formOfFile(samples [][]string, forms []formRow) formRow {
	for _, column := range samples {
		for _, cell := range column {
			if sheet.Prefix(cell) != "f" {
				break
			}
			id, _ := sheet.ID(cell)
			if i := slices.IndexFunc(forms, func(f formRow) bool { return f.ID == id }); i >= 0 {
				return forms[i]
			}
		}
	}
	return formRow{}
}

func suggestColumn(header string, samples []string, form formRow) Target {
	if t, ok := targetOfPrefix[mostCommonPrefix(samples)]; ok {
		return t
	}
	folded := fold(header)
	if t, ok := columnAliases[folded]; ok && fits(t, samples) {
		return t
	}
	if q, ok := form.questionNamed(header); ok {
		return form.target(q)
	}
	if t, ok := aliases[folded]; ok {
		return t
	}
	if len(samples) > 0 {
		switch {
		case mostly(samples, looksLikeEmail):
			return TargetEmail
		case mentionsPhone(header) && mostly(samples, looksLikePhone):
			return TargetPhone
		}
	}
	return TargetAnswer
}

// questionNamed finds a question by a column's header, which is its key or its label.
func (f formRow) questionNamed(header string) (Question, bool) {
	folded := fold(header)
	for _, q := range f.Questions {
		if q.Key == header || folded != "" && (fold(q.Key) == folded || fold(q.Label) == folded) {
			return q, true
		}
	}
	return Question{}, false
}

// fits reports whether cells can be what a header says. Headers like "id", "date" or "time" are used for many things.
func fits(t Target, samples []string) bool {
	switch t {
	case TargetLeadID:
		return mostly(samples, func(c string) bool {
			id, damaged := sheet.ID(c)
			return damaged || len(id) >= 10
		})
	case TargetCreatedTime:
		return mostly(samples, func(c string) bool {
			_, ok := sheet.Instant(c, utc, sheet.DayFirst)
			return ok || sheet.OrderOf(c) != sheet.NoOrder
		})
	}
	return true
}

func mostCommonPrefix(samples []string) string {
	counts := map[string]int{}
	for _, c := range samples {
		counts[sheet.Prefix(c)]++
	}
	for _, p := range slices.Sorted(maps.Keys(counts)) {
		if p != "" && 2*counts[p] > len(samples) {
			return p
		}
	}
	return ""
}

// mostly reports whether more than half of the samples pass, and there is one.
func mostly(samples []string, passes func(string) bool) bool {
	n := 0
	for _, c := range samples {
		if passes(c) {
			n++
		}
	}
	return n > 0 && 2*n > len(samples)
}

func looksLikeEmail(cell string) bool { return crm.Email(cell).Address != "" }
func looksLikePhone(cell string) bool { return crm.Phone(sheet.Text(cell)).E164 != "" }

// patched applies what an administrator chose.
func (m fileMapping) patched(p ImportPatch) (fileMapping, error) {
	m.Targets = slices.Clone(m.Targets)
	for _, index := range slices.Sorted(maps.Keys(p.Columns)) {
		t := p.Columns[index]
		i, err := strconv.Atoi(index)
		if err != nil || i < 0 || i >= len(m.Targets) || !t.forColumn() {
			return m, fault.Invalid("columns", "input.invalid")
		}
		if !t.repeated() { // only one column can be it; the last word counts
			for j := range m.Targets {
				if m.Targets[j] == t {
					m.Targets[j] = TargetAnswer
				}
			}
		}
		m.Targets[i] = t
	}
	if p.DayFirst != nil {
		m.DayFirst = p.DayFirst
	}
	if p.OwnerID != nil {
		m.OwnerID = *p.OwnerID
	}
	return m, nil
}

// askFor is the code of what has to be asked before the file can be imported: dates of which every one reads both ways.
func askFor(t *sheet.Table, m fileMapping) string {
	if order := columnOrder(t, m); order == sheet.Either && m.DayFirst == nil {
		return CodeImportDateAsk
	}
	return ""
}

// columnOrder looks through the whole column of dates: one 13/04 settles all the others. Where both orders occur it is for
// a person to say.
func columnOrder(t *sheet.Table, m fileMapping) sheet.Order {
	column, seen := m.column(TargetCreatedTime), sheet.NoOrder
	if column < 0 {
		return seen
	}
	for _, row := range t.Rows {
		switch o := sheet.OrderOf(row[column]); {
		case o == sheet.NoOrder, o == sheet.Either && seen != sheet.NoOrder:
		case seen == sheet.NoOrder, seen == sheet.Either:
			seen = o
		case o != seen && o != sheet.Either:
			return sheet.Either
		}
	}
	return seen
}

// checkRunnable refuses what must not be imported as it is.
func checkRunnable(t *sheet.Table, m fileMapping) error {
	if m.column(TargetLeadID) < 0 && m.column(TargetPhone) < 0 && m.column(TargetEmail) < 0 {
		return fault.Invalid("columns", CodeImportNoColumns)
	}
	if m.Ask != "" {
		return fault.Invalid("day_first", m.Ask)
	}
	column := m.column(TargetLeadID)
	if column < 0 {
		return nil
	}
	var ids []string
	for i, row := range t.Rows {
		id, damaged := sheet.ID(row[column])
		if damaged {
			return fault.Invalid("columns", CodeImportIDDamaged, "column", t.Header[column], "line", i+2)
		}
		if id != "" && !strings.HasPrefix(row[column], "l:") {
			ids = append(ids, id)
		}
	}
	if sheet.Rounded(ids) {
		return fault.Invalid("columns", CodeImportIDDamaged, "column", t.Header[column], "line", 2)
	}
	return nil
}
