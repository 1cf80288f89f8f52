package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"sitegroup.mx/crm/backend/fault"
)

func TestCode(t *testing.T) {
	coded := fault.New("prospect.not_found", "id", "1")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"foreign error", io.EOF, fault.CodeInternal},
		{"coded", coded, "prospect.not_found"},
		{"wrapped by a sentence", fmt.Errorf("open prospect: %w", coded), "prospect.not_found"},
		{"outermost code wins", fault.Wrap(coded, "import.row"), "import.row"},
		{"wrapping nothing", fault.Wrap(nil, "import.row"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault.Code(tt.err); got != tt.want {
				t.Errorf("Code = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestError_TextAndChain(t *testing.T) {
	err := fault.Wrap(fmt.Errorf("read row: %w", io.ErrUnexpectedEOF), "import.row", "line", 7)
	if got, want := err.Error(), "import.row: read row: unexpected EOF"; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is not in the chain")
	}
	if !fault.Has(err, "import.row") || fault.Has(err, "import.other") {
		t.Error("Has does not tell codes apart")
	}
	if got := fault.Find(err).Args["line"]; got != 7 {
		t.Errorf("argument line = %v, want 7", got)
	}
	if got, want := fault.Invalid("name", "input.required").Error(), "input.required (name)"; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
}

func TestNew_OddArgumentsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an argument without a value was accepted")
		}
	}()
	_ = fault.New("import.row", "line")
}
