// Package processtest runs an office as it is in the field: a host, an administrator's computer and two sellers' as processes
// of the real program, with encrypted files, key files and TLS over TCP. People write on all of them while the network is
// cut and slowed down and processes are killed; then everything heals, and what is in the four files is compared. It knows
// the program by its command line and its API, and looks into the files only once the programs have ended.
//
//	go test ./app/processtest -v                                      one short round
//	SITEGROUP_TEST_SECONDS=600 go test ./app/processtest -v -timeout 1h   rounds for ten minutes
//	SITEGROUP_TEST_SEED=4711 go test ./app/processtest -v             the mishaps and the work of that seed
//
// A second office brings a computer in and wipes it while it is killed, and a third gets another host – one that takes over,
// one that is handed the office, a new one with the backup and the recovery code – while either host is killed.
//
// A seed repeats what is done and in which order on each computer, not how the system's scheduler interleaves it.
//
// Each computer has a network namespace of its own where the system allows that to an ordinary account (and /dev/net/tun can
// be opened); they are plugged into a switch that the test plays, so that cuts, delays and losses are its own and TCP is the
// system's. Elsewhere all share the loopback, whose cable cannot be cut: a host tells its members where it is, and a proxy in
// between would be passed by. Programs are frozen for a while instead.
package processtest
