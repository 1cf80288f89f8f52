package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/wire"
)

// forward has the host answer a request that only the host can answer, and passes its answer on.
func (a *API) forward(hc huma.Context, c caller) {
	r, w := humago.Unwrap(hc)
	reply, err := a.ask(hc.Context(), c, r, hc.Operation().MaxBodyBytes)
	if err != nil {
		p := problemOf(err)
		a.explain(hc.Operation().OperationID, p)
		sendProblem(w, p)
		return
	}
	if reply.ContentType != "" {
		w.Header().Set("Content-Type", reply.ContentType)
	}
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // a reader who left is nobody's problem
}

func (a *API) ask(ctx context.Context, c caller, r *http.Request, most int64) (*wire.Reply, error) {
	content, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("read request: %w", err), fault.CodeCancelled)
	}
	if int64(len(content)) > most {
		return nil, fault.New(CodeInputTooLarge)
	}
	ctx, cancel := context.WithTimeout(ctx, outsideDeadline)
	defer cancel()
	return c.office.Member.Call(ctx, &wire.Call{
		Method: r.Method, Path: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"), Body: content,
	})
}

// Answer answers a call of another computer of the office as its user: only what the host alone can answer. role is the
// user's as the session has just read it. It is what office.HostDeps.Call calls.
func (a *API) Answer(ctx context.Context, user, _ string, c *wire.Call) *wire.Reply {
	o := a.deps.Office()
	if o == nil || !strings.HasPrefix(c.Path, "/api/") {
		return problemReply(fault.New(CodeRouteNotFound))
	}
	v, err := o.Accounts.ViewerOf(ctx, user)
	if err != nil {
		return problemReply(err)
	}
	ctx = context.WithValue(ctx, remoteKey{}, v)
	r, err := http.NewRequestWithContext(ctx, c.Method, c.Path, bytes.NewReader(c.Body))
	if err != nil {
		return problemReply(fault.Wrap(err, CodeRouteNotFound))
	}
	if c.ContentType != "" {
		r.Header.Set("Content-Type", c.ContentType)
	}
	w := &replyWriter{reply: wire.Reply{Status: http.StatusOK}, header: http.Header{}}
	a.ServeHTTP(w, r)
	w.reply.ContentType = w.header.Get("Content-Type")
	return &w.reply
}

func problemReply(err error) *wire.Reply {
	p := problemOf(err)
	text, err := json.Marshal(p)
	if err != nil {
		panic(errors.Join(errors.New("a problem cannot be written"), err))
	}
	return &wire.Reply{Status: p.Status, ContentType: p.ContentType(""), Body: text}
}

// replyWriter is an http.ResponseWriter that fills a reply.
type replyWriter struct {
	reply  wire.Reply
	header http.Header
}

// Header implements http.ResponseWriter.
func (w *replyWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *replyWriter) WriteHeader(status int) { w.reply.Status = status }

// Write implements http.ResponseWriter.
func (w *replyWriter) Write(b []byte) (int, error) {
	w.reply.Body = append(w.reply.Body, b...)
	return len(b), nil
}
