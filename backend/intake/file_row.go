package intake

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake/sheet"
)

var utc = time.UTC

// rowKnown is the state of a row that was imported, or whose lead was received, before.
const rowKnown = "known"

// rowUnreachable is the problem of a row that came in although nobody can be reached with what it says.
const rowUnreachable = "unreachable"

// reader reads the rows of one file.
type reader struct {
	header []string
	m      fileMapping
	order  sheet.Order
	zone   *time.Location
	forms  map[string]formRow
}

// fileLead is a row that was read.
type fileLead struct {
	number  int // 1 is the first row under the header
	cells   []string
	leadID  string
	test    bool
	enquiry crm.Enquiry
	problem string // code of why it cannot be imported
	field   string // the header of the cell that is to blame
	hash    []byte // of a row without a lead id
}

func newReader(t *sheet.Table, m fileMapping, zone *time.Location, forms []formRow) *reader {
	r := &reader{header: t.Header, m: m, order: m.order(), zone: zone, forms: map[string]formRow{}}
	if settled := columnOrder(t, m); settled == sheet.DayFirst || settled == sheet.MonthFirst {
		r.order = settled
	}
	for _, f := range forms {
		r.forms[f.ID] = f
	}
	return r
}

// read makes an enquiry of a row.
func (r *reader) read(number int, cells []string) fileLead {
	l := fileLead{number: number, cells: cells, test: isTestRow(cells)}
	l.leadID, _ = sheet.ID(r.cell(cells, TargetLeadID))
	e := crm.Enquiry{
		LeadID: l.leadID, Origin: OriginFile, Source: crm.SourceFile, OwnerID: r.m.OwnerID,
		FormID: r.id(cells, TargetFormID), FormName: r.text(cells, TargetFormName),
		CampaignID: r.id(cells, TargetCampaignID), CampaignName: r.text(cells, TargetCampaignName),
		AdsetID: r.id(cells, TargetAdsetID), AdsetName: r.text(cells, TargetAdsetName),
		AdID: r.id(cells, TargetAdID), AdName: r.text(cells, TargetAdName),
		Platform: r.text(cells, TargetPlatform), IsOrganic: sheet.Bool(r.cell(cells, TargetIsOrganic)),
	}
	form := r.forms[e.FormID]
	e.PageID, e.FormName = form.PageID, first(e.FormName, form.Name)
	if l.leadID != "" {
		e.Source = crm.SourceLeads
	}
	r.answers(cells, form, &e)
	if at := r.cell(cells, TargetCreatedTime); at != "" && !l.test {
		var ok bool
		if e.LeadAt, ok = sheet.Instant(at, r.zone, r.order); !ok {
			l.problem, l.field = CodeImportDateInvalid, r.header[r.m.column(TargetCreatedTime)]
		}
	}
	if l.problem == "" && l.leadID == "" && len(e.Phones) == 0 && len(e.Emails) == 0 && !l.test {
		l.problem = CodeImportNoContact
	}
	l.enquiry = e
	if l.leadID == "" {
		l.hash = r.hash(cells)
	}
	return l
}

// answers takes the columns that say something about the person.
func (r *reader) answers(cells []string, form formRow, e *crm.Enquiry) {
	var g gathering
	for i, t := range r.m.Targets {
		if !t.forQuestion() || t == TargetIgnore || cells[i] == "" && r.header[i] == "" {
			continue
		}
		q, known := form.questionNamed(r.header[i])
		if !known {
			q = Question{Key: r.header[i], Label: r.header[i]}
		}
		var values []string
		if cells[i] != "" {
			values = []string{sheet.Text(cells[i])}
		}
		g.take(q, t, values)
	}
	g.fill(e)
}

func (r *reader) cell(cells []string, t Target) string {
	if i := r.m.column(t); i >= 0 {
		return cells[i]
	}
	return ""
}

func (r *reader) text(cells []string, t Target) string { return clip(r.cell(cells, t), maxLabel) }

// id reads one of the ids that only describe the lead; a damaged one is left out, since its name stands beside it.
func (r *reader) id(cells []string, t Target) string {
	id, _ := sheet.ID(r.cell(cells, t))
	if strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}

// isTestRow reports whether a row holds the dummy data of Meta's test tool.
func isTestRow(cells []string) bool {
	return slices.ContainsFunc(cells, func(c string) bool {
		return strings.HasPrefix(sheet.Text(c), "<test lead: dummy data for ")
	})
}

// hash names a row without a lead id by its content: its cells with their headers, whatever the order of the columns. The
// columns that our own list of errors adds do not count, so that such a row is the same when it comes back.
func (r *reader) hash(cells []string) []byte {
	var pairs [][2]string
	for i, c := range cells {
		header := fold(r.header[i])
		if c != "" && header != fold(headerReason) && header != fold(headerCode) {
			pairs = append(pairs, [2]string{header, c})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if n := strings.Compare(a[0], b[0]); n != 0 {
			return n
		}
		return strings.Compare(a[1], b[1])
	})
	text, err := json.Marshal(pairs)
	if err != nil { // pairs of texts always encode
		panic(err)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}
