// Package check holds tests of the repository itself: which package may import which, that sentences exist for every code,
// that files keep to a readable size, that what README says can be typed. It has no code of its own and nothing imports it.
package check
