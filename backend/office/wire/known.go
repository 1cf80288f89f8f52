package wire

import "strings"

// knownMost is how many ids both ends of a connection remember at most: some six megabytes, for as long as a fill goes on.
const knownMost = 1 << 16

// known are ids of rows that the pages of a run have referred to, in the order in which they first came; the last page of a
// run, at the host's head, ends it. A run fills a replica: most of what it brings refers to prospects and contacts that have
// been named before, and their ids are random, so that nothing else makes them smaller.
//
// What is remembered follows from the bytes alone: the plain values of columns of kindUUID and the ids among the other
// values of kindKnown, of columns that refer, until there are knownMost.
type known struct {
	number map[string]int
	ids    []any // texts; of the end that decodes
}

// of returns what is known for a column, nil for one whose ids are not those of other rows.
func (k *known) of(column string) *known {
	if k == nil || !strings.HasSuffix(column, "_id") {
		return nil
	}
	return k
}

// learn remembers an id that is sent.
func (k *known) learn(id string) {
	if k.number == nil {
		k.number = map[string]int{}
	}
	if _, ok := k.number[id]; !ok && len(k.number) < knownMost {
		k.number[id] = len(k.number)
	}
}

// most reports whether three of four values are known, so that numbers take less room than ids.
func (k *known) most(values []any) bool {
	if len(k.number) == 0 {
		return false
	}
	texts, found := 0, 0
	for _, v := range values {
		if s, ok := v.(string); ok {
			texts++
			if _, ok := k.number[s]; ok {
				found++
			}
		}
	}
	return found > 0 && 4*found >= 3*texts
}

// hear remembers ids that have come.
func (k *known) hear(ids ...any) {
	for _, id := range ids {
		if before := len(k.number); before < knownMost {
			if k.learn(id.(string)); len(k.number) > before {
				k.ids = append(k.ids, id)
			}
		}
	}
}
