package link

import "net"

// AddressesAt is where this computer would be reached if it listened at an address, "host:port", or, where that is "", at a
// port everywhere.
func AddressesAt(address string, port int) []string {
	if address == "" {
		return LocalAddresses(&net.TCPAddr{IP: net.IPv4zero, Port: port})
	}
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil
	}
	if at.IP == nil {
		at.IP = net.IPv4zero
	}
	return LocalAddresses(at)
}
