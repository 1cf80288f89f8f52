package crm

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/account"
)

// The marks that set the program's own words apart in prospect_search: characters of the private use area, which FTS5's
// tokenizer takes for letters and searchWords for separators.
const (
	ownerMark   = "\uE000"
	reverseMark = "\uE001"
	openMark    = "\uE002"
)

const (
	longestQuery = 200 // characters of a query that are looked at
	mostWords    = 8
	longestWord  = 40
)

// ownerWord is how prospect_search spells an owner.
func ownerWord(ownerID string) string { return ownerMark + strings.ReplaceAll(ownerID, "-", "") }

// openWords are how prospect_search spells ProspectFilter.Open.
var openWords = map[string]string{OpenOnly: openMark + "1", OpenNot: openMark + "0"}

// searchQuery writes what a person typed as an FTS5 query: every word must begin some word of the prospect, and digits
// may also end a phone. Words are quoted and hold only letters and digits, so no text has a meaning for FTS5. It returns
// "" when there is nothing to look for.
func searchQuery(text string) string {
	words, _ := wordsAndInitials(text)
	var terms []string
	for i := 0; i < len(words); {
		run := i
		for run < len(words) && isDigits(words[run]) {
			run++
		}
		if run == i {
			terms = append(terms, prefixTerm(words[i]))
			i++
			continue
		}
		terms = append(terms, digitsTerm(words[i:run]))
		i = run
	}
	return strings.Join(terms, " AND ")
}

// wordsAndInitials splits what was typed into words and into single letters, which are looked for as initials of the name:
// "j martinez". A single character at the end is being typed, and the list is not to go empty between two keys, so it is
// left out.
func wordsAndInitials(text string) (words, initials []string) {
	all := searchWords(text)
	if last := len(all) - 1; last > 0 && isSingle(all[last]) {
		all = all[:last]
	}
	for _, word := range all {
		if isSingle(word) && !isDigits(word) {
			initials = append(initials, word)
			continue
		}
		words = append(words, word)
	}
	return words, initials
}

func isSingle(word string) bool { return len([]rune(word)) == 1 }

// digitsTerm looks for digits that were typed in one or more groups ("55 1234 5678"), apart and together.
func digitsTerm(groups []string) string {
	apart := make([]string, len(groups))
	for i, g := range groups {
		apart[i] = phoneTerm(g)
	}
	if len(groups) == 1 {
		return apart[0]
	}
	return "((" + strings.Join(apart, " AND ") + ") OR " + phoneTerm(strings.Join(groups, "")) + ")"
}

// phoneTerm looks for digits from the start of a word and, with three or more, from the end of a phone. A whole number
// with its prefixes is looked for as its ten national digits.
func phoneTerm(digits string) string {
	if len(digits) > 10 {
		if p := Phone(digits); strings.HasPrefix(p.E164, "+52") {
			digits = p.E164[3:]
		}
	}
	if len(digits) < 3 {
		return prefixTerm(digits)
	}
	tail := digits[max(0, len(digits)-10):]
	return "(" + prefixTerm(digits) + " OR " + quoteTerm(reverseMark+reversed(tail)) + "*)"
}

// prefixTerm matches words that begin with this one; a single character only itself, for nearly every row has a word that
// begins with it.
func prefixTerm(word string) string {
	if isSingle(word) {
		return quoteTerm(word)
	}
	return quoteTerm(word) + "*"
}

func quoteTerm(word string) string { return `"` + word + `"` }

func reversed(digits string) string {
	b := []byte(digits)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// isBegun reports whether a query is nothing but single letters, or one digit. It is being typed, nearly every row has a word
// that begins with it, and the list is shown as if there were none yet.
func isBegun(text string) bool {
	words, initials := wordsAndInitials(text)
	return len(words) == 0 && len(initials) > 0 || len(words) == 1 && len(initials) == 0 && isSingle(words[0])
}

// fewDigits is how many of a phone's last digits are too few to look for it by: it is looked for by its last four.
const fewDigits = 3

// withoutBegunDigits is the search without the two or three digits it ends in. They may be the first of a phone's last
// four, which nothing has until the fourth is there: where they find nobody they are read as being typed, so that the list
// does not go empty between two keys. ok is false for a search that ends otherwise.
func withoutBegunDigits(text string) (shorter string, ok bool) {
	words := searchWords(text)
	last := len(words) - 1
	if last < 0 || len(words[last]) < 2 || len(words[last]) > fewDigits || !isDigits(words[last]) {
		return "", false
	}
	return strings.Join(words[:last], " "), true
}

func isDigits(word string) bool {
	for _, r := range word {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// searchWords splits a text as the tokenizer of prospect_search does (FTS5, unicode61 with remove_diacritics 2).
func searchWords(text string) []string {
	text = cut(strings.ToValidUTF8(text, " "), longestQuery)
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		return nil
	}
	words := strings.FieldsFunc(strings.ToLower(plain), func(r rune) bool { return !isSearched(r) })
	if len(words) > mostWords {
		words = words[:mostWords]
	}
	for i, word := range words {
		words[i] = cut(word, longestWord)
	}
	return words
}

// isSearched reports whether r belongs into a word. unicode61 knows the letters of Unicode 6.1; those of the scripts here
// are among them. A letter that it took for a separator would make one quoted word two, which a column index cannot find.
func isSearched(r rune) bool {
	switch {
	case r < 0x80:
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z'
	case r <= 0x24F, r >= 0x370 && r <= 0x4FF, r >= 0x5D0 && r <= 0x5EA, r >= 0x620 && r <= 0x64A,
		r >= 0x3041 && r <= 0x3096, r >= 0x30A1 && r <= 0x30FA, r >= 0x4E00 && r <= 0x9FCC, r >= 0xAC00 && r <= 0xD7A3:
		return unicode.IsLetter(r) && r != 0x37F
	}
	return false
}

// searchPlan is how a search is read: params hold the words, filter what they do not say.
func (f ProspectFilter) searchPlan(v account.Viewer) listPlan {
	p := listPlan{params: dbx.Params{}}
	words := searchQuery(f.Query)
	nothing := words == ""
	if open, ok := openWords[f.Open]; ok {
		words = quoteTerm(open) + " AND " + words
	}
	p.params["owner"] = nil
	if p.own(v, f.Seller) {
		words = quoteTerm(ownerWord(p.params["owner"].(string))) + " AND " + words
	}
	p.filterBy(f)
	_, initials := wordsAndInitials(f.Query)
	for i, letter := range initials {
		name := fmt.Sprintf("initial%d", i)
		p.params[name] = letter + "%"
		p.filter = append(p.filter, "(c.name_key LIKE {:"+name+"} OR c.name_key LIKE '% ' || {:"+name+"})")
	}
	p.params["words"] = words
	p.empty = p.empty || nothing
	return p
}

// found is the query of a search, newest prospect first. The words are looked up once, for up to :most rows, which are
// counted, and the page is the first :limit of them. The owner's word is how a seller's prospects are found; that their
// cards are the seller's is asked again.
func (p listPlan) found(after bool) string {
	from, conditions := "prospect_search", []string{"prospect_search MATCH {:words}"}
	if len(p.filter) > 0 {
		from += " CROSS JOIN prospect_card c ON c.n = prospect_search.rowid"
	}
	if after {
		conditions = append(conditions, "prospect_search.rowid < {:n}")
	}
	return `WITH
		hit (n) AS MATERIALIZED (
			SELECT prospect_search.rowid
			FROM ` + from + `
			WHERE ` + strings.Join(append(conditions, p.filter...), " AND ") + `
			ORDER BY prospect_search.rowid DESC
			LIMIT {:most})
		SELECT ` + cardColumns + `, '' AS sort_key, (SELECT count(*) FROM hit) AS total
		FROM (
			SELECT n
			FROM hit
			LIMIT {:limit}) h
		CROSS JOIN prospect_card c ON c.n = h.n
		WHERE {:owner} IS NULL
		OR c.owner_id = {:owner}
		ORDER BY h.n DESC`
}

// mostPeople is up to how many people are counted that a search finds: for each it is looked whether another prospect of theirs
// is newer.
const mostPeople = 1_000

// searchRows reads one row more than the page holds and, for the first page, counts what the search finds.
func (s *Service) searchRows(
	ctx context.Context, v account.Viewer, f ProspectFilter, after *cursor,
) (rows []cardRow, total int, err error) {
	p := f.searchPlan(v)
	if p.empty {
		return nil, 0, nil
	}
	most := mostCounted
	if f.PerContact {
		most = mostPeople
	}
	p.params["limit"], p.params["most"] = f.Limit+1, most+1
	if after != nil {
		p.params["n"], p.params["most"] = after.N, f.Limit+1
	}
	err = s.store.Read().NewQuery(p.found(after != nil)).Bind(p.params).WithContext(ctx).All(&rows)
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	if total = rows[0].Total; total > most {
		total = CountUnknown
	}
	return rows, total, nil
}
