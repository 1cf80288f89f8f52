package apitest

import (
	"context"
	"sync"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/office/link"
)

// Network is an api.Network without sockets: it is what a test says.
type Network struct {
	mu    sync.Mutex
	state api.NetworkState
	link  link.Status
}

// SetConnection makes this computer's connection another one.
func (n *Network) SetConnection(s link.Status) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.link = s
}

// Connection implements api.Network.
func (n *Network) Connection() link.Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.link
}

// State implements api.Network.
func (n *Network) State(context.Context) (api.NetworkState, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	state := n.state
	if state.Addresses == nil {
		state.Addresses = []string{}
	}
	return state, nil
}

// Configure implements api.Network.
func (n *Network) Configure(ctx context.Context, s api.NetworkSetting) (api.NetworkState, error) {
	n.mu.Lock()
	n.state = api.NetworkState{Enabled: s.Enabled, Port: s.Port, Addresses: []string{"192.0.2.1:8766"}}
	n.mu.Unlock()
	return n.State(ctx)
}
