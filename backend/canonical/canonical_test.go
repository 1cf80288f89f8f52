package canonical_test

import (
	"encoding/hex"
	"testing"

	"sitegroup.mx/crm/backend/canonical"
)

func TestCodec_WritesTheShortestFormWithKeysInOrder(t *testing.T) {
	c := canonical.New(canonical.Limits{Depth: 4, Elements: 16, Pairs: 16})
	b, err := c.Marshal(map[string]any{"bb": 1, "a": []int{24, 256}, "c": "ñ"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(b), "a36161821818190100616362c3b162626201"; got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}

func TestCodec_Refuses(t *testing.T) {
	c := canonical.New(canonical.Limits{Depth: 4, Elements: 16, Pairs: 16})
	for name, text := range map[string]string{
		"a key twice":           "a2616101616102",
		"an indefinite array":   "9f01ff",
		"an indefinite text":    "7f6161ff",
		"a tag":                 "c11a514b67b0",
		"text that is no UTF-8": "61ff",
		"too deep":              "818181818101",
		"too many elements":     "98110101010101010101010101010101010101",
		"too many pairs":        "b11818" + "01" + "0001" + "0101" + "0201" + "0301" + "0401" + "0501" + "0601" + "0701" + "0801" + "0901" + "0a01" + "0b01" + "0c01" + "0d01" + "0e01" + "0f01",
		"something after it":    "0102",
		"half of it":            "8201",
		"nothing":               "",
	} {
		t.Run(name, func(t *testing.T) {
			b, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := c.Unmarshal(b, &v); err == nil {
				t.Errorf("read %v", v)
			}
		})
	}
	var v any
	if err := c.Unmarshal([]byte{0x82, 0x01, 0x61, 'a'}, &v); err != nil {
		t.Errorf("an array of two: %v", err)
	}
}
