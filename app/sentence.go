package app

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/frontend"
)

// languages are those with sentences, the first being the one spoken when nobody asks.
var languages = []string{"es-MX", "en"}

// sentences are what commands say. They come from the files the UI is translated with, so that a fault reads the same in
// both places; Go holds none of its own.
type sentences map[string]string

// loadSentences reads a language's terminal, error and Meta sentences; an unknown language gets the first one.
func loadSentences(language string) sentences {
	s := sentences{}
	for _, known := range []string{language, languages[0]} {
		for _, file := range []string{"terminal", "errors", "meta"} {
			var tree map[string]any
			text, err := fs.ReadFile(frontend.Locales(), known+"/"+file+".json")
			if err != nil || json.Unmarshal(text, &tree) != nil {
				continue // an unknown language; build/check holds that the known ones are whole
			}
			s.add("", tree)
		}
	}
	return s
}

func (s sentences) add(prefix string, tree map[string]any) {
	for key, value := range tree {
		switch v := value.(type) {
		case string:
			if _, known := s[prefix+key]; !known {
				s[prefix+key] = v
			}
		case map[string]any:
			s.add(prefix+key+".", v)
		}
	}
}

// say fills the sentence of a key; a key without a sentence says itself.
func (s sentences) say(key string, pairs ...any) string {
	text, ok := s[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{{"+fmt.Sprint(pairs[i])+"}}", fmt.Sprint(pairs[i+1]))
	}
	return text
}

// explain turns an error into the sentence of its code. What has none is internal to the person, and whole in the log.
func (s sentences) explain(err error) string {
	code := fault.Code(err)
	for _, key := range []string{code, "errors." + code, fault.CodeInternal} {
		if _, ok := s[key]; !ok {
			continue
		}
		var pairs []any
		if f := fault.Find(err); f != nil {
			for name, value := range f.Args {
				pairs = append(pairs, name, value)
			}
		}
		return s.say(key, pairs...)
	}
	return code
}
