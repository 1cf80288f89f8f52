package app

import (
	"io"
	stdlog "log"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"gopkg.in/natefinch/lumberjack.v2"

	"sitegroup.mx/crm/backend/clock"
)

// openLog writes everything from level up into one file of at most 5 MB with five predecessors, and warnings on the
// terminal as well. Both pass the redaction first.
func openLog(f folder, level logrus.Level, terminal io.Writer) (*logrus.Logger, io.Closer) {
	file := &lumberjack.Logger{Filename: f.logFile(), MaxSize: 5, MaxBackups: 5}
	return newLog(file, level, terminal), file
}

func newLog(file io.Writer, level logrus.Level, terminal io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetOutput(file)
	log.SetLevel(level)
	log.SetFormatter(&logrus.JSONFormatter{TimestampFormat: clock.Layout, DisableHTMLEscape: true})
	log.AddHook(redaction{})
	log.AddHook(utc{})
	log.AddHook(terminalHook{terminal})
	return log
}

// utc makes the file's instants those of the database.
type utc struct{}

func (utc) Levels() []logrus.Level { return logrus.AllLevels }

func (utc) Fire(entry *logrus.Entry) error {
	entry.Time = entry.Time.UTC()
	return nil
}

// terminalHook repeats warnings and worse where the command was started.
type terminalHook struct{ out io.Writer }

func (h terminalHook) Levels() []logrus.Level {
	return []logrus.Level{logrus.PanicLevel, logrus.FatalLevel, logrus.ErrorLevel, logrus.WarnLevel}
}

func (h terminalHook) Fire(entry *logrus.Entry) error {
	line, err := (&logrus.TextFormatter{DisableColors: true, DisableTimestamp: true}).Format(entry)
	if err != nil {
		return err
	}
	_, err = h.out.Write(line)
	return err
}

// crew is the work that goes on beside the command: it is started here, never by a naked go, so that a panic ends as a line
// in the log and closing waits for everybody.
type crew struct {
	log  logrus.FieldLogger
	busy sync.WaitGroup
}

// start runs work in the background and starts it again a while after a panic, unless over is closed by then.
func (c *crew) start(part string, over <-chan struct{}, work func()) {
	c.busy.Add(1)
	go func() {
		defer c.busy.Done()
		for pause := time.Second; c.panics(part, work); pause = min(2*pause, time.Minute) {
			select {
			case <-over:
				return
			case <-time.After(pause):
			}
		}
	}()
}

// aside runs work that nobody waits for: the program may end in the middle of it.
func (c *crew) aside(part string, work func()) { go c.panics(part, work) }

// panics reports whether work ended in a panic.
func (c *crew) panics(part string, work func()) (panicked bool) {
	defer func() {
		if reason := recover(); reason != nil {
			panicked = true
			c.log.WithFields(logrus.Fields{"part": part, "reason": reason, "stack": string(debug.Stack())}).
				Error("background work panicked")
		}
	}()
	work()
	return false
}

// wait returns once everything started has ended.
func (c *crew) wait() { c.busy.Wait() }

// quiet turns net/http's own messages (a client's broken handshake) into debug lines.
func quiet(log logrus.FieldLogger) *stdlog.Logger {
	return stdlog.New(debugWriter{log.WithField("part", "http")}, "", 0)
}

type debugWriter struct{ log logrus.FieldLogger }

// Write implements io.Writer.
func (w debugWriter) Write(line []byte) (int, error) {
	w.log.WithField("reason", strings.TrimSpace(string(line))).Debug("http server complained")
	return len(line), nil
}
