package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

const (
	tunnelBytes  = 512 << 20
	tunnelRounds = 3
	tunnelBuffer = 32 << 10
)

// tunnels measures what goes through a relay's tunnel from a host to its member.
func tunnels(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("tunnel")
	if err != nil {
		return nil, err
	}
	r, err := serveRelay(ctx, dir, "127.0.0.1:0", nil)
	if err != nil {
		return nil, err
	}
	defer r.close() //nolint:errcheck // the figures are there by then
	o, err := newRelayOffice()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opened, linked := make(chan net.Conn, 1), make(chan struct{}, 1)
	go o.client(relayclient.Deps{
		Address: r.address, Open: func(c net.Conn) { opened <- c },
		OnWelcome: func(relaywire.Welcome) {
			select {
			case linked <- struct{}{}:
			default:
			}
		},
	}).Run(ctx)
	<-linked
	pipe, err := startPipe()
	if err != nil {
		return nil, err
	}
	defer pipe.http.Close()
	say("%d MiB through a tunnel and through a bare pipe, %d times each", tunnelBytes>>20, tunnelRounds)
	var ours, theirs float64 // seconds
	for range tunnelRounds { // in turns, so that both have the same machine
		took, err := carry(ctx, r.address, relaywire.OfficeID(o.root), func(context.Context) (net.Conn, error) { return <-opened, nil })
		if err != nil {
			return nil, err
		}
		ours += took.Seconds()
		took, err = carry(ctx, pipe.address, "member", func(ctx context.Context) (net.Conn, error) {
			return relayclient.Dial(ctx, pipe.address, "host", silent())
		})
		if err != nil {
			return nil, err
		}
		theirs += took.Seconds()
	}
	rate := func(seconds float64) float64 { return tunnelRounds * tunnelBytes / seconds / 1e6 }
	how := fmt.Sprintf("%d MiB from a host to its member through the relay on loopback without TLS, %d times in turns with a server that upgrades two websockets and copies each message with gorilla and a buffer of %d KiB; both ends are those of the program and run in this process", tunnelBytes>>20, tunnelRounds, tunnelBuffer>>10)
	return []Row{ratio("tunnel", rate(ours), "MB/s", "bare gorilla pipe", rate(theirs), how)}, nil
}

// carry connects the two ends and measures how long the bytes take from the far one to the near one.
func carry(ctx context.Context, address, name string, far func(context.Context) (net.Conn, error)) (time.Duration, error) {
	type dialled struct {
		c   net.Conn
		err error
	}
	near := make(chan dialled, 1)
	go func() {
		c, err := relayclient.Dial(ctx, address, name, silent())
		near <- dialled{c, err}
	}()
	from, err := far(ctx)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	to := <-near
	if to.err != nil {
		return 0, to.err
	}
	defer to.c.Close()
	sent := make(chan error, 1)
	begun := time.Now()
	go func() {
		piece := make([]byte, tunnelBuffer)
		for left := tunnelBytes; left > 0; left -= len(piece) {
			if _, err := from.Write(piece); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	_, err = io.CopyBuffer(onlyWriter{io.Discard}, io.LimitReader(to.c, tunnelBytes), make([]byte, tunnelBuffer))
	took := time.Since(begun)
	return took, errors.Join(err, <-sent)
}

// onlyWriter keeps io.Copy from choosing a buffer of its own.
type onlyWriter struct{ io.Writer }

// barePipe pairs whoever comes as "member" with whoever comes as "host".
type barePipe struct {
	address string
	http    *http.Server
	hosts   chan *websocket.Conn
}

func startPipe() (*barePipe, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &barePipe{address: "http://" + l.Addr().String(), hosts: make(chan *websocket.Conn)}
	p.http = serveOn(l, p, nil)
	return p, nil
}

// ServeHTTP implements http.Handler.
func (p *barePipe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{WriteBufferSize: tunnelBuffer}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	if path.Base(strings.TrimSuffix(r.URL.Path, "/")) == "host" {
		p.hosts <- ws
		return
	}
	host := <-p.hosts
	defer host.Close()
	defer ws.Close()
	go copyMessages(ws, host)
	copyMessages(host, ws)
}

// copyMessages copies until either end is gone.
func copyMessages(from, to *websocket.Conn) {
	buffer := make([]byte, tunnelBuffer)
	for {
		kind, r, err := from.NextReader()
		if err != nil {
			return
		}
		w, err := to.NextWriter(kind)
		if err != nil {
			return
		}
		if _, err := io.CopyBuffer(onlyWriter{w}, onlyReader{r}, buffer); err != nil || w.Close() != nil {
			return
		}
	}
}

type onlyReader struct{ io.Reader }
