package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"sitegroup.mx/crm/backend/office/identity"
)

// bare is the prototype behind a socket: TLS, a websocket, CBOR, and a writer that puts the frames that wait into one
// transaction. It knows nobody, limits nothing and compresses nothing.
type bare struct {
	proto *prototype
	addr  string
	http  *http.Server
	queue chan bareFrame
}

type bareFrame struct {
	frame frame
	done  chan error
}

// bareOp is an op on the wire.
type bareOp struct {
	ID    []byte `cbor:"1,keyasint"`
	HLC   int64  `cbor:"2,keyasint"`
	Row   string `cbor:"3,keyasint"`
	Field string `cbor:"4,keyasint"`
	Value []byte `cbor:"5,keyasint"`
}

type barePush struct {
	User   string   `cbor:"1,keyasint"`
	Device string   `cbor:"2,keyasint"`
	Ops    []bareOp `cbor:"3,keyasint"`
}

func startBare(ctx context.Context, path string, all [][]edit) (*bare, error) {
	p, err := openPrototype(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := p.fill(ctx, all); err != nil {
		return nil, err
	}
	key, err := identity.NewKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := key.Certificate(time.Now())
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &bare{proto: p, addr: l.Addr().String(), queue: make(chan bareFrame, editors*window)}
	b.http = &http.Server{
		Handler: http.HandlerFunc(b.serve), ReadHeaderTimeout: time.Minute,
		TLSConfig:    &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, // websockets need HTTP/1.1
	}
	go b.write(ctx)
	go func() { _ = b.http.ServeTLS(l, "", "") }() // until it is closed
	return b, nil
}

func (b *bare) close() {
	_ = b.http.Close() // it ends with the process in any case
	_ = b.proto.db.Close()
}

// write settles what waits, all in one transaction.
func (b *bare) write(ctx context.Context) {
	for first := range b.queue {
		waiting := []bareFrame{first}
	gather:
		for {
			select {
			case f := <-b.queue:
				waiting = append(waiting, f)
			default:
				break gather
			}
		}
		frames := make([]frame, len(waiting))
		for i, w := range waiting {
			frames[i] = w.frame
		}
		err := b.proto.push(ctx, frames)
		for _, w := range waiting {
			w.done <- err
		}
	}
}

func (b *bare) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	for {
		_, m, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var p barePush
		if err := cbor.Unmarshal(m, &p); err != nil {
			return
		}
		f := frame{user: p.User, device: p.Device}
		for _, op := range p.Ops {
			f.ops = append(f.ops, protoOp{op.ID, op.HLC, op.Row, op.Field, op.Value})
		}
		done := make(chan error, 1)
		b.queue <- bareFrame{f, done}
		if <-done != nil || ws.WriteMessage(websocket.BinaryMessage, []byte{1}) != nil {
			return
		}
	}
}

// bareSession is a client of it.
type bareSession struct {
	*websocket.Conn
}

func (b *bare) dial() (*bareSession, error) {
	ours := &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true} //nolint:gosec // loopback
	ws, _, err := (&websocket.Dialer{TLSClientConfig: ours}).Dial("wss://"+b.addr+"/", nil)
	if err != nil {
		return nil, err
	}
	return &bareSession{Conn: ws}, nil
}

func (s *bareSession) send(f frame) error {
	p := barePush{User: f.user, Device: f.device}
	for _, op := range f.ops {
		p.Ops = append(p.Ops, bareOp{op.id, op.hlc, op.row, op.field, op.value})
	}
	m, err := cbor.Marshal(p)
	if err != nil {
		return err
	}
	return s.WriteMessage(websocket.BinaryMessage, m)
}

func (s *bareSession) push(f frame) error {
	if err := s.send(f); err != nil {
		return err
	}
	_, _, err := s.ReadMessage()
	return err
}

// reconnect has all sellers come back at once; seconds until everything is on disk.
func (b *bare) reconnect(all [][]edit) (float64, error) {
	begun := time.Now()
	var sellers errgroup.Group
	for i, edits := range all {
		sellers.Go(func() error {
			s, err := b.dial()
			if err != nil {
				return err
			}
			defer s.Close()
			ops := protoOps(edits)
			for n := range ops {
				ops[n].id[15], ops[n].hlc = 10, ops[n].hlc+1<<30
			}
			for from := 0; from < editsEach; from += editsFrame {
				if err := s.push(frame{fmt.Sprint("u", i), fmt.Sprint("d", i), ops[from : from+editsFrame]}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := sellers.Wait()
	return time.Since(begun).Seconds(), err
}
