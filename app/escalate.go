package app

import (
	"context"
	"time"
)

// escalateEvery is how often the host looks at what waits for a seller. Steps are minutes apart.
const escalateEvery = 15 * time.Second

// Notices are kept for so long, and what was hurried is forgotten so often.
const (
	noticesKept    = 45 * 24 * time.Hour
	forgottenEvery = 24 * time.Hour
)

// escalate lets the host pass on what nobody attends and share what waits for hours to begin, until ctx ends. A host that another
// computer has replaced leaves both to that one.
func (o *openOffice) escalate(ctx context.Context) {
	log := o.log.WithField("part", "turns")
	if _, err := o.CRM.BeginEscalating(ctx); err != nil && ctx.Err() == nil {
		log.WithError(err).Warn("since when prospects are watched is not kept")
	}
	var forgotten time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.clock.After(escalateEvery):
		}
		if o.Host.Superseded() {
			continue
		}
		done, err := o.CRM.Escalate(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.WithError(err).Warn("what waits for a seller was not looked at")
		case done.Moved+done.Trayed+done.Shared > 0:
			log.WithField("moved", done.Moved).WithField("trayed", done.Trayed).WithField("shared", done.Shared).Info("prospects went on to whose turn it is")
		}
		if now := o.clock.Now(); now.Sub(forgotten) >= forgottenEvery {
			forgotten = now
			if err := o.CRM.DropEscalations(ctx, noticesKept); err != nil && ctx.Err() == nil {
				log.WithError(err).Warn("old notices were not dropped")
			}
		}
	}
}
