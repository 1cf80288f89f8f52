package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/secret"
)

// service is what the tests keep their secrets under in the system's keyring.
const service = "sitegroup-crm-test"

// vaults are both kinds; the keyring is among them where the run says that there is one, and then it has to answer.
func vaults(t *testing.T) map[string]secret.Vault {
	t.Helper()
	file, err := secret.File(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]secret.Vault{"file": file}
	if os.Getenv("SITEGROUP_TEST_KEYRING") == "1" {
		list["keyring"] = secret.Keyring(service)
	}
	return list
}

func TestVault_KeepsSecrets(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := []struct {
		name  string
		value []byte
	}{
		{"database-key/0196f000-0000-7000-8000-000000000001", every[:32]},
		{"meta/token", []byte("EAAB with spaces\nand\x00more")},
		{"meta/page/110000000000001", every},
		{"empty", nil},
		{"as long as may be", bytes.Repeat([]byte{0xff}, 1920)},
	}
	for kind, vault := range vaults(t) {
		for _, tt := range tests {
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				t.Cleanup(func() { forget(t, vault, tt.name) })
				forget(t, vault, tt.name)
				if _, err := vault.Get(tt.name); !errors.Is(err, secret.ErrNotFound) {
					t.Fatalf("before: %v, want ErrNotFound", err)
				}
				for _, value := range [][]byte{[]byte("the one before"), tt.value} {
					if err := vault.Set(tt.name, value); err != nil {
						t.Fatal(err)
					}
					if got, err := vault.Get(tt.name); err != nil || !bytes.Equal(got, value) {
						t.Fatalf("Get = %q, %v; want %q", got, err, value)
					}
				}
				forget(t, vault, tt.name)
				if _, err := vault.Get(tt.name); !errors.Is(err, secret.ErrNotFound) {
					t.Errorf("after: %v, want ErrNotFound", err)
				}
			})
		}
	}
}

func forget(t *testing.T, v secret.Vault, name string) {
	t.Helper()
	if err := v.Delete(name); err != nil {
		t.Fatalf("delete %s: %v", name, err)
	}
}

func TestVault_TooLarge(t *testing.T) {
	for kind, vault := range vaults(t) {
		if err := vault.Set("large", make([]byte, 1921)); fault.Code(err) != "secret.too_large" {
			t.Errorf("%s: %v, want secret.too_large", kind, err)
		}
		if _, err := vault.Get("large"); !errors.Is(err, secret.ErrNotFound) {
			t.Errorf("%s: something was kept: %v", kind, err)
		}
	}
}

func TestVault_ManyAtOnce(t *testing.T) {
	for kind, vault := range vaults(t) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				name := fmt.Sprintf("many/%d", i)
				if err := vault.Set(name, []byte(name)); err != nil {
					t.Errorf("%s: %v", kind, err)
				}
			})
		}
		all.Wait()
		for i := range 8 {
			name := fmt.Sprintf("many/%d", i)
			if got, err := vault.Get(name); err != nil || string(got) != name {
				t.Errorf("%s: %s = %q, %v", kind, name, got, err)
			}
			forget(t, vault, name)
		}
	}
}

// TestKeyring_Absent: without a session bus the keyring answers with a code, and does not hang.
func TestKeyring_Absent(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getenv("SITEGROUP_TEST_KEYRING") == "1" {
		return // there is one
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "nobody"))
	vault := secret.Keyring(service)
	_, err := vault.Get("x")
	for what, err := range map[string]error{"Get": err, "Set": vault.Set("x", []byte("a secret")), "Delete": vault.Delete("x")} {
		if fault.Code(err) != "secret.keyring_unavailable" || strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: %v, want secret.keyring_unavailable", what, err)
		}
	}
}

func TestFile_IsForItsOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // rights are not modes there
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	vault, err := secret.File(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := vault.Set("a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, openErr := secret.File(path)
		_, getErr := vault.Get("a")
		for what, err := range map[string]error{"File": openErr, "Get": getErr, "Set": vault.Set("b", []byte("2")), "Delete": vault.Delete("a")} {
			if fault.Code(err) != "secret.file_mode" {
				t.Errorf("%s with mode %v: %v, want secret.file_mode", what, mode, err)
			}
		}
	}
}

func TestFile_OpensAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	for i, want := range []string{"", "1"} {
		vault, err := secret.File(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := vault.Get("a"); string(got) != want {
			t.Errorf("opened %d times: %q, want %q", i+1, got, want)
		}
		if err := vault.Set("a", []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the file there are %v, %v", left, err)
	}
}

func TestFile_DamagedIsLeftAlone(t *testing.T) {
	tests := []struct{ name, text string }{
		{"empty", ""}, {"cut", `{"a": "c2VjcmV0`}, {"a list", `["c2VjcmV0"]`}, {"other values", `{"a": 1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := secret.File(path); err == nil || strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("File = %v", err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.text {
				t.Errorf("it is %q now, %v", text, err)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(`{"a": "not base64 secret"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	vault, err := secret.File(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Get("a"); err == nil || strings.Contains(err.Error(), "not base64") {
		t.Errorf("Get = %v", err)
	}
}
