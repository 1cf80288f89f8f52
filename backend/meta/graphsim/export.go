package graphsim

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// Encoding is how an export file is written.
type Encoding string

// The encodings Meta's tools have been seen to use.
const (
	// UTF16 is what Ads Manager downloads as "CSV": UTF-16LE with a byte order mark, separated by tabs.
	UTF16 Encoding = "utf16le"
	// UTF8 is separated by tabs too, without a mark.
	UTF8 Encoding = "utf8"
)

// exportZone is the ad account's zone: central Mexico, without daylight saving since 2022.
var exportZone = time.FixedZone("", -6*3600)

// Export returns the file that Meta's tools offer for a form: the leads of 90 days, newest first.
func (s *Sim) Export(formID meta.ID, encoding Encoding) ([]byte, error) {
	if encoding != UTF16 && encoding != UTF8 {
		return nil, fault.Invalid("encoding", "graphsim.unknown_encoding")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.forms[formID]
	if f == nil {
		return nil, notFound("form", formID)
	}
	header := []string{
		"id", "created_time", "ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name", "form_id", "form_name",
		"is_organic", "platform",
	}
	for _, q := range f.Questions {
		header = append(header, q.Key)
	}
	var text strings.Builder
	writeRow(&text, append(header, "lead_status"))
	now := s.clock.Now()
	var leads []*lead
	for _, id := range f.leads {
		if l := s.leads[id]; !l.expired(now) {
			leads = append(leads, l)
		}
	}
	slices.SortStableFunc(leads, func(a, b *lead) int { return b.created.Compare(a.created) })
	for _, l := range leads {
		writeRow(&text, l.exportRow())
	}
	if encoding == UTF8 {
		return []byte(text.String()), nil
	}
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text.String())) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out, nil
}

// exportRow is a line of the file: ids and phones carry prefixes that keep spreadsheets from mangling them.
func (l *lead) exportRow() []string {
	ad := make([]string, 6)
	if !l.spec.Organic {
		adID, setID, campaignID := l.adIDs()
		ad = []string{
			"ag:" + string(adID), l.spec.Ad, "as:" + string(setID), l.spec.AdSet, "c:" + string(campaignID), l.spec.Campaign,
		}
	}
	organic := "FALSE"
	if l.spec.Organic {
		organic = "TRUE"
	}
	row := append([]string{"l:" + string(l.id), l.created.In(exportZone).Format(time.RFC3339)}, ad...)
	row = append(row, "f:"+string(l.form.ID), l.form.Name, organic, l.spec.Platform)
	for _, q := range l.form.Questions {
		value := ""
		for _, a := range l.answers {
			if a.name == q.Key || a.name == spanishKeys[q.Key] {
				value = strings.Join(a.values, ", ")
			}
		}
		switch {
		case value == "":
		case q.Type == "PHONE":
			value = "p:" + value
		case q.Type == "ZIP":
			value = "z:" + value
		}
		row = append(row, value)
	}
	return append(row, "complete")
}

func writeRow(b *strings.Builder, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte('\t')
		}
		if strings.ContainsAny(cell, "\t\"\r\n") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		b.WriteString(cell)
	}
	b.WriteByte('\n')
}
