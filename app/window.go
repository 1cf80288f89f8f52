//go:build desktop

package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/frontend"
)

// hasWindow tells that this build has one.
const hasWindow = true

// windowEvent is the name under which the page hears of changes; see frontend/src/shared/host/window.ts.
const windowEvent = "crm"

// window shows a program in the system's web view. The page speaks with the API inside the process: no port is opened.
type window struct {
	c       *command
	program *program
	log     logrus.FieldLogger
	demo    bool

	opening sync.WaitGroup  // until the office is open, or is known not to open
	failed  error           // why it did not; read after opening
	ctx     context.Context // Wails' own, set before the first request
	crew    crew
}

// showWindow shows the office of a place, or a demo in front of it, until the window is closed or ctx ends.
func (c *command) showWindow(ctx context.Context, home place, demo bool) (err error) {
	if !hasDisplay(c.Env) {
		return fault.New("window.missing")
	}
	w := &window{c: c, log: home.log.WithField("part", "window"), demo: demo, crew: crew{log: home.log}}
	var onLead func(intake.LeadNotice)
	if demo {
		onLead = c.tellLead
	}
	w.program = newProgram(ctx, c, home, surfaceWindow, w, onLead)
	defer closing(&err, w.program.close)
	w.opening.Add(1)
	if err := wails.Run(w.options(ctx, home)); err != nil {
		return fmt.Errorf("show window: %w", err)
	}
	w.crew.wait()
	return w.failed
}

func (w *window) options(ctx context.Context, home place) *options.App {
	return &options.App{
		Title: "SITEGROUP CRM", Width: 1280, Height: 800, MinWidth: 880, MinHeight: 560,
		BackgroundColour: options.NewRGB(250, 250, 249),
		AssetServer:      &assetserver.Options{Assets: frontend.Dist(), Middleware: w.middleware},
		OnStartup:        func(own context.Context) { w.start(ctx, own) },
		OnShutdown:       func(own context.Context) { runtime.CleanupNotifications(own) },
		Logger:           wailsLog{w.log},
		LogLevel:         logger.WARNING, LogLevelProduction: logger.WARNING,
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               instanceID(home.folder, w.demo),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { w.raise() },
		},
		Linux: &linux.Options{ProgramName: "sitegroup-crm", WebviewGpuPolicy: linux.WebviewGpuPolicyNever, Icon: icon},
	}
}

// instanceID is one per folder: two offices may be open at once, one office not twice. Every demo is an instance of its own.
func instanceID(f folder, demo bool) string {
	text := string(f)
	if demo {
		text = fmt.Sprint("demo ", os.Getpid())
	}
	sum := sha256.Sum256([]byte(text))
	return "mx.sitegroup.crm." + hex.EncodeToString(sum[:8])
}

// start opens the office while the window is already being drawn; requests wait for it. A second instance has ended by
// now, so that the file is not asked for twice.
func (w *window) start(ctx, own context.Context) {
	w.ctx = own
	w.crew.start("window", own.Done(), func() {
		defer w.opening.Done()
		if err := runtime.InitializeNotifications(own); err != nil {
			w.log.WithError(err).Info("no notifications here")
		} else {
			w.offerButtons(own)
			runtime.OnNotificationResponse(own, func(r runtime.NotificationResult) { w.answered(r) })
		}
		started := time.Now()
		if w.demo {
			w.failed = w.program.startDemo(ctx)
			if w.failed == nil {
				w.c.tellUsers()
			}
		} else {
			w.failed = w.program.open(ctx)
		}
		if w.failed != nil {
			w.log.WithError(w.failed).Error("office did not open")
			return
		}
		w.log.WithField("ms", time.Since(started).Milliseconds()).Info("office ready")
	})
	w.crew.start("quit", own.Done(), func() {
		select {
		case <-ctx.Done():
			runtime.Quit(own)
		case <-own.Done():
		}
	})
}

func (w *window) raise() {
	runtime.WindowUnminimise(w.ctx)
	runtime.WindowShow(w.ctx)
}

// middleware answers every request of the page instead of Wails, which then adds its own scripts to what is a page.
func (w *window) middleware(http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: rw, status: http.StatusOK}
		started := time.Now()
		w.serve(seen, r)
		w.log.WithFields(logrus.Fields{
			"surface": surfaceWindow, "method": r.Method, "path": r.URL.Path, "status": seen.status,
			"ms": time.Since(started).Milliseconds(),
		}).Debug("request answered")
	})
}

func (w *window) serve(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.opening.Wait()
		if w.failed != nil {
			writeProblem(rw, http.StatusServiceUnavailable, fault.Code(w.failed))
			return
		}
	}
	w.program.site.ServeHTTP(rw, r)
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// wailsLog sends Wails' own lines to the program's log.
type wailsLog struct{ log logrus.FieldLogger }

func (l wailsLog) line(message string) logrus.FieldLogger { return l.log.WithField("reason", message) }

// Print implements logger.Logger, as do the methods below.
func (l wailsLog) Print(message string)   { l.line(message).Debug("wails speaks") }
func (l wailsLog) Trace(message string)   { l.line(message).Debug("wails speaks") }
func (l wailsLog) Debug(message string)   { l.line(message).Debug("wails speaks") }
func (l wailsLog) Info(message string)    { l.line(message).Debug("wails speaks") }
func (l wailsLog) Warning(message string) { l.line(message).Info("wails warns") }
func (l wailsLog) Error(message string)   { l.line(message).Warn("wails complains") }
func (l wailsLog) Fatal(message string)   { l.line(message).Error("wails gives up") }
