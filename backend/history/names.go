package history

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// told are the fields of a new row that say something to a person; the order is theirs on the line.
var told = []string{
	"name", "raw", "body", "result", "due_at", "due_on", "remind_at", "owner_id", "stage_id", "status", "temperature", "reason_id", "city",
	"form_name", "campaign_name", "page_name", "cities", "source", "origin", "role", "login", "list", "form", "filter", "reason", "group_id",
	"from_on", "until_on", "day", "channel",
}

// longestText is how much of a text a line shows.
const longestText = 300

// fields tells what a line of the log changed. kind is an activity's.
func (row opRow) fields() (fields []Field, kind string, err error) {
	fields = []Field{}
	switch row.change() {
	case ChangeRemoved, ChangeRestored:
		return fields, "", nil
	case ChangeChanged:
		return []Field{{Name: row.Field, From: valueOf(row.Before), To: valueOf(row.Value)}}, "", nil
	}
	if row.Value == nil {
		return fields, "", nil
	}
	var made map[string]json.RawMessage
	if err := json.Unmarshal(row.Value, &made); err != nil {
		return nil, "", fmt.Errorf("read the log: %w", err)
	}
	_ = json.Unmarshal(made["kind"], &kind) // not every row has one
	for _, name := range told {
		v, given := made[name]
		if !given || string(v) == `""` || string(v) == "null" {
			continue
		}
		fields = append(fields, Field{Name: name, From: Value{Known: true, Raw: json.RawMessage("null")}, To: valueOf(v)})
	}
	return fields, kind, nil
}

func valueOf(raw []byte) Value {
	if raw == nil {
		return Value{Raw: json.RawMessage("null")}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil && utf8.RuneCountInString(text) > longestText && !json.Valid([]byte(text)) { // half of JSON says nothing
		short, err := json.Marshal(string([]rune(text)[:longestText]) + "…")
		if err == nil {
			raw = short
		}
	}
	return Value{Known: true, Raw: slices.Clone(raw)}
}

// people are columns that hold a user's id under another name.
var people = []string{"owner_id", "author_id", "user_id", "seller_id", "by_id", "fallback_id"}

// pointers are columns whose names are not those of the tables that they point to.
var pointers = map[string]string{
	"reason_id": "discard_reason", "successor_id": "stage", "group_id": "seller_group", "wished_by": "user",
	"survivor_id": "contact", "merged_into": "contact", "first_id": "contact", "second_id": "contact",
}

// tableOf is the table whose rows a field names, "" for a field that names none.
func (r *reader) tableOf(field string) string {
	if slices.Contains(people, field) {
		return "user"
	}
	if name, ok := pointers[field]; ok {
		return name
	}
	name, ok := strings.CutSuffix(field, "_id")
	if ok && slices.ContainsFunc(r.tables, func(t table) bool { return t.Name == name && t.Named }) {
		return name
	}
	return ""
}

// name puts names beside the ids of lines: of users, of what fields point at, of the rows themselves and of their prospects.
func (r *reader) name(lines []Line) error {
	wanted := map[string][]string{}
	want := func(name, id string) {
		if name != "" && id != "" {
			wanted[name] = append(wanted[name], id)
		}
	}
	for i := range lines {
		l := &lines[i]
		want("user", l.UserID)
		if l.Source == SourceAudit {
			want("user", l.RowID)
			for _, key := range []string{"user", "user_id"} {
				id, _ := l.Detail[key].(string)
				want("user", id)
			}
			continue
		}
		if r.named(l.Entity) {
			want(l.Entity, l.RowID)
		}
		for _, f := range l.Fields {
			name := r.tableOf(f.Name)
			want(name, f.From.text())
			want(name, f.To.text())
		}
	}
	names := map[string]map[string]string{}
	for name, ids := range wanted {
		found, err := r.pairs("SELECT t.id, t.name AS value FROM "+name+" t JOIN json_each({:ids}) w ON w.value = t.id", ids)
		if err != nil {
			return err
		}
		names[name] = found
	}
	for i := range lines {
		l := &lines[i]
		l.UserName = names["user"][l.UserID]
		if l.Source == SourceAudit {
			if l.SubjectName = names["user"][l.RowID]; l.SubjectName == "" {
				for _, key := range []string{"user", "user_id"} {
					if id, _ := l.Detail[key].(string); id != "" {
						l.SubjectName = names["user"][id]
					}
				}
			}
			continue
		}
		l.Subject = names[l.Entity][l.RowID]
		for j := range l.Fields {
			f := &l.Fields[j]
			of := names[r.tableOf(f.Name)]
			f.From.Name, f.To.Name = of[f.From.text()], of[f.To.text()]
		}
	}
	if err := r.subjects(lines); err != nil {
		return err
	}
	return r.prospects(lines)
}

func (r *reader) named(name string) bool {
	return slices.ContainsFunc(r.tables, func(t table) bool { return t.Name == name && t.Named })
}

func (v Value) text() string {
	var text string
	if json.Unmarshal(v.Raw, &text) != nil {
		return ""
	}
	return text
}

// pairs runs a query of ids and values.
func (r *reader) pairs(query string, ids []string) (map[string]string, error) {
	var rows []struct {
		ID    string `db:"id"`
		Value string `db:"value"`
	}
	if err := r.q.NewQuery(query).Bind(inList(ids)).All(&rows); err != nil {
		return nil, fmt.Errorf("name the lines of history: %w", err)
	}
	found := make(map[string]string, len(rows))
	for _, row := range rows {
		found[row.ID] = row.Value
	}
	return found, nil
}

// nameOf is the name of the row of a table that a column points to.
func nameOf(table, column string) string {
	return "coalesce((SELECT n.name FROM " + table + " n WHERE n.id = t." + column + "), '')"
}

// subjects names rows that have no name of their own.
func (r *reader) subjects(lines []Line) error {
	for entity, column := range map[string]string{
		"contact_phone": "CASE WHEN t.e164 <> '' THEN t.e164 ELSE t.raw END", "contact_email": "t.raw", "activity": "t.kind", "submission": "t.form_name",
		"absence": nameOf("user", "user_id"), "seller_group_member": nameOf("user", "user_id"), "prospect_tag": nameOf("tag", "tag_id"),
		"contact_merge":    nameOf("contact", "survivor_id"),
		"export":           "t.list",
		"contact_distinct": nameOf("contact", "first_id") + " || ' · ' || " + nameOf("contact", "second_id"),
	} {
		ids := idsOf(lines, entity)
		if len(ids) == 0 {
			continue
		}
		found, err := r.pairs("SELECT t.id, "+column+" AS value FROM "+entity+" t JOIN json_each({:ids}) w ON w.value = t.id", ids)
		if err != nil {
			return err
		}
		for i := range lines {
			if l := &lines[i]; l.Entity == entity {
				if entity == "activity" {
					l.Kind = found[l.RowID]
				} else {
					l.Subject = found[l.RowID]
				}
			}
		}
	}
	return nil
}

func idsOf(lines []Line, entity string) (ids []string) {
	for _, l := range lines {
		if l.Entity == entity {
			ids = append(ids, l.RowID)
		}
	}
	return ids
}

// prospects finds the prospect behind each line. Of one in the bin the name is told and no way to it: the line that says who was
// removed has to say whom.
func (r *reader) prospects(lines []Line) error {
	of := map[string]map[string]string{}
	for _, t := range r.tables {
		ids := idsOf(lines, t.Name)
		var query string
		switch {
		case len(ids) == 0:
		case t.Name == "prospect":
			query = "SELECT value AS id, value FROM json_each({:ids})"
		case t.Name == "contact":
			query = "SELECT t.contact_id AS id, t.id AS value, min(t.deleted) AS gone FROM prospect t JOIN json_each({:ids}) w ON w.value = t.contact_id GROUP BY 1"
		case t.Root == rootProspect:
			query = "SELECT t.id, t.prospect_id AS value FROM " + t.Name + " t JOIN json_each({:ids}) w ON w.value = t.id"
		case t.Root == rootContact:
			query = "SELECT t.id, p.id AS value, min(p.deleted) AS gone FROM " + t.Name + " t JOIN json_each({:ids}) w ON w.value = t.id JOIN prospect p ON p.contact_id = t.contact_id GROUP BY 1"
		}
		if query == "" {
			continue
		}
		found, err := r.pairs(query, ids)
		if err != nil {
			return err
		}
		of[t.Name] = found
	}
	var ids []string
	for i := range lines {
		l := &lines[i]
		if l.ProspectID = of[l.Entity][l.RowID]; l.ProspectID != "" {
			ids = append(ids, l.ProspectID)
		}
	}
	const named = `
		FROM json_each({:ids}) w
		CROSS JOIN prospect p ON p.id = w.value
		JOIN contact c ON c.id = p.contact_id`
	names, err := r.pairs("SELECT p.id, c.name AS value"+named, ids)
	if err != nil {
		return err
	}
	standing, err := r.pairs("SELECT p.id, p.id AS value"+named+" WHERE p.deleted = 0", ids)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		l.ProspectName, l.ProspectID = names[l.ProspectID], standing[l.ProspectID]
	}
	return nil
}
