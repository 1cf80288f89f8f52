package app_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/app/apptest"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sitegroup-crm": func() { os.Exit(app.Main(os.Args[1:], app.StandardIO())) },
	})
}

// TestScripts runs the commands as people type them; testdata/script has one file for each behaviour. The command "office"
// makes an office in $WORK/data with its keys in $WORK/keys.json; "occupy NAME" keeps a port busy and
// puts its address into $NAME; "export NAME" writes the file that the simulated Meta offers for a form with twelve leads.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SITEGROUP_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("SITEGROUP_KEY_FILE", filepath.Join(e.WorkDir, "keys.json"))
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("TMPDIR", e.Getenv("TMPDIR"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"office": func(ts *testscript.TestScript, _ bool, _ []string) {
				p := apptest.StartIn(t, ts.Getenv("WORK"))
				p.SetUp()
				if code := p.Stop(); code != 0 {
					ts.Fatalf("exit code %d: %s", code, p.Said())
				}
			},
			"occupy": func(ts *testscript.TestScript, _ bool, args []string) {
				taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
				ts.Check(err)
				ts.Defer(func() { _ = taken.Close() })
				ts.Setenv(args[0], taken.Addr().String())
			},
			"export": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), exported(t), 0o600))
			},
		},
	})
}

// exported is a file as Meta's tools offer it, of invented people.
func exported(t *testing.T) []byte {
	sim := graphsim.New(graphsim.Config{Seed: 3})
	form := sim.SeedDemo().Forms[0]
	for range 12 {
		if _, err := sim.InjectLead(graphsim.LeadSpec{Form: form, Quiet: true}); err != nil {
			t.Fatal(err)
		}
	}
	content, err := sim.Export(form, graphsim.UTF16)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
