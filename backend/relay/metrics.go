package relay

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are numbers of the relay as a whole: none of them names an office.
type metrics struct {
	handler http.Handler

	webhooks, limited, refused, tunnels *prometheus.CounterVec
	sent, acknowledged, expired         prometheus.Counter
	tunnelBytes                         prometheus.Counter
	hosts, tunnelsOpen                  prometheus.Gauge
	append                              prometheus.Histogram
}

func newMetrics(s *Server) *metrics {
	const space = "sitegroup_relay"
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: space, Name: name, Help: help})
	}
	vector := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: space, Name: name, Help: help}, []string{label})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: space, Name: name, Help: help})
	}
	m := &metrics{
		webhooks:     vector("webhooks_total", "Webhooks by what became of them.", "result"),
		limited:      vector("limited_total", "Requests that were turned away by a limit.", "limit"),
		refused:      vector("links_refused_total", "Links of hosts that were ended by the relay.", "code"),
		tunnels:      vector("tunnels_total", "Tunnels that were asked for, by what became of them.", "result"),
		sent:         counter("events_sent_total", "Events that were sent to a host, again or for the first time."),
		acknowledged: counter("events_acknowledged_total", "Events that a host has on its disk."),
		expired:      counter("events_expired_total", "Events and deletion requests that were dropped after waiting too long."),
		tunnelBytes:  counter("tunnel_bytes_total", "Bytes that went through tunnels, both ways."),
		hosts:        gauge("hosts", "Hosts that are linked."),
		tunnelsOpen:  gauge("tunnels", "Tunnels that are open."),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: space, Name: "append_seconds", Help: "How long an event takes to be on the disk.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
	}
	up := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: space, Name: "draining", Help: "1 while the relay is stopping."}, func() float64 {
		if s.isDraining() {
			return 1
		}
		return 0
	})
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		m.webhooks, m.limited, m.refused, m.tunnels, m.sent, m.acknowledged, m.expired, m.tunnelBytes, m.hosts, m.tunnelsOpen, m.append, up,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

// metricsOnly serves them to the relay's own computer. Behind a proxy that is not believed everybody would be that.
func (s *Server) metricsOnly(w http.ResponseWriter, r *http.Request) {
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	if a := s.address(r); !a.IsLoopback() || forwarded {
		s.noSuchThing(w, r)
		return
	}
	s.metrics.handler.ServeHTTP(w, r)
}
