package relay

import "time"

// Hurry makes a relay lose its patience n times as soon.
func Hurry(d *Deps, n time.Duration) {
	u := usual
	d.timing = timing{
		hello: u.hello / n, tick: u.tick / n, silence: u.silence / n, tunnelSilence: u.tunnelSilence / n, idle: u.idle / n, write: u.write / n,
		farewell: u.farewell / n, body: u.body / n, open: u.open / n,
	}
}
