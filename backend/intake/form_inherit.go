package intake

import (
	"regexp"
	"slices"
	"strings"
)

// An edit of a published form is a copy with a new id (Meta, instant forms): its mapping has to be carried over, or its
// leads would be read by the program's guesses alone.

const (
	// likeKeys is the share of questions that two forms must have in common.
	likeKeys = 0.6
	// likeNames is how alike their names must be.
	likeNames = 0.5
)

// copyMarks are what Meta's tools and people add to the name of a copy.
var copyMarks = regexp.MustCompile(`\b(copia|copy|copie|kopie|de|of|von|version|v|nuevo|nueva|new|final|editado|duplicate|duplicado|\d+|v\d+)\b`)

// inherit returns the form that a new one copies, among the other forms of its page: the one with most questions in common
// whose name is alike, the newest in use first. ok is false when none is.
func inherit(fresh formRow, others []formRow) (from formRow, ok bool) {
	best := 0.0
	for _, o := range others {
		if o.ID == fresh.ID || o.PageID != fresh.PageID {
			continue
		}
		keys, names := overlapOf(questionKeys(fresh), questionKeys(o)), nameLikeness(fresh.Name, o.Name)
		if keys < likeKeys || names < likeNames {
			continue
		}
		score := 2*keys + names
		if len(o.Mapping) > 0 {
			score += 0.1 // between equals, the one that somebody has looked after
		}
		if score > best {
			best, from, ok = score, o, true
		}
	}
	return from, ok
}

// inheritMapping is what of a mapping holds for another form's questions.
func inheritMapping(fresh, from formRow) map[string]Target {
	mapping := map[string]Target{}
	for key, target := range from.Mapping {
		if slices.Contains(questionKeys(fresh), key) {
			mapping[key] = target
		}
	}
	return mapping
}

func questionKeys(f formRow) []string {
	keys := make([]string, len(f.Questions))
	for i, q := range f.Questions {
		keys[i] = q.Key
	}
	return keys
}

// overlapOf is the number of common elements over the number of all.
func overlapOf(a, b []string) float64 {
	a, b = unique(a), unique(b)
	common := 0
	for _, x := range a {
		if slices.Contains(b, x) {
			common++
		}
	}
	all := len(a) + len(b) - common
	if all == 0 {
		return 0
	}
	return float64(common) / float64(all)
}

// nameLikeness compares names by their words, without what marks a copy.
func nameLikeness(a, b string) float64 {
	fa, fb := fold(a), fold(b)
	if fa == fb {
		return 1
	}
	wa, wb := strings.Fields(copyMarks.ReplaceAllString(fa, " ")), strings.Fields(copyMarks.ReplaceAllString(fb, " "))
	if len(wa) == 0 && len(wb) == 0 {
		return likeNames
	}
	return overlapOf(wa, wb)
}
